//! The sessions that are under way: who is there, what they are doing, and the order that ends one of them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use model::{CredentialId, Principal, Public, ResourceName, SessionId};
use ports::Later;
use tokio::sync::watch;

use crate::authorise::Permit;
use crate::chain::Chain;
use crate::clock;

/// A session that is under way.
#[derive(Clone, Debug)]
pub struct LiveSession {
    /// Its name.
    pub id: SessionId,
    /// Who.
    pub principal: Principal,
    /// By which credential.
    pub credential: CredentialId,
    /// On what.
    pub resource: ResourceName,
    /// As which upstream account.
    pub account: String,
    /// In which database or the like, as the client named it.
    pub database: Option<String>,
    /// From which address.
    pub client: IpAddr,
    /// What the client program calls itself.
    pub program: Option<String>,
    /// The protocol.
    pub protocol: &'static str,
    /// When it began, in microseconds since 1970 UTC.
    pub since_us: u64,
    /// What it is doing now.
    pub activity: Activity,
    /// Commands allowed so far.
    pub commands: u64,
}

/// What a session is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Nothing.
    Idle,
    /// A command runs.
    Running,
    /// A command waits for a human, whatever else runs.
    Held,
}

impl Activity {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Running => "running",
            Self::Held => "held",
        }
    }
}

/// All sessions of a gateway that have begun and are not over. There are no more of them than connections.
#[derive(Clone, Default)]
pub struct LiveSessions {
    book: Arc<Mutex<Book>>,
}

type Book = BTreeMap<SessionId, Arc<Entry>>;

struct Entry {
    permit: Arc<Permit>,
    chain: Arc<Chain>,
    protocol: &'static str,
    since_us: u64,
    order: Order,
}

impl LiveSessions {
    /// The sessions, the oldest first.
    pub fn list(&self) -> Vec<LiveSession> {
        // The book is not held while each of them is looked at.
        let entries: Vec<_> = lock(&self.book).values().cloned().collect();
        entries.iter().map(|entry| entry.describe()).collect()
    }

    /// Ends a session at once, with all its streams; its clients are told why. False when there is no such session.
    pub fn kill(&self, id: SessionId, reason: Public) -> bool {
        let Some(entry) = lock(&self.book).get(&id).cloned() else { return false };
        entry.order.give(reason);
        true
    }

    /// Puts a session that has begun on the list, until what is returned is dropped.
    pub(crate) fn enter(&self, permit: Arc<Permit>, chain: Arc<Chain>, protocol: &'static str, order: Order) -> Listed {
        let id = permit.session();
        let entry = Entry { permit, chain, protocol, since_us: clock::wall_us(), order };
        lock(&self.book).insert(id, Arc::new(entry));
        Listed { book: self.book.clone(), id }
    }
}

impl Entry {
    fn describe(&self) -> LiveSession {
        let who = self.permit.who();
        let (activity, commands) = self.chain.activity();
        LiveSession {
            id: who.session,
            principal: who.principal.clone(),
            credential: who.credential.clone(),
            resource: who.resource.name.clone(),
            account: who.account.name.clone(),
            database: who.database.map(str::to_owned),
            client: who.client,
            program: who.program.map(str::to_owned),
            protocol: self.protocol,
            since_us: self.since_us,
            activity,
            commands,
        }
    }
}

fn lock(book: &Mutex<Book>) -> std::sync::MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A place on the list, given back however the session's task ends.
pub(crate) struct Listed {
    book: Arc<Mutex<Book>>,
    id: SessionId,
}

impl Drop for Listed {
    fn drop(&mut self) {
        lock(&self.book).remove(&self.id);
    }
}

/// The order that ends a session: given once, heard by each of its streams, also by those that come later.
#[derive(Clone)]
pub(crate) struct Order(watch::Sender<Option<Public>>);

impl Default for Order {
    fn default() -> Self {
        Self(watch::channel(None).0)
    }
}

impl Order {
    fn give(&self, reason: Public) {
        self.0.send_replace(Some(reason));
    }

    /// Ends when the order is given, with what the client is told.
    pub(crate) fn given(&self) -> Later<Public> {
        let mut order = self.0.subscribe();
        Box::pin(async move {
            let given = order.wait_for(Option::is_some).await.ok().and_then(|reason| reason.clone());
            match given {
                Some(reason) => reason,
                None => std::future::pending().await,
            }
        })
    }
}
