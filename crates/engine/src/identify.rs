//! identify: pumps the stream until it has proved who is asking.

use std::sync::Arc;

use model::{Challenge, Class, CredentialId, Event, Login, Principal, Public, without_tokens};
use ports::{Later, Verified};
use wire::{Answer, Claim, Known, Side, Ticket};

use crate::fault::Cause;
use crate::house::Premises;
use crate::pump::{Pump, Turn};

/// A proved identity, and what it wanted to be upstream.
pub(crate) struct Identified {
    pub(crate) principal: Principal,
    pub(crate) credential: CredentialId,
    pub(crate) account: Option<String>,
    /// The user name as it was typed; empty when the leg knew who it is.
    pub(crate) typed: String,
    /// Ends when the credential is revoked.
    pub(crate) revoked: Later<Public>,
}

/// Runs the handshake up to a proved identity; a leg that proved it already has nothing left to do.
pub(crate) async fn identify(
    pump: &mut Pump,
    verified: Option<Verified>,
    premises: &Arc<Premises>,
) -> Result<Identified, Cause> {
    if let Some(Verified { principal, credential, .. }) = verified {
        let revoked = premises.house.directory.revoked(&credential, &principal);
        return Ok(Identified { principal, credential, account: None, typed: String::new(), revoked });
    }
    loop {
        match pump.next().await {
            Turn::Challenge(ticket, user) => {
                let challenge = pump.during(challenge(&user, premises)).await?;
                pump.answer(ticket, Answer::Challenge(challenge));
            }
            Turn::Identify(ticket, claim) => return prove(pump, ticket, claim, premises).await,
            Turn::Ended(cause) => return Err(cause),
            Turn::Connect(..) => {
                return Err(pump.broken("a stream asked to connect before it proved an identity").await);
            }
        }
    }
}

/// A name that is not a name gets a challenge too: nothing is learned from being challenged.
async fn challenge(user: &str, premises: &Premises) -> Challenge {
    let person = Login::parse(user).map_or_else(|_| String::new(), |login| login.person);
    premises.house.directory.challenge(&person).await
}

async fn prove(pump: &mut Pump, ticket: Ticket, claim: Claim, premises: &Arc<Premises>) -> Result<Identified, Cause> {
    let directory = premises.house.directory.clone();
    let user = claim.user.clone();
    let Ok(login) = Login::parse(&user) else {
        return Err(refuse(pump, ticket, &user, "malformed user name").await);
    };
    match pump.during(directory.identify(&login.person, claim.proof)).await? {
        Ok(Verified { principal, credential, signature }) => {
            let revoked = directory.revoked(&credential, &principal);
            pump.answer(ticket, Answer::Known(Known { principal: principal.clone(), signature }));
            Ok(Identified { principal, credential, account: login.account, typed: user, revoked })
        }
        Err(refused) => Err(refuse(pump, ticket, &user, refused.why).await),
    }
}

/// The client learns only that it failed; the record says why.
async fn refuse(pump: &mut Pump, ticket: Ticket, user: &str, why: &'static str) -> Cause {
    let told = Public::new(Class::Unauthenticated, "sign-in failed")
        .with_hint("Use a live token of `signet token create` as the password, with your own name as the user.");
    let event = Event::SigninRefused {
        client: pump.client_address().to_string(),
        protocol: pump.protocol_name().to_owned(),
        user: Some(printable(user)),
        resource: None,
        reason: Public::new(Class::Unauthenticated, why),
    };
    if let Err(cause) = pump.record_refusal(event).await {
        return cause;
    }
    pump.answer(ticket, Answer::Refuse(told));
    pump.finish(Cause::Left(Side::Client)).await
}

/// A peer's words as they may stand in a record: no token, typed in a wrong place, no control characters, at most 128 bytes.
pub(crate) fn printable(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    let harmless = String::from_utf8_lossy(&without_tokens(clean.as_bytes())).into_owned();
    let end = (0..=harmless.len().min(128)).rev().find(|at| harmless.is_char_boundary(*at)).unwrap_or(0);
    harmless.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
