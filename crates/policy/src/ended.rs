//! When a live session must end: it is asked about again whenever something changed, and at every time that is known
//! beforehand.

use std::future::poll_fn;
use std::net::IpAddr;
use std::task::Poll;

use model::{Account, CredentialId, Principal, Public, Resource, SessionId};
use ports::{Later, Who};

use crate::engine::Engine;

/// `Who`, owned.
struct Session {
    session: SessionId,
    principal: Principal,
    credential: CredentialId,
    resource: Resource,
    account: Account,
    database: Option<String>,
    client: IpAddr,
    program: Option<String>,
}

impl Session {
    fn of(who: Who<'_>) -> Self {
        Self {
            session: who.session,
            principal: who.principal.clone(),
            credential: who.credential.clone(),
            resource: who.resource.clone(),
            account: who.account.clone(),
            database: who.database.map(ToOwned::to_owned),
            client: who.client,
            program: who.program.map(ToOwned::to_owned),
        }
    }

    fn who(&self) -> Who<'_> {
        Who {
            session: self.session,
            principal: &self.principal,
            credential: &self.credential,
            resource: &self.resource,
            account: &self.account,
            database: self.database.as_deref(),
            client: self.client,
            program: self.program.as_deref(),
        }
    }
}

/// Ends when the session would not be admitted any more.
pub(crate) fn ended(engine: Engine, who: Who<'_>) -> Later<Public> {
    let session = Session::of(who);
    Box::pin(async move {
        loop {
            // What changes while it is being asked about must not be missed.
            let (changed, rung) = (engine.facts().changed(), engine.bell().rung());
            if let Some(reason) = engine.over(session.who()) {
                return reason;
            }
            let next = engine.next_us(session.who()).map(|us| engine.facts().sleep_until(us));
            first([Some(changed), Some(Box::pin(rung)), next]).await;
        }
    })
}

/// Ends when one of them does.
async fn first(mut waits: [Option<Later<()>>; 3]) {
    poll_fn(|context| {
        let ready = waits.iter_mut().flatten().any(|wait| wait.as_mut().poll(context).is_ready());
        if ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
