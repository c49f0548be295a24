//! authorise: which resource, which account, and whether policy lets this principal in. Yields the Permit, the only key to
//! the target.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use model::{Account, Class, CredentialId, Decision, Event, Principal, Public, Resource, SessionId, Verdict};
use ports::{Later, Mark, Who};
use tokio::sync::Mutex;
use wire::{Answer, Route, Side, Ticket, Wanted};

use crate::fault::Cause;
use crate::house::Premises;
use crate::identify::{Identified, printable};
use crate::pump::{Halt, Pump, Turn};
use crate::sessions::{Listed, Order};

/// Leave for one session to reach one target as one account. Not `Clone`; made here alone. `connect` takes it; the streams of
/// one session share it.
pub(crate) struct Permit {
    session: SessionId,
    principal: Principal,
    credential: CredentialId,
    resource: Arc<Resource>,
    account: Account,
    database: Option<String>,
    client: IpAddr,
    /// What the client program calls itself, fit to be printed.
    program: Option<String>,
    /// Settings that the client brought.
    settings: Vec<(Bytes, Bytes)>,
}

impl Permit {
    pub(crate) fn session(&self) -> SessionId {
        self.session
    }

    pub(crate) fn resource(&self) -> &Arc<Resource> {
        &self.resource
    }

    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    pub(crate) fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    pub(crate) fn principal(&self) -> &Principal {
        &self.principal
    }

    pub(crate) fn settings(&self) -> &[(Bytes, Bytes)] {
        &self.settings
    }

    fn is_for(&self, resource: &Resource, account: &Account) -> bool {
        self.resource.name == resource.name && self.account == *account
    }

    /// The permit as the policy sees it.
    pub(crate) fn who(&self) -> Who<'_> {
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

/// A permit, and the question that it answers once the target is reached.
pub(crate) struct Admitted {
    pub(crate) permit: Arc<Permit>,
    pub(crate) ticket: Ticket,
}

/// What the streams of a session have in common.
#[derive(Default)]
pub(crate) struct Shared {
    begun: Mutex<Option<Begun>>,
    /// The order that ends the session.
    pub(crate) order: Order,
}

/// A session that has begun: the first stream to connect has this made.
struct Begun {
    permit: Arc<Permit>,
    /// The mark of its first record.
    mark: Mark,
    _listed: Listed,
}

/// Waits until the stream says where it wants to go, and decides. A further stream of a session must want the same as the
/// first.
pub(crate) async fn authorise(
    pump: &mut Pump,
    who: Identified,
    shared: &Shared,
    premises: &Arc<Premises>,
) -> Result<Admitted, Cause> {
    let (ticket, wanted) = match pump.next().await {
        Turn::Connect(ticket, wanted) => (ticket, wanted),
        Turn::Ended(cause) => return Err(cause),
        Turn::Challenge(..) | Turn::Identify(..) => {
            return Err(pump.broken("a stream proved its identity twice").await);
        }
    };
    let Identified { principal, credential, account, typed, revoked } = who;
    let name = wanted.resource.clone();
    let found = admit(pump, &principal, &credential, account.as_deref(), &wanted, premises);
    let Found { resource, account, policies, policy_version } = match found {
        Ok(found) => found,
        Err(Refusal { reason, told }) => {
            let event = Event::SigninRefused {
                client: pump.client_address().to_string(),
                protocol: pump.protocol_name().to_owned(),
                user: Some(printable(if typed.is_empty() { &principal.name } else { &typed })),
                resource: name.as_deref().map(printable),
                reason,
            };
            pump.record_refusal(event).await?;
            return Err(turn_away(pump, ticket, told).await);
        }
    };
    let mut begun = pump.during(shared.begun.lock()).await?;
    let (permit, mark) = match begun.as_ref() {
        None => {
            let permit = Arc::new(Permit {
                session: pump.session(),
                principal,
                credential,
                resource,
                account,
                database: wanted.database.clone(),
                client: pump.client_address().ip(),
                program: wanted.program.as_deref().map(printable),
                settings: wanted.settings.clone(),
            });
            let mark = begin(pump, &permit, policies, policy_version).await?;
            let _listed = pump.list(&permit, &shared.order);
            *begun = Some(Begun { permit: permit.clone(), mark, _listed });
            (permit, mark)
        }
        Some(Begun { permit, mark, .. }) if permit.is_for(&resource, &account) => (permit.clone(), *mark),
        Some(_) => {
            drop(begun);
            let reason = Public::new(Class::Denied, "a session reaches one resource as one account");
            return Err(turn_away(pump, ticket, reason).await);
        }
    };
    pump.join_session(mark, permit.principal());
    end_with(pump, revoked, premises.house.decider.ended(permit.who()), shared.order.given());
    Ok(Admitted { permit, ticket })
}

/// From here on the session is cut when its credential is revoked, when it would not be let in any more, and by order.
fn end_with(pump: &mut Pump, revoked: Later<Public>, ended: Later<Public>, ordered: Later<Public>) {
    pump.stop_when(Box::pin(async move {
        let reason = revoked.await;
        Halt::Cut(Cause::Stopped(reason.class), reason)
    }));
    pump.stop_when(Box::pin(async move { Halt::Cut(Cause::Ended, ended.await) }));
    pump.stop_when(Box::pin(async move { Halt::Cut(Cause::Killed, ordered.await) }));
}

/// Tells the client why not, and lets the stream say goodbye.
async fn turn_away(pump: &mut Pump, ticket: Ticket, reason: Public) -> Cause {
    pump.answer(ticket, Answer::Refuse(reason));
    pump.finish(Cause::Left(Side::Client)).await
}

/// Where somebody is let in.
struct Found {
    resource: Arc<Resource>,
    account: Account,
    policies: Vec<String>,
    policy_version: String,
}

/// Why somebody is not let in: as it is written down, and as they are told.
struct Refusal {
    reason: Public,
    told: Public,
}

impl Refusal {
    /// What does not exist and what may not be used are told in the same words, so that nobody learns what exists.
    fn not_for_you(reason: Public) -> Self {
        let told = Public::new(Class::NotFound, "no such resource or account, or you may not use it").with_hint(
            "Name the resource as the database, `resource` or `resource/database`, and another account than the default as \
             `person+account`. Access is given by the operators of the gateway.",
        );
        Self { reason, told }
    }
}

fn admit(
    pump: &Pump,
    principal: &Principal,
    credential: &CredentialId,
    account: Option<&str>,
    wanted: &Wanted,
    premises: &Premises,
) -> Result<Found, Refusal> {
    let resources = &premises.house.resources;
    let resource = match (pump.route(), &wanted.resource) {
        (Route::Fixed(name), None) => resources.named(name.as_str()),
        (Route::Named, Some(name)) => resources.named(name),
        // A listener's own resource cannot be exchanged for another, and nobody is sent anywhere without a name.
        (Route::Fixed(_), Some(_)) | (Route::Named, None) => None,
    };
    let missing = |what| Refusal::not_for_you(Public::new(Class::NotFound, what));
    let resource = resource
        .filter(|resource| resource.protocol == pump.protocol_name())
        .ok_or_else(|| missing("no such resource for this protocol"))?;
    let account = resource.account(account).cloned().ok_or_else(|| missing("no such account on this resource"))?;
    let program = wanted.program.as_deref().map(printable);
    let who = Who {
        session: pump.session(),
        principal,
        credential,
        resource: &resource,
        account: &account,
        database: wanted.database.as_deref(),
        client: pump.client_address().ip(),
        program: program.as_deref(),
    };
    let Decision { verdict, version, .. } = premises.house.decider.admit(who);
    match verdict {
        Verdict::Allow { policies, .. } => {
            Ok(Found { resource, account, policies, policy_version: version.to_string() })
        }
        Verdict::Deny { reason, .. } => Err(Refusal::not_for_you(reason)),
        // They could be let in, so they may know that it exists; the policy says how to ask.
        Verdict::Hold { notice, .. } => Err(Refusal { told: notice.clone(), reason: notice }),
    }
}

/// Writes the beginning of the session. Nothing reaches the target before that record is durable.
async fn begin(pump: &mut Pump, permit: &Permit, policies: Vec<String>, policy_version: String) -> Result<Mark, Cause> {
    let event = Event::SessionStart {
        principal: permit.principal.clone(),
        credential: permit.credential.clone(),
        resource: permit.resource.name.clone(),
        account: permit.account.name.clone(),
        database: permit.database.as_deref().map(printable),
        protocol: pump.protocol_name().to_owned(),
        client: pump.client_address().to_string(),
        tls: pump.client_is_tls(),
        program: permit.program.clone(),
        policies,
        policy_version,
    };
    pump.begin_session(event).await
}
