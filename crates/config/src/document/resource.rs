//! `[[resource]]`: a target that people may reach, and the accounts that they reach it as.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A target that people may reach.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resource {
    /// What people type: 1 to 63 of `a-z 0-9 - _ .`, beginning with a letter or digit.
    pub(crate) name: String,
    /// The protocol it speaks: `postgres`.
    pub(crate) protocol: String,
    /// `host:port` where the gateway reaches it. People never see it.
    pub(crate) address: String,
    /// How the way to it is protected. What is asked for is what happens: there is no falling back.
    #[serde(default)]
    pub(crate) tls: TargetTls,
    /// A file with the authorities that may have signed its certificate, in PEM form. Without it, those of the system.
    #[serde(default)]
    pub(crate) tls_ca: Option<PathBuf>,
    /// The name that its certificate must carry. Without it, the host of `address`.
    #[serde(default)]
    pub(crate) tls_server_name: Option<String>,
    /// TLS server names by which clients reach it on a listener without `resource`. They must lead to the gateway in DNS.
    #[serde(default)]
    pub(crate) server_names: Vec<String>,
    /// The database (or its like) when the client names none. Without it, what the protocol does by itself.
    #[serde(default)]
    pub(crate) database: Option<String>,
    /// How much of what people are shown is recorded.
    #[serde(default)]
    pub(crate) record: Record,
    /// Free labels.
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    /// An account on the target. At least one.
    #[serde(default)]
    pub(crate) account: Vec<Account>,
}

/// How much of what people are shown is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Record {
    /// The beginning of each result (`journal.result_bytes`); a record says where it was cut.
    #[default]
    Beginning,
    /// All of it.
    Full,
}

/// How the way to a target is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TargetTls {
    /// TLS, with a certificate of a trusted authority for the right name.
    #[default]
    VerifyFull,
    /// TLS, with a certificate of a trusted authority, whatever name it has.
    VerifyCa,
    /// TLS, whoever answers: no protection from a man in the middle.
    Require,
    /// No TLS: only where the way itself is safe.
    Disable,
}

/// An account on a target.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    /// What people type after `+` in their user name, and what `access` names.
    pub(crate) name: String,
    /// The target's own user name. Without it, `name`.
    #[serde(default)]
    pub(crate) user: Option<String>,
    /// Where its password is found, asked anew for each session. Without it, there is none.
    #[serde(default)]
    pub(crate) secret: Option<Secret>,
    /// Whether it is the one for people who name none. At most one of a resource; without any, the first.
    #[serde(default)]
    pub(crate) default: bool,
    /// Whether it is the one by which the gateway itself looks at what the databases hold, for masks and for what names stand
    /// for, and by which nobody is let in. It needs to sign in, and nothing else. At most one of a resource; without any, names
    /// are not looked up, and for masks the gateway looks as the first account whose password it has.
    #[serde(default)]
    pub(crate) inspection: bool,
}

/// Where a password is found.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Secret {
    /// A file whose content it is; one line ending at the end is not part of it.
    File(PathBuf),
    /// An environment variable of the gateway's process, where root can read it for as long as that runs.
    Env(String),
}
