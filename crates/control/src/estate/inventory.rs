//! The targets there are at this moment: those of the configuration file and of the store, and their secrets.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use model::{Account, Class, Public, Recording, Resource, ResourceName, Secret};
use ports::{Later, Resources, SecretUnavailable, Secrets};
use secrets::{Envelope, Source, Sources};
use store::{ResourceRow, SecretRow, StoreError};
use tokio::sync::watch;

use super::resources::{self, ResourceView};
use super::{EstateParts, FileTarget, References};

/// The targets, in a list that is replaced when it changes. Names are compared byte by byte.
pub struct Inventory {
    stock: RwLock<Arc<Stock>>,
    /// Sessions look whether their target is still the same.
    changed: watch::Sender<()>,
    envelope: Arc<Envelope>,
    /// Of the configuration file.
    sources: Sources,
}

#[derive(Default)]
struct Stock {
    named: BTreeMap<ResourceName, Entry>,
    by_server_name: HashMap<String, ResourceName>,
}

struct Entry {
    resource: Arc<Resource>,
    inspection: Option<Account>,
    record: Recording,
    view: ResourceView,
    /// None = the configuration file says where its secrets are.
    kept: Option<Kept>,
}

/// An account, and whether it is for inspection.
pub(super) type Any = (Account, bool);

/// What only the store knows of a target.
struct Kept {
    sealed: BTreeMap<String, Vec<u8>>,
    sources: Sources,
}

impl Inventory {
    pub(super) async fn open(parts: &EstateParts) -> Result<Self, StoreError> {
        let (envelope, sources) = (Arc::clone(&parts.envelope), parts.sources.clone());
        let inventory = Self { stock: RwLock::default(), changed: watch::Sender::default(), envelope, sources };
        inventory.refresh(parts).await?;
        Ok(inventory)
    }

    /// Reads the store again.
    pub(super) async fn refresh(&self, parts: &EstateParts) -> Result<(), StoreError> {
        let mut stock = Stock::default();
        for FileTarget { resource, inspection, record } in &parts.targets {
            let view = ResourceView::of_file(resource, inspection.as_ref(), *record);
            let (resource, inspection) = (Arc::clone(resource), inspection.clone());
            stock.put(Entry { resource, inspection, record: *record, view, kept: None });
        }
        for row in parts.store.resources().await? {
            // The file has its name first; what the store says under the same one has no effect.
            if !stock.named.contains_key(&row.name) {
                stock.put(of_store(&row, parts));
            }
        }
        let before = self.stock();
        let stock = Arc::new(stock);
        *self.stock.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&stock);
        if !stock.has_the_targets_of(&before) {
            self.changed.send_replace(());
        }
        Ok(())
    }

    /// Ends when that target was removed or is another now, with what those who are on it are told.
    pub(crate) fn gone(self: Arc<Self>, resource: &Resource) -> Later<Public> {
        // Before the first look, so that no change falls between a look and the wait for the next.
        let (mut changed, resource) = (self.changed.subscribe(), resource.clone());
        Box::pin(async move {
            while self.stock().named.get(&resource.name).is_some_and(|entry| *entry.resource == resource) {
                // The sender lives in `self`.
                let _ = changed.changed().await;
            }
            Public::new(Class::Shutdown, format!("resource {} was removed or changed", resource.name))
                .with_hint("Connect again, if it is still there.")
        })
    }

    /// How much of what people are shown is recorded; none when there is no such target.
    pub fn recording(&self, name: &ResourceName) -> Option<Recording> {
        self.stock().named.get(name).map(|entry| entry.record)
    }

    /// All targets of this moment, by name.
    pub fn all(&self) -> Vec<Arc<Resource>> {
        self.stock().named.values().map(|entry| Arc::clone(&entry.resource)).collect()
    }

    pub(super) fn views(&self) -> Vec<ResourceView> {
        self.stock().named.values().map(|entry| entry.view.clone()).collect()
    }

    pub(super) fn view(&self, name: &ResourceName) -> Option<ResourceView> {
        self.stock().named.get(name).map(|entry| entry.view.clone())
    }

    /// The target that a server name in lower case leads to.
    pub(super) fn owner_of(&self, server_name: &str) -> Option<ResourceName> {
        self.stock().by_server_name.get(server_name).cloned()
    }

    /// The account by which the gateway itself looks at a target. Nobody is let in as it.
    pub fn inspection(&self, name: &ResourceName) -> Option<Account> {
        self.stock().named.get(name)?.inspection.clone()
    }

    /// A target with all its accounts, and which of them is for inspection.
    pub(super) fn all_accounts(&self, name: &ResourceName) -> Option<(Arc<Resource>, Vec<Any>)> {
        let stock = self.stock();
        let entry = stock.named.get(name)?;
        let people = entry.resource.accounts.iter().map(|account| (account.clone(), false));
        let inspection = entry.inspection.iter().map(|account| (account.clone(), true));
        Some((Arc::clone(&entry.resource), people.chain(inspection).collect()))
    }

    fn stock(&self) -> Arc<Stock> {
        Arc::clone(&self.stock.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The secret itself when it is sealed, or where it is read.
    fn find(&self, resource: &Resource, account: &str) -> Result<Found, String> {
        let stock = self.stock();
        let entry = stock.named.get(&resource.name).ok_or("the resource is gone")?;
        // A secret is for the target that was looked at, not for another that has its name since.
        if *entry.resource != *resource {
            return Err("the resource was changed meanwhile".to_owned());
        }
        let Some(kept) = &entry.kept else { return Ok(Found::In(self.sources.clone())) };
        let Some(sealed) = kept.sealed.get(account) else { return Ok(Found::In(kept.sources.clone())) };
        let row = [resource.name.as_str(), account];
        self.envelope.unseal(resources::place(&row), sealed).map(Found::Itself).map_err(|error| error.to_string())
    }
}

enum Found {
    Itself(Secret),
    In(Sources),
}

impl Stock {
    fn has_the_targets_of(&self, other: &Self) -> bool {
        let targets = |stock: &Self| stock.named.values().map(|entry| Arc::clone(&entry.resource)).collect::<Vec<_>>();
        targets(self) == targets(other)
    }

    fn put(&mut self, entry: Entry) {
        for name in &entry.resource.server_names {
            self.by_server_name.entry(name.to_ascii_lowercase()).or_insert_with(|| entry.resource.name.clone());
        }
        self.named.insert(entry.resource.name.clone(), entry);
    }
}

impl Resources for Inventory {
    fn named(&self, name: &str) -> Option<Arc<Resource>> {
        let name: ResourceName = name.parse().ok()?;
        self.stock().named.get(&name).map(|entry| Arc::clone(&entry.resource))
    }

    fn by_server_name(&self, server_name: &str) -> Option<Arc<Resource>> {
        let stock = self.stock();
        let name = stock.by_server_name.get(&server_name.to_ascii_lowercase())?;
        stock.named.get(name).map(|entry| Arc::clone(&entry.resource))
    }
}

impl Secrets for Inventory {
    fn fetch(&self, resource: &Resource, account: &Account) -> Later<Result<Option<Secret>, SecretUnavailable>> {
        match self.find(resource, &account.name) {
            Ok(Found::In(sources)) => sources.fetch(resource, account),
            Ok(Found::Itself(secret)) => Box::pin(std::future::ready(Ok(Some(secret)))),
            Err(why) => Box::pin(std::future::ready(Err(SecretUnavailable { why }))),
        }
    }
}

fn of_store(row: &ResourceRow, parts: &EstateParts) -> Entry {
    let account = |row: &store::AccountRow| Account { name: row.name.clone(), user: row.user.clone() };
    let resource = Resource {
        name: row.name.clone(),
        protocol: row.protocol.clone(),
        address: row.address.clone(),
        tls: row.tls,
        tls_name: row.tls_name.clone(),
        tls_ca: row.tls_ca.clone(),
        server_names: row.server_names.clone(),
        default_database: row.default_database.clone(),
        accounts: row.accounts.iter().filter(|account| !account.inspection).map(account).collect(),
        labels: row.labels.clone(),
    };
    let sources = row.accounts.iter().filter_map(|account| {
        Some(((row.name.clone(), account.name.clone()), source(&account.secret, &parts.references)?))
    });
    let inspection = row.accounts.iter().find(|account| account.inspection).map(account);
    let kept = Kept {
        sealed: resources::sealed(row).map(|(account, bytes)| (account.to_owned(), bytes.to_vec())).collect(),
        sources: sources.collect(),
    };
    let record = if row.record_whole { Recording::Whole } else { parts.recording };
    Entry { resource: Arc::new(resource), inspection, record, view: ResourceView::of_store(row), kept: Some(kept) }
}

/// Where a secret that is not sealed is read; nowhere when the operators have closed that way since.
fn source(secret: &SecretRow, references: &References) -> Option<Source> {
    match secret {
        SecretRow::Sealed(_) => None,
        SecretRow::None => Some(Source::None),
        SecretRow::File(name) => references.folder.as_ref().map(|folder| Source::File(folder.join(name))),
        SecretRow::Env(name) => {
            let open = references.variables.as_ref().is_some_and(|prefix| name.starts_with(prefix.as_str()));
            open.then(|| Source::Environment(name.clone()))
        }
    }
}
