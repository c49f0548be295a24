//! Targets: adding, changing, removing and trying them. Their secrets go in and are never shown.

mod change;
mod check;
mod probe;
mod view;

use std::collections::BTreeMap;

use identity::Origin;
use model::{Address, ResourceName, Secret, TlsMode};
use secrets::Place;
use store::{AccountRow, ResourceRow, SecretRow};

use super::Estate;
use super::people::names_the_file;
use crate::roles;
use crate::{Caller, Error};

pub use probe::{Prober, Step, Tested, Trial};
pub use view::{AccountView, ResourceView, SecretView};

/// The column of sealed secrets.
const COLUMN: &str = "account.secret";

/// A target as somebody wishes it.
#[derive(Clone, Debug)]
pub struct NewResource {
    /// Its name.
    pub name: ResourceName,
    /// The protocol it speaks.
    pub protocol: String,
    /// Where the gateway reaches it.
    pub address: Address,
    /// How the way to it is protected.
    pub tls: TlsMode,
    /// The name its certificate must carry; none = the host.
    pub tls_name: Option<String>,
    /// Authorities (PEM) that its certificate must come from; none = those of the system.
    pub tls_ca: Option<String>,
    /// TLS server names by which clients reach it.
    pub server_names: Vec<String>,
    /// The database (or its like) when the client names none.
    pub default_database: Option<String>,
    /// Free labels for policy.
    pub labels: BTreeMap<String, String>,
    /// Whether all that people are shown is recorded.
    pub record_whole: bool,
    /// Accounts; the first that is not for inspection is the default.
    pub accounts: Vec<NewAccount>,
}

/// An account as somebody wishes it.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// What people type after `+`.
    pub name: String,
    /// The target's own user name.
    pub user: String,
    /// Whether it is for the gateway's own looks at the target, and never for people.
    pub inspection: bool,
    /// Where its secret is.
    pub secret: NewSecret,
}

/// Where the secret of an account is to be.
#[derive(Clone, Debug)]
pub enum NewSecret {
    /// As it was. For an account that was there, while the target is reached in the same way.
    Keep,
    /// There is none.
    None,
    /// This. It is sealed.
    Value(Secret),
    /// In that file of the folder that the operators opened for this.
    File(String),
    /// In that variable of the gateway's environment, as far as the operators opened them for this.
    Env(String),
}

impl Estate {
    /// All targets, by name: whole for those who look after them, without addresses and the target's user names for others.
    ///
    /// # Errors
    /// When the caller may not see them.
    pub async fn resources(&self, by: &Caller) -> Result<Vec<ResourceView>, Error> {
        let whole = self.may(by, &roles::RESOURCES_LIST).await.is_ok();
        let rule = if whole { &roles::RESOURCES_LIST } else { &roles::RESOURCES_NAMES };
        self.may(by, rule).await?;
        self.write_down(by, rule, &[]).await?;
        self.inventory.refresh(&self.parts).await?;
        let all = self.inventory.views();
        Ok(if whole { all } else { all.into_iter().map(ResourceView::outside).collect() })
    }

    /// The target of that name, shown as in the list.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn resource(&self, by: &Caller, name: &ResourceName) -> Result<ResourceView, Error> {
        self.resources(by).await?.into_iter().find(|view| view.name == *name).ok_or(Error::NotFound)
    }

    /// Adds a target.
    ///
    /// # Errors
    /// [`Error::Conflict`] when there is one of that name.
    pub async fn add_resource(&self, by: &Caller, new: NewResource) -> Result<ResourceView, Error> {
        let _one = self.changing.lock().await;
        self.may(by, &roles::RESOURCES_ADD).await?;
        self.inventory.refresh(&self.parts).await?;
        if let Some(there) = self.inventory.view(&new.name) {
            let place = if there.source == Origin::File { ", in the configuration file" } else { "" };
            return Err(Error::Conflict(format!("there is a resource {} already{place}", new.name)));
        }
        let row = self.settled(new, None)?;
        self.write_down(by, &roles::RESOURCES_ADD, &told(&row)).await?;
        if !self.parts.store.add_resource(&row).await? {
            return Err(Error::Conflict(format!("there is a resource {} already", row.name)));
        }
        self.resource_now(&row.name).await
    }

    /// Puts a target in the place of the one of that name. A secret stays only where it goes to the same place as before:
    /// else a change of the address would be a way to be sent it. Labels are for policy authors, the rest for administrators.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none; [`Error::Conflict`] when it stands in the configuration file.
    pub async fn change_resource(&self, by: &Caller, new: NewResource) -> Result<ResourceView, Error> {
        let _one = self.changing.lock().await;
        let before = self.resource_row(&new.name).await;
        if before.is_err() || self.may(by, &roles::RESOURCES_LABEL).await.is_err() {
            self.may(by, &roles::RESOURCES_CHANGE).await?;
        }
        let before = before?;
        let row = self.settled(new, Some(&before))?;
        let fields = change::fields(&before, &row);
        let rules = change::rules(&fields);
        for rule in &rules {
            self.may(by, rule).await?;
        }
        let details = [vec![("changed", fields.join(", "))], told(&row)].concat();
        for rule in rules {
            self.write_down(by, rule, &details).await?;
        }
        if !self.parts.store.change_resource(&row).await? {
            return Err(Error::NotFound);
        }
        self.resource_now(&row.name).await
    }

    /// Removes a target with its secrets.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none; [`Error::Conflict`] when it stands in the configuration file.
    pub async fn remove_resource(&self, by: &Caller, name: &ResourceName) -> Result<(), Error> {
        let _one = self.changing.lock().await;
        self.may(by, &roles::RESOURCES_REMOVE).await?;
        let row = self.resource_row(name).await?;
        self.write_down(by, &roles::RESOURCES_REMOVE, &told(&row)).await?;
        self.parts.store.remove_resource(name).await?;
        self.changed().await
    }

    async fn resource_now(&self, name: &ResourceName) -> Result<ResourceView, Error> {
        self.changed().await?;
        self.inventory.view(name).ok_or(Error::NotFound)
    }

    /// The row of a target that can be changed here.
    async fn resource_row(&self, name: &ResourceName) -> Result<ResourceRow, Error> {
        self.inventory.refresh(&self.parts).await?;
        let view = self.inventory.view(name).ok_or(Error::NotFound)?;
        if view.source == Origin::File {
            return Err(Error::Conflict(format!("the resource {name} {}", names_the_file())));
        }
        self.parts.store.resources().await?.into_iter().find(|row| row.name == *name).ok_or(Error::NotFound)
    }

    /// The row of a wish that makes sense, its secrets sealed.
    pub(super) fn settled(&self, new: NewResource, before: Option<&ResourceRow>) -> Result<ResourceRow, Error> {
        check::resource(&new, &self.parts.protocols, &self.inventory)?;
        let now = self.now();
        let mut row = ResourceRow {
            name: new.name,
            protocol: new.protocol,
            address: new.address,
            tls: new.tls,
            tls_name: new.tls_name,
            tls_ca: new.tls_ca.map(String::into_bytes),
            server_names: new.server_names,
            default_database: new.default_database,
            labels: new.labels,
            record_whole: new.record_whole,
            accounts: Vec::new(),
            added_us: before.map_or(now, |before| before.added_us),
            changed_us: now,
        };
        for NewAccount { name, user, inspection, secret } in new.accounts {
            let mut account = AccountRow { name, user, inspection, secret: SecretRow::None };
            account.secret = self.secret(&row, &account, secret, before)?;
            row.accounts.push(account);
        }
        Ok(row)
    }

    fn secret(
        &self,
        row: &ResourceRow,
        account: &AccountRow,
        secret: NewSecret,
        before: Option<&ResourceRow>,
    ) -> Result<SecretRow, Error> {
        match secret {
            NewSecret::None => Ok(SecretRow::None),
            NewSecret::File(name) => check::file(&self.parts.references, &name).map(SecretRow::File),
            NewSecret::Env(name) => check::variable(&self.parts.references, &name).map(SecretRow::Env),
            NewSecret::Value(secret) => {
                check::value(&account.name, &secret)?;
                let place = Place { column: COLUMN, row: &[row.name.as_str(), &account.name] };
                Ok(SecretRow::Sealed(self.parts.envelope.seal(place, secret.reveal())?))
            }
            NewSecret::Keep => {
                let found = before.and_then(|before| before.accounts.iter().find(|there| there.name == account.name));
                let Some(found) = found else { return Ok(SecretRow::None) };
                let why = if found.secret == SecretRow::None {
                    return Ok(SecretRow::None);
                } else if !before.is_some_and(|before| change::same_way(before, row)) {
                    "its address, protocol or TLS changes, so its secret would be sent to another place"
                } else if (&found.user, found.inspection) != (&account.user, account.inspection) {
                    "its user changes, or whether it is for inspection, so its secret would serve for something else"
                } else {
                    return Ok(found.secret.clone());
                };
                Err(Error::Invalid(format!("the secret of account {} must be given again: {why}", account.name)))
            }
        }
    }
}

/// What a record says of a target: all of it but the secrets.
fn told(row: &ResourceRow) -> Vec<(&'static str, String)> {
    let accounts = row.accounts.iter().map(|account| {
        let inspection = if account.inspection { " for inspection" } else { "" };
        format!("{} as {}{inspection} ({:?})", account.name, account.user, account.secret)
    });
    let labels = row.labels.iter().map(|(name, value)| format!("{name}={value}"));
    vec![
        ("resource", row.name.to_string()),
        ("protocol", row.protocol.clone()),
        ("address", row.address.to_string()),
        ("tls", format!("{:?}", row.tls)),
        ("tls_name", row.tls_name.clone().unwrap_or_default()),
        ("tls_ca", row.tls_ca.as_deref().map(change::digest).unwrap_or_default()),
        ("default_database", row.default_database.clone().unwrap_or_default()),
        ("accounts", accounts.collect::<Vec<_>>().join(", ")),
        ("labels", labels.collect::<Vec<_>>().join(", ")),
        ("server_names", row.server_names.join(", ")),
        ("record_whole", row.record_whole.to_string()),
    ]
}

/// Sealed secrets of a target: account and bytes.
pub(super) fn sealed(row: &ResourceRow) -> impl Iterator<Item = (&str, &[u8])> {
    row.accounts.iter().filter_map(|account| match &account.secret {
        SecretRow::Sealed(bytes) => Some((account.name.as_str(), bytes.as_slice())),
        _ => None,
    })
}

/// Where the secret of an account stands.
pub(super) fn place<'a>(row: &'a [&'a str; 2]) -> Place<'a> {
    Place { column: COLUMN, row }
}
