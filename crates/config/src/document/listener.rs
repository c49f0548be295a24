//! `[[listener]]`: a door for clients.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A door for clients.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listener {
    /// The protocol that is spoken here: `postgres`.
    pub(crate) protocol: String,
    /// Address and port: `127.0.0.1:6432`, `[::1]:6432`, or `0.0.0.0:6432` for every address of the machine.
    pub(crate) listen: String,
    /// The resource behind this door, which is then its own: names inside the protocol are the target's. Without it the
    /// client names the resource, by TLS server name or as `resource/database` in place of the database.
    #[serde(default)]
    pub(crate) resource: Option<String>,
    /// Whether clients must use TLS.
    #[serde(default)]
    pub(crate) tls: ListenerTls,
    /// Load balancers, as address ranges, whose PROXY protocol v2 header is believed. From these peers it is demanded;
    /// from all others it is refused. Who can connect from such an address can claim any client address.
    #[serde(default)]
    pub(crate) proxy_protocol_from: Vec<String>,
    /// `host:port` as clients reach this door, when it differs from `listen`: a DNS name, a balancer. `signet connect`
    /// prints it, and a self-made certificate is valid for it.
    #[serde(default)]
    pub(crate) advertise: Option<String>,
}

/// Whether clients must use TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ListenerTls {
    /// A client without TLS is refused.
    #[default]
    Required,
    /// A client may do without; everything it sends and sees can then be read on its way.
    Optional,
}
