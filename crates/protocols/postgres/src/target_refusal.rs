//! What the client is told when the target and the gateway do not come together. The target's own words may name users and
//! hosts, so they stay here; its code is kept when it tells the client something that it may know.

use model::{Class, Public};
use wire::Side;

use crate::fault::Fault;
use crate::message::error::Error;

const OPERATORS: &str = "The operators of the gateway find the cause in the target's log.";

/// The refusal in our own words.
pub(crate) fn of(error: Error) -> Fault {
    let code = error.code.as_ref().map(|code| code.as_str()).unwrap_or_default();
    let (code, message, hint) = match code {
        "3D000" => ("3D000", "the target has no such database", "Name another database, or none for the default."),
        "42501" => ("42501", "the upstream account may not connect to this database", OPERATORS),
        "53300" => ("53300", "the target has no connection left to give", "Try again later."),
        "53400" => ("53400", "the target has reached a limit of its configuration", OPERATORS),
        "55000" => ("55000", "the target does not accept connections to this database", OPERATORS),
        "57P03" => ("57P03", "the target is starting up or shutting down", "Try again in a moment."),
        "57P01" => ("57P01", "the target is shutting down", "Try again in a moment."),
        "22023" | "42704" | "42602" | "22P02" => {
            ("22023", "the target does not take one of the startup parameters", "Check PGOPTIONS and its like.")
        }
        code if code.starts_with("28") => ("08006", "the target turned the gateway's sign-in away", OPERATORS),
        _ => ("08006", "the target turned the connection away", OPERATORS),
    };
    Fault::refused_as(code, Public::new(Class::Target, message).with_hint(hint))
}

/// It asks for another way to sign in.
pub(crate) fn not_spoken(what: &'static str) -> Fault {
    let message = if what == "an MD5 password" {
        "the target asks for an MD5 password, which is not sent from here"
    } else {
        "the target asks for a way to sign in that is not spoken here"
    };
    Fault::refused(
        Public::new(Class::Target, message)
            .with_hint("The operators can have the target use SCRAM-SHA-256: password_encryption and pg_hba.conf."),
    )
}

/// It lets us in without the proof that would tell it from somebody in the middle.
pub(crate) fn unproven() -> Fault {
    let what =
        Public::new(Class::Target, "the target let us in without a proof that it knows the password of this account")
            .with_hint(
                "The operators can have its certificate verified, or have it use SCRAM-SHA-256; an account of a \
                        target that asks nobody for a password needs none here.",
            );
    Fault::Broken { side: Side::Target, what, code: None }
}
