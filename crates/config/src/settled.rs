//! The configuration as the rest of the program uses it: checked, absolute, complete.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use model::{Account, Address, Recording, Resource, ResourceName};
use sha2::{Digest, Sha256};

use crate::{Journal, Limits, Network, Role, Unattributed};

/// A checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file it was read from.
    pub file: PathBuf,
    /// What stood in it, so that evidence can name exactly this.
    pub text: String,
    /// Where the gateway keeps what must survive.
    pub data_dir: PathBuf,
    /// The certificate that clients see; `None` = the gateway makes one.
    pub tls: Option<Certificate>,
    /// Where health and metrics are served.
    pub operations: SocketAddr,
    /// Where people administer, ask and approve; `None` = nowhere.
    pub api: Option<Api>,
    /// A folder of policies; `None` = those that were handed in.
    pub policy_dir: Option<PathBuf>,
    /// What happens to a change of that folder without a name to it.
    pub unattributed: Unattributed,
    /// The file of the store.
    pub store_file: PathBuf,
    /// The file of the keys under which the store's secrets are kept.
    pub store_key_file: PathBuf,
    /// The evidence journal.
    pub journal: Journal,
    /// Bounds.
    pub limits: Limits,
    /// Doors for clients.
    pub listeners: Vec<Listener>,
    /// Targets, by name.
    pub targets: BTreeMap<ResourceName, Target>,
    /// People, by name.
    pub people: BTreeMap<String, Person>,
}

/// Files of the certificate that clients see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The chain.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
    /// The authority that clients must trust, when it is not a public one.
    pub ca: Option<PathBuf>,
}

/// Where people administer, ask and approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where people reach it.
    pub advertise: Address,
}

/// A door for clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The protocol's name in the wiring table.
    pub protocol: String,
    /// Where it listens.
    pub listen: SocketAddr,
    /// The resource behind it; `None` = the client names one.
    pub resource: Option<ResourceName>,
    /// Whether clients may do without TLS.
    pub plaintext_allowed: bool,
    /// Peers whose PROXY header is believed, and demanded.
    pub proxy_from: Vec<Network>,
    /// Where clients reach it.
    pub advertise: Address,
}

/// A target with what only the gateway knows of it.
#[derive(Clone, Debug)]
pub struct Target {
    /// What the engine sees, but for the content of `tls_ca`. The default account is the first.
    pub resource: Arc<Resource>,
    /// The account by which the gateway itself looks at it, and nobody else is let in.
    pub inspection: Option<Account>,
    /// Authorities that may have signed its certificate; `None` = those of the system.
    pub tls_ca: Option<PathBuf>,
    /// Where the password of each account is found, by account name.
    pub secrets: BTreeMap<String, SecretSource>,
    /// How much of what people are shown is recorded.
    pub record: Recording,
}

/// Where the password of an account is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// There is none.
    None,
    /// In a file.
    File(PathBuf),
    /// In an environment variable of the gateway's process.
    Env(String),
}

/// Somebody who may be given tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// What they type.
    pub name: String,
    /// Groups.
    pub groups: Vec<String>,
    /// What they may do with the gateway itself.
    pub roles: Vec<Role>,
    /// What they may reach, wildcards resolved.
    pub access: Vec<Access>,
}

/// Accounts of one resource that a person may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The resource.
    pub resource: ResourceName,
    /// Names of accounts.
    pub accounts: Vec<String>,
}

impl Person {
    /// Whether they may use an account of a resource.
    pub fn may_use(&self, resource: &ResourceName, account: &str) -> bool {
        self.access
            .iter()
            .any(|access| access.resource == *resource && access.accounts.iter().any(|name| name == account))
    }
}

impl Config {
    /// SHA-256 of the file, hexadecimal: which configuration is in force.
    pub fn digest(&self) -> String {
        Sha256::digest(&self.text).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The target of that name.
    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets.values().find(|target| target.resource.name.as_str() == name)
    }

    /// The file of the key that masks are made under, beside that of the store.
    pub fn mask_key_file(&self) -> PathBuf {
        self.store_key_file.with_file_name("mask.key")
    }

    /// The folder of the gateway's own certificate and authority.
    pub fn own_tls_dir(&self) -> PathBuf {
        self.data_dir.join("tls")
    }

    /// The file with the authority that clients must trust; `None` when it is a public one.
    pub fn client_ca(&self) -> Option<PathBuf> {
        match &self.tls {
            Some(certificate) => certificate.ca.clone(),
            None => Some(self.own_tls_dir().join("ca.crt")),
        }
    }

    /// The listener by which clients best reach a resource: its own, else one where they name it.
    pub fn listener_for(&self, resource: &Resource) -> Option<&Listener> {
        let own = self.listeners.iter().find(|listener| listener.resource.as_ref() == Some(&resource.name));
        own.or_else(|| {
            self.listeners.iter().find(|listener| listener.resource.is_none() && listener.protocol == resource.protocol)
        })
    }
}
