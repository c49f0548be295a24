//! The way to a target, step by step: its name, its port.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use control::Step;
use model::{Address, Secret};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::said::clean;

/// How long the name and each address may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Addresses of a name that are tried.
const MOST: usize = 4;

/// The steps so far. A step that fails is the last but for those that do not need it.
#[derive(Default)]
pub(crate) struct Steps {
    pub(crate) done: Vec<Step>,
    /// What must not be shown, whoever says it.
    pub(crate) secret: Option<Secret>,
}

impl Steps {
    pub(crate) fn good(&mut self, step: &'static str, detail: &str) {
        self.done.push(Step { step, ok: true, detail: clean(detail, self.secret.as_ref()), remedy: None });
    }

    pub(crate) fn bad(&mut self, step: &'static str, detail: &str, remedy: &str) {
        let detail = clean(detail, self.secret.as_ref());
        self.done.push(Step { step, ok: false, detail, remedy: Some(remedy.to_owned()) });
    }
}

/// Opens a connection, and says how far it came.
pub(crate) async fn reach(address: &Address, steps: &mut Steps) -> Option<TcpStream> {
    let found = addresses(address, steps).await?;
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for peer in found {
        match timeout(PATIENCE, TcpStream::connect(peer)).await {
            Ok(Ok(stream)) => {
                steps.good("reach", &format!("{peer} accepts connections"));
                return Some(stream);
            }
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    let remedy = "Look whether the server listens on that address and port, and whether a firewall is in between.";
    steps.bad("reach", &format!("{address}: {last}"), remedy);
    None
}

async fn addresses(address: &Address, steps: &mut Steps) -> Option<Vec<SocketAddr>> {
    let looked_up = timeout(PATIENCE, lookup_host((address.host.as_str(), address.port))).await;
    let found: Vec<_> = match looked_up {
        Ok(Ok(found)) => found.take(MOST).collect(),
        Ok(Err(error)) => {
            steps.bad("name", &format!("{}: {error}", address.host), "Look whether the gateway's DNS knows the name.");
            return None;
        }
        Err(_) => {
            steps.bad("name", "the name server does not answer", "Look at the DNS settings of the gateway's machine.");
            return None;
        }
    };
    if let Some(peer) = found.iter().find(|peer| is_no_target(peer.ip())) {
        let remedy = "Name a host: link-local, multicast and unspecified addresses are no targets.";
        steps.bad("name", &format!("{} leads to {}", address.host, peer.ip()), remedy);
        return None;
    }
    let list: Vec<_> = found.iter().map(|peer| peer.ip().to_string()).collect();
    steps.good("name", &format!("{} is {}", address.host, list.join(", ")));
    Some(found)
}

/// Addresses where no target is, but what machines tell themselves: the metadata of a cloud, for one.
pub(crate) fn is_no_target(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_multicast() || v4.is_unspecified() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.is_multicast() || v6.is_unspecified(),
    }
}
