//! How a gateway under test is to be made: the shape of its configuration file.

use std::path::{Path, PathBuf};

use super::door::Door;
use super::gateway::Gateway;
use super::postgres::{PASSWORD, Postgres};

/// Who may sign in.
const PEOPLE: &str = r#"
[[person]]
name = "ada"
access = [ { resource = "prod", accounts = ["app", "reader"] } ]

[[person]]
name = "postgres"
access = [ { resource = "prod", accounts = ["app"] } ]

[[person]]
name = "grace"
access = [ { resource = "prod", accounts = ["app"] } ]

[[person]]
name = "eve"
"#;

/// Where it listens.
pub struct Ports {
    pub dedicated: u16,
    pub shared: u16,
    pub operations: u16,
    pub api: u16,
}

/// How a gateway is to be made.
#[derive(Clone)]
pub struct Setup {
    /// `host:port` of the target.
    pub address: String,
    pub target_tls: &'static str,
    pub target_ca: Option<PathBuf>,
    pub listener_tls: &'static str,
    /// Certificate and key; without them the gateway makes its own.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// The data folder as a file system of this many MiB.
    pub tmpfs_mib: Option<u32>,
    /// Size of a segment of the journal.
    pub segment_bytes: u64,
    /// A program that starts the gateway, such as strace.
    pub wrapper: Vec<String>,
    pub target_password: String,
    /// Networks whose PROXY header is believed on the dedicated port; the shared port believes nobody.
    pub proxy_from: &'static [&'static str],
    pub direct: Option<Door>,
    /// In place of the usual people.
    pub people: Option<&'static str>,
    /// More of the configuration; `API` stands for the address of the interface, `DIR` for the gateway's folder.
    pub more: String,
}

impl Setup {
    /// In front of this server, plain on both sides: what raw sockets and strace can read.
    pub fn before(server: &Postgres) -> Self {
        Self { direct: Some(server.door()), ..Self::before_address(&format!("127.0.0.1:{}", server.port)) }
    }

    pub fn before_address(address: &str) -> Self {
        Self {
            address: address.into(),
            target_tls: "disable",
            target_ca: None,
            listener_tls: "optional",
            certificate: None,
            tmpfs_mib: None,
            segment_bytes: 2 << 20,
            wrapper: Vec::new(),
            target_password: PASSWORD.into(),
            proxy_from: &[],
            direct: None,
            people: None,
            more: String::new(),
        }
    }

    pub fn target_password(self, password: &str) -> Self {
        Self { target_password: password.into(), ..self }
    }

    pub fn start(self) -> Gateway {
        let mut gateway = self.prepare();
        gateway.begin();
        gateway
    }

    /// Its folder and configuration, before it begins.
    pub fn prepare(self) -> Gateway {
        Gateway::prepare(self)
    }

    pub(super) fn configuration(&self, ports: Ports, dir: &Path) -> String {
        let Ports { dedicated, shared, operations, api } = ports;
        let more = self.more.replace("API", &format!("127.0.0.1:{api}")).replace("DIR", &dir.display().to_string());
        let people = self.people.unwrap_or(PEOPLE);
        let tls = self.certificate.as_ref().map_or_else(String::new, |(certificate, key)| {
            format!("[tls]\ncertificate = \"{}\"\nkey = \"{}\"\n", certificate.display(), key.display())
        });
        let ca = self.target_ca.as_ref().map_or_else(String::new, |ca| format!("tls_ca = \"{}\"\n", ca.display()));
        let (data, secret) = (dir.join("data"), dir.join("target-password"));
        let (address, target_tls, listener_tls) = (&self.address, self.target_tls, self.listener_tls);
        format!(
            r#"data_dir = "{data}"
{tls}
[journal]
segment_bytes = {segment_bytes}

[operations]
listen = "127.0.0.1:{operations}"

[[listener]]
protocol = "postgres"
listen = "127.0.0.1:{dedicated}"
resource = "prod"
tls = "{listener_tls}"
proxy_protocol_from = {proxy_from:?}

[[listener]]
protocol = "postgres"
listen = "127.0.0.1:{shared}"
tls = "{listener_tls}"

[[resource]]
name = "prod"
protocol = "postgres"
address = "{address}"
tls = "{target_tls}"
{ca}server_names = ["prod.localhost"]
labels = {{ env = "production" }}

[[resource.account]]
name = "app"
user = "postgres"
secret = {{ file = "{secret}" }}
default = true

[[resource.account]]
name = "reader"
user = "app_user"
secret = {{ file = "{secret}" }}

{people}
{more}
"#,
            data = data.display(),
            segment_bytes = self.segment_bytes,
            proxy_from = self.proxy_from,
            secret = secret.display(),
        )
    }
}
