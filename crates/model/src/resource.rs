//! What is reached: a named target, how it is dialled, and which of its accounts may be used.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The name of a resource: 1 to 63 of `a-z 0-9 - _ .`, beginning with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceName(String);

impl ResourceName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ResourceName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
        let begins_well = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        if text.len() <= 63 && begins_well && text.chars().all(good) {
            Ok(Self(text.to_owned()))
        } else {
            Err("a resource name is 1 to 63 of a-z 0-9 - _ . and begins with a letter or digit".to_owned())
        }
    }
}

impl TryFrom<String> for ResourceName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<ResourceName> for String {
    fn from(name: ResourceName) -> Self {
        name.0
    }
}

/// Host and port of a target. The host is a DNS name or an IP address (IPv6 in brackets when written).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// DNS name or IP address, without brackets.
    pub host: String,
    /// TCP port, 1 to 65535.
    pub port: u16,
}

/// Why an address was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an address is host:port, with an IPv6 host in brackets")]
pub struct AddressError;

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (host, port) = text.rsplit_once(':').ok_or(AddressError)?;
        let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let host = match bracketed {
            Some(inner) => inner,
            None if host.contains(':') => return Err(AddressError),
            None => host,
        };
        let port: u16 = port.parse().map_err(|_| AddressError)?;
        if host.is_empty() || port == 0 {
            return Err(AddressError);
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// How the leg to a target is protected. There is no "prefer": what is asked for is what happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// No TLS. For loopback and lower layers that already protect the path.
    Disable,
    /// TLS, whoever the target is. Protects from listeners only, not from a man in the middle.
    Require,
    /// TLS with a certificate of a trusted authority, whatever name it has.
    VerifyCa,
    /// TLS with a certificate of a trusted authority for the name that was dialled.
    #[default]
    VerifyFull,
}

/// An account on the target that people are let in as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What people type after `+`.
    pub name: String,
    /// The target's own user name.
    pub user: String,
}

/// A named target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its name.
    pub name: ResourceName,
    /// The protocol it speaks: the name of a row in the wiring table.
    pub protocol: String,
    /// Where it is dialled.
    pub address: Address,
    /// How the leg to it is protected.
    pub tls: TlsMode,
    /// The name its certificate must carry; `None` = the host dialled.
    pub tls_name: Option<String>,
    /// Certificate authorities (PEM) that its certificate must come from; `None` = those of the system.
    pub tls_ca: Option<Vec<u8>>,
    /// TLS server names (SNI) by which clients reach it.
    pub server_names: Vec<String>,
    /// The database (or its like) when the client names none.
    pub default_database: Option<String>,
    /// Accounts by which people are let in; the first is the default.
    pub accounts: Vec<Account>,
    /// Free labels for policy.
    pub labels: BTreeMap<String, String>,
}

impl Resource {
    /// The account of that name, or the default when none is named.
    pub fn account(&self, name: Option<&str>) -> Option<&Account> {
        match name {
            None => self.accounts.first(),
            Some(name) => self.accounts.iter().find(|account| account.name == name),
        }
    }
}
