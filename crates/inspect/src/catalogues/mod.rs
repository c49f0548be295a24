//! What databases hold, for masks: read on connections of the gateway's own, and kept until there is a sign of a change.

mod database;
mod freshness;
mod inspectors;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use control::Inventory;
use model::code::Code;
use model::{Catalogue, Class, Function, Public, Relation, Resource, ResourceName, Type};
use ports::{Later, Who};
use tokio::time::Instant;

use database::Database;
pub use inspectors::Inspector;
use inspectors::{Accounts, Inspectors};

/// Databases of which something is kept at once.
const MOST: usize = 256;

/// Reads databases of one kind of target.
pub trait Reader: Send + Sync {
    /// What reads the database of that place.
    fn source(&self, place: Place) -> Arc<dyn Source>;
}

/// Reads one database.
pub trait Source: Send + Sync {
    /// What it holds; `None` when that still has the known fingerprint. Asked by one at a time.
    fn read(self: Arc<Self>, inspector: Inspector, known: Option<String>) -> Later<Result<Option<Found>, Failure>>;
}

/// A database of a target.
#[derive(Clone)]
pub struct Place {
    /// The target.
    pub resource: Arc<Resource>,
    /// The database.
    pub database: String,
}

/// What a database holds.
pub struct Found {
    /// Changes when anything of it does.
    pub fingerprint: String,
    /// The major version of the server.
    pub server: u32,
    /// Tables, views and the like.
    pub relations: Vec<Relation>,
    /// Functions, procedures and aggregates.
    pub functions: Vec<Function>,
    /// Types.
    pub types: Vec<Type>,
    /// Relations of which reading runs code that is not known.
    pub running: HashSet<u32>,
    /// The code of users.
    pub code: Code,
}

/// Why it cannot be read, for the gateway's own log.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the databases of all targets hold.
pub struct Catalogues {
    /// By protocol.
    readers: BTreeMap<String, Arc<dyn Reader>>,
    inspectors: Arc<dyn Inspectors>,
    versions: Arc<AtomicU64>,
    databases: Mutex<Databases>,
}

/// By target and name, with the time of the last use.
type Databases = HashMap<ResourceName, HashMap<String, (Arc<Database>, Instant)>>;

impl Catalogues {
    /// Of the targets in that inventory whose protocols have a reader.
    pub fn new(readers: BTreeMap<String, Arc<dyn Reader>>, inventory: Arc<Inventory>) -> Self {
        Self::with(readers, Arc::new(Accounts::new(inventory)))
    }

    fn with(readers: BTreeMap<String, Arc<dyn Reader>>, inspectors: Arc<dyn Inspectors>) -> Self {
        Self { readers, inspectors, versions: Arc::default(), databases: Mutex::default() }
    }

    /// The database of a session, when it was asked for before.
    fn find(&self, who: &Who<'_>) -> Option<Arc<Database>> {
        let mut databases = self.databases.lock().unwrap_or_else(PoisonError::into_inner);
        let (database, used) = databases.get_mut(&who.resource.name)?.get_mut(name(who))?;
        *used = Instant::now();
        (*database.resource == *who.resource).then(|| Arc::clone(database))
    }

    /// The same, and from now on it is there.
    fn begin(&self, who: &Who<'_>) -> Option<Arc<Database>> {
        if let Some(database) = self.find(who) {
            return Some(database);
        }
        let resource = Arc::new(who.resource.clone());
        let place = Place { resource: Arc::clone(&resource), database: name(who).to_owned() };
        let source = self.readers.get(&who.resource.protocol)?.source(place);
        let (inspectors, versions) = (Arc::clone(&self.inspectors), Arc::clone(&self.versions));
        let database = Arc::new(Database::new(resource, source, inspectors, versions));
        let mut databases = self.databases.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut databases);
        let theirs = databases.entry(who.resource.name.clone()).or_default();
        theirs.insert(name(who).to_owned(), (Arc::clone(&database), Instant::now()));
        Some(database)
    }
}

/// The name of a session's database. Where nobody names one, a server takes that of the user.
fn name<'a>(who: &Who<'a>) -> &'a str {
    let default = who.resource.default_database.as_deref();
    who.database.or(default).unwrap_or(&who.account.user)
}

/// What was not used for longest is forgotten.
fn make_room(databases: &mut Databases) {
    let all = || {
        databases
            .iter()
            .flat_map(|(resource, theirs)| theirs.iter().map(move |(name, (_, used))| (used, resource, name)))
    };
    if all().count() < MOST {
        return;
    }
    let Some((_, resource, name)) = all().min_by_key(|(used, ..)| **used) else { return };
    let (resource, name) = (resource.clone(), name.clone());
    if let Some(theirs) = databases.get_mut(&resource) {
        theirs.remove(&name);
        if theirs.is_empty() {
            databases.remove(&resource);
        }
    }
}

impl ports::Catalogues for Catalogues {
    fn inspects(&self, who: Who<'_>) -> bool {
        self.readers.contains_key(&who.resource.protocol) && self.inspectors.has(who.resource)
    }

    fn known(&self, who: Who<'_>) -> Option<Arc<Catalogue>> {
        self.find(&who)?.known()
    }

    fn read(&self, who: Who<'_>) -> Later<Result<Arc<Catalogue>, Public>> {
        let Some(database) = self.begin(&who) else {
            let reason = "values of this result must be masked, which is not possible for this kind of target";
            return Box::pin(std::future::ready(Err(Public::new(Class::Unsupported, reason))));
        };
        // A task of its own: others wait for it when who asked is gone.
        let read = engine::spawn(async move { database.read().await });
        Box::pin(async move { read.await.unwrap_or_else(|_| Err(Public::internal())) })
    }

    fn changed(&self, who: Who<'_>) {
        if let Some(database) = self.find(&who) {
            database.changed();
        }
    }
}
