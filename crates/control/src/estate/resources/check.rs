//! Whether the wish for a target makes sense.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Secret, TlsMode};

use super::super::{Inventory, References, names};
use super::{NewResource, Prober};
use crate::Error;

const MOST_ACCOUNTS: usize = 64;
const MOST_LABELS: usize = 64;
const MOST_SERVER_NAMES: usize = 16;
/// The longest bundle of authorities, in bytes.
const LONGEST_BUNDLE: usize = 256 << 10;
/// The longest secret, in bytes.
const LONGEST_SECRET: usize = 64 << 10;

type Protocols = BTreeMap<String, Option<Arc<dyn Prober>>>;

pub(super) fn resource(new: &NewResource, protocols: &Protocols, inventory: &Inventory) -> Result<(), Error> {
    if !protocols.contains_key(&new.protocol) {
        let known: Vec<_> = protocols.keys().map(String::as_str).collect();
        return invalid(format!("there is no protocol {:?}; there is {}", new.protocol, known.join(", ")));
    }
    if !dns(&new.address.host) && new.address.host.parse::<std::net::IpAddr>().is_err() {
        return invalid(format!("{:?} is no host name and no address", new.address.host));
    }
    if new.default_database.as_ref().is_some_and(|name| !short(name)) {
        return invalid("a database is 1 to 63 bytes without control characters".to_owned());
    }
    tls(new)?;
    labels(new)?;
    server_names(new, inventory)?;
    accounts(new)
}

/// What has no effect is a wish that would silently not come true.
fn tls(new: &NewResource) -> Result<(), Error> {
    let verifies = matches!(new.tls, TlsMode::VerifyFull | TlsMode::VerifyCa);
    if new.tls_name.is_some() && new.tls != TlsMode::VerifyFull {
        return invalid("a TLS name has an effect with verify-full only".to_owned());
    }
    if new.tls_name.as_ref().is_some_and(|name| !dns(name)) {
        return invalid("the TLS name is no DNS name".to_owned());
    }
    let Some(bundle) = &new.tls_ca else { return Ok(()) };
    if !verifies {
        return invalid("authorities have an effect with verify-full and verify-ca only".to_owned());
    }
    if bundle.len() > LONGEST_BUNDLE
        || !bundle.contains("-----BEGIN CERTIFICATE-----")
        || bundle.contains("PRIVATE KEY")
    {
        return invalid("authorities are certificates in PEM form, 256 KiB at most".to_owned());
    }
    Ok(())
}

fn labels(new: &NewResource) -> Result<(), Error> {
    if new.labels.len() > MOST_LABELS {
        return invalid(format!("there may be {MOST_LABELS} labels"));
    }
    new.labels.iter().try_for_each(|(name, value)| {
        names::check("the name of a label", name)?;
        names::check("the value of a label", value)
    })
}

fn server_names(new: &NewResource, inventory: &Inventory) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for name in &new.server_names {
        let lower = name.to_ascii_lowercase();
        if !dns(name) {
            return invalid(format!("{name:?} is no DNS name"));
        }
        let taken = inventory.owner_of(&lower).filter(|owner| *owner != new.name);
        if !seen.insert(lower) || taken.is_some() {
            return Err(Error::Conflict(format!("the server name {name} is taken: it can lead to one resource only")));
        }
    }
    if seen.len() > MOST_SERVER_NAMES {
        return invalid(format!("there may be {MOST_SERVER_NAMES} server names"));
    }
    Ok(())
}

fn accounts(new: &NewResource) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for account in &new.accounts {
        names::check("the name of an account", &account.name)?;
        if !short(&account.name) || !short(&account.user) {
            return invalid("an account and its user are 1 to 63 bytes without control characters".to_owned());
        }
        if !seen.insert(&account.name) {
            return invalid(format!("there are two accounts {:?}", account.name));
        }
    }
    let inspection = new.accounts.iter().filter(|account| account.inspection).count();
    if inspection > 1 || inspection == new.accounts.len() || new.accounts.len() > MOST_ACCOUNTS {
        return invalid(format!(
            "a resource has 1 to {MOST_ACCOUNTS} accounts for people, and at most one for inspection"
        ));
    }
    Ok(())
}

/// A file of the folder that the operators opened: a name, never a way.
pub(super) fn file(references: &References, name: &str) -> Result<String, Error> {
    let Some(folder) = &references.folder else {
        return invalid("files are for the configuration file; hand in the secret itself, and it is sealed".to_owned());
    };
    let plain = !name.is_empty() && name.len() <= 128 && !name.starts_with('.') && name.chars().all(is_plain);
    if !plain {
        let folder = folder.display();
        return invalid(format!("name a file of {folder}: letters, digits, - _ and dots, without a folder"));
    }
    Ok(name.to_owned())
}

/// A variable that the operators opened.
pub(super) fn variable(references: &References, name: &str) -> Result<String, Error> {
    let Some(prefix) = &references.variables else {
        return invalid(
            "variables are for the configuration file; hand in the secret itself, and it is sealed".to_owned(),
        );
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.starts_with(prefix.as_str()) || name.len() > 128 || !name.chars().all(plain) {
        return invalid(format!("name a variable that begins with {prefix}"));
    }
    Ok(name.to_owned())
}

/// A secret itself.
pub(super) fn value(account: &str, secret: &Secret) -> Result<(), Error> {
    if (1..=LONGEST_SECRET).contains(&secret.reveal().len()) && !secret.reveal().contains(&0) {
        return Ok(());
    }
    invalid(format!("the secret of account {account} is 1 byte to 64 KiB, without zero bytes"))
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

fn dns(name: &str) -> bool {
    (1..=253).contains(&name.len()) && name.chars().all(is_plain) && !name.contains("..")
}

fn short(text: &str) -> bool {
    (1..=63).contains(&text.len()) && !text.chars().any(char::is_control)
}

fn invalid<T>(why: String) -> Result<T, Error> {
    Err(Error::Invalid(why))
}
