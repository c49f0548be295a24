//! The file as it is written. The doc comments here are the reference page.

mod api;
mod journal;
mod limits;
mod listener;
mod person;
mod resource;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use api::Unattributed;
pub(crate) use api::{Api, Policy, Store};
pub use journal::{Journal, Mode};
pub use limits::Limits;
pub(crate) use listener::{Listener, ListenerTls};
pub use person::Role;
pub(crate) use person::{Access, Person};
pub(crate) use resource::{Account, Record, Resource, Secret, TargetTls};

/// The whole file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    /// The folder where the gateway keeps what must survive: the journal, the store with hashed tokens, and its own
    /// certificate. Made at the first start. Who can write to it controls the gateway.
    pub(crate) data_dir: PathBuf,
    /// The certificate that clients see. Without this section the gateway makes one for itself in `data_dir/tls` at the
    /// first start, with an authority of its own that clients can be given as `data_dir/tls/ca.crt`.
    #[serde(default)]
    pub(crate) tls: Option<Tls>,
    /// Where the operators look.
    #[serde(default)]
    pub(crate) operations: Operations,
    /// Where people and their programs administer, ask and approve.
    #[serde(default)]
    pub(crate) api: Option<Api>,
    /// What decides about every command.
    #[serde(default)]
    pub(crate) policy: Policy,
    /// What the gateway keeps besides evidence.
    #[serde(default)]
    pub(crate) store: Store,
    /// The evidence journal, and the log that is made of it.
    #[serde(default)]
    pub(crate) journal: Journal,
    /// The bounds that protect the gateway from its peers.
    #[serde(default)]
    pub(crate) limits: Limits,
    /// A door for clients. At least one.
    #[serde(default)]
    pub(crate) listener: Vec<Listener>,
    /// A target that people may reach.
    #[serde(default)]
    pub(crate) resource: Vec<Resource>,
    /// Somebody who may be given tokens.
    #[serde(default)]
    pub(crate) person: Vec<Person>,
}

/// The certificate that clients see.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    /// A file with the certificate chain in PEM form, the gateway's own certificate first.
    pub(crate) certificate: PathBuf,
    /// A file with its private key in PEM form.
    pub(crate) key: PathBuf,
    /// A file with the authority that clients must trust, when it is not a public one. `signet connect` names it in
    /// what it prints.
    #[serde(default)]
    pub(crate) ca: Option<PathBuf>,
}

/// Where the operators look.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Operations {
    /// Address and port of the plain HTTP listener for `GET /health` and `GET /metrics` (Prometheus). It has no sign-in:
    /// keep it on the loopback address or on a network of the operators.
    pub(crate) listen: String,
}

impl Default for Operations {
    fn default() -> Self {
        Self { listen: "127.0.0.1:9187".to_owned() }
    }
}
