//! Targets as they are shown: of a secret only where it is found.

use std::collections::BTreeMap;

use identity::Origin;
use model::{Account, Address, Recording, Resource, ResourceName, TlsMode};
use store::{ResourceRow, SecretRow};

/// A target as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceView {
    /// Its name.
    pub name: ResourceName,
    /// The protocol it speaks.
    pub protocol: String,
    /// Where the gateway reaches it; only for those who look after it.
    pub address: Option<Address>,
    /// How the way to it is protected.
    pub tls: TlsMode,
    /// The name its certificate must carry.
    pub tls_name: Option<String>,
    /// Authorities (PEM) that its certificate must come from.
    pub tls_ca: Option<String>,
    /// TLS server names by which clients reach it.
    pub server_names: Vec<String>,
    /// The database (or its like) when the client names none.
    pub default_database: Option<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Whether all that people are shown is recorded.
    pub record_whole: bool,
    /// Accounts, the default first.
    pub accounts: Vec<AccountView>,
    /// Where it stands.
    pub source: Origin,
    /// Last changed, microseconds since 1970 UTC; 0 for those of the configuration file.
    pub changed_us: u64,
}

/// An account as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// What people type after `+`.
    pub name: String,
    /// The target's own user name; only for those who look after it.
    pub user: Option<String>,
    /// Whether it is for the gateway's own looks.
    pub inspection: bool,
    /// Where its secret is found.
    pub secret: SecretView,
}

/// Where a secret is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretView {
    /// There is none.
    None,
    /// In that file.
    File(String),
    /// In that variable.
    Env(String),
    /// Sealed, in the store.
    Sealed,
    /// Not for the caller to know; or where the configuration file says.
    Elsewhere,
}

impl ResourceView {
    /// What those see who do not look after it.
    pub(super) fn outside(self) -> Self {
        let accounts = self.accounts.into_iter().filter(|account| !account.inspection).map(|account| AccountView {
            user: None,
            secret: SecretView::Elsewhere,
            ..account
        });
        Self { address: None, tls_name: None, tls_ca: None, accounts: accounts.collect(), ..self }
    }

    /// One of the configuration file.
    pub(in super::super) fn of_file(resource: &Resource, inspection: Option<&Account>, record: Recording) -> Self {
        let people = resource.accounts.iter().map(|account| (account, false));
        let accounts =
            people.chain(inspection.map(|account| (account, true))).map(|(account, inspection)| AccountView {
                name: account.name.clone(),
                user: Some(account.user.clone()),
                inspection,
                secret: SecretView::Elsewhere,
            });
        Self {
            name: resource.name.clone(),
            protocol: resource.protocol.clone(),
            address: Some(resource.address.clone()),
            tls: resource.tls,
            tls_name: resource.tls_name.clone(),
            tls_ca: text(resource.tls_ca.as_deref()),
            server_names: resource.server_names.clone(),
            default_database: resource.default_database.clone(),
            labels: resource.labels.clone(),
            record_whole: record == Recording::Whole,
            accounts: accounts.collect(),
            source: Origin::File,
            changed_us: 0,
        }
    }

    /// One of the store.
    pub(in super::super) fn of_store(row: &ResourceRow) -> Self {
        let accounts = row.accounts.iter().map(|account| AccountView {
            name: account.name.clone(),
            user: Some(account.user.clone()),
            inspection: account.inspection,
            secret: match &account.secret {
                SecretRow::None => SecretView::None,
                SecretRow::File(name) => SecretView::File(name.clone()),
                SecretRow::Env(name) => SecretView::Env(name.clone()),
                SecretRow::Sealed(_) => SecretView::Sealed,
            },
        });
        Self {
            name: row.name.clone(),
            protocol: row.protocol.clone(),
            address: Some(row.address.clone()),
            tls: row.tls,
            tls_name: row.tls_name.clone(),
            tls_ca: text(row.tls_ca.as_deref()),
            server_names: row.server_names.clone(),
            default_database: row.default_database.clone(),
            labels: row.labels.clone(),
            record_whole: row.record_whole,
            accounts: accounts.collect(),
            source: Origin::Store,
            changed_us: row.changed_us,
        }
    }
}

fn text(bundle: Option<&[u8]>) -> Option<String> {
    bundle.map(|bundle| String::from_utf8_lossy(bundle).into_owned())
}
