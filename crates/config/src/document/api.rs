//! `[api]`: where people and their programs administer, ask and approve.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where people and their programs administer, ask and approve: an HTTPS interface, with the certificate that clients see.
/// Without this section there is none, and what needs an approval is refused.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Api {
    /// Address and port: `127.0.0.1:7443`, or `0.0.0.0:7443` for every address of the machine.
    pub(crate) listen: String,
    /// `host:port` as people reach it, when it differs from `listen`; a self-made certificate is valid for it.
    #[serde(default)]
    pub(crate) advertise: Option<String>,
}

/// What decides about every command besides `access`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Policy {
    /// A folder of `*.cedar` files that are in force, and taken over whenever they change. Without it, policies are those
    /// that a policy author has handed in by `signet policy apply`.
    pub(crate) directory: Option<PathBuf>,
    /// What happens to a change of the folder that nobody has put their name to (`signet policy reload`).
    pub(crate) unattributed: Unattributed,
}

/// What happens to a change of policies that nobody has put their name to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unattributed {
    /// It comes into force, and the record says that nobody put their name to it.
    #[default]
    Record,
    /// It does not come into force before a policy author has it taken over.
    Refuse,
}

/// What the gateway keeps besides evidence.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Store {
    /// The file of the store: tokens, people, resources, requests, policies. Gateways on one machine may share one. Without
    /// it, `data_dir/store.sqlite`.
    pub(crate) file: Option<PathBuf>,
    /// The file with the keys under which passwords of targets and the text of waiting commands are kept there. Made at the
    /// first start. Without it, nothing of that can be read again: keep a copy, apart from the store. Without this key,
    /// `data_dir/store.key`.
    pub(crate) key_file: Option<PathBuf>,
}
