//! What the client is told when the target turns the gateway away. The target's own words may name users and hosts, so
//! they stay here; its code is kept when it tells the client something that it may know.

use model::{Class, Public};

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
