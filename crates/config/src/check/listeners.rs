//! Checks of `[[listener]]`, and that no two doors are at the same place.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use model::{Address, ResourceName};

use super::{Context, address};
use crate::document::{self, ListenerTls};
use crate::problem::Problems;
use crate::{Api, Listener, Network, Target};

pub(super) fn settle(
    context: &Context<'_>,
    listeners: Vec<document::Listener>,
    targets: &BTreeMap<ResourceName, Target>,
    problems: &mut Problems,
) -> Vec<Listener> {
    if listeners.is_empty() {
        let remedy = "Add a [[listener]] with protocol and listen.";
        problems.add("listener", "there is none, so nobody could come in", remedy);
    }
    listeners.into_iter().map(|listener| one(context, listener, targets, problems)).collect()
}

fn one(
    context: &Context<'_>,
    listener: document::Listener,
    targets: &BTreeMap<ResourceName, Target>,
    problems: &mut Problems,
) -> Listener {
    let key = format!("listener.{}", listener.listen.escape_debug());
    context.protocol(&key, &listener.protocol, problems);
    let listen = address(&format!("{key}.listen"), &listener.listen, problems);
    let target = listener.resource.as_deref().and_then(|name| target(&key, name, targets, problems));
    if let Some(target) = target
        && target.resource.protocol != listener.protocol
    {
        let spoken = &target.resource.protocol;
        let what = format!("resource {} speaks {spoken}, this listener {}", target.resource.name, listener.protocol);
        problems.add(format!("{key}.resource"), what, "Give both the same protocol.");
    }
    Listener {
        resource: target.map(|target| target.resource.name.clone()),
        plaintext_allowed: listener.tls == ListenerTls::Optional,
        proxy_from: networks(&key, &listener.proxy_protocol_from, problems),
        advertise: advertised(&key, listener.advertise.as_deref(), listen, problems),
        protocol: listener.protocol,
        listen,
    }
}

fn target<'a>(
    key: &str,
    name: &str,
    targets: &'a BTreeMap<ResourceName, Target>,
    problems: &mut Problems,
) -> Option<&'a Target> {
    let found = name.parse().ok().and_then(|name: ResourceName| targets.get(&name));
    if found.is_none() {
        let remedy = "Use the name of a [[resource]], or leave it out so that the client names one.";
        problems.add(format!("{key}.resource"), format!("there is no resource {name:?}"), remedy);
    }
    found
}

fn networks(key: &str, texts: &[String], problems: &mut Problems) -> Vec<Network> {
    let mut networks = Vec::new();
    for text in texts {
        match text.parse() {
            Ok(network) => networks.push(network),
            Err(rule) => {
                let what = format!("{text:?} is not an address range");
                problems.add(format!("{key}.proxy_protocol_from"), what, format!("{rule}."));
            }
        }
    }
    networks
}

/// Where clients reach it: as told, else where it listens; a wildcard address is shown as this machine.
fn advertised(key: &str, text: Option<&str>, listen: SocketAddr, problems: &mut Problems) -> Address {
    let ip = listen.ip();
    let host = if ip.is_unspecified() { "localhost".to_owned() } else { ip.to_string() };
    let default = Address { host, port: listen.port() };
    let Some(text) = text else { return default };
    text.parse().unwrap_or_else(|rule| {
        problems.add(format!("{key}.advertise"), format!("{text:?} is not an address"), format!("{rule}."));
        default
    })
}

/// The door of the HTTP interface.
pub(super) fn api(api: &document::Api, problems: &mut Problems) -> Api {
    let listen = address("api.listen", &api.listen, problems);
    Api { listen, advertise: advertised("api", api.advertise.as_deref(), listen, problems) }
}

/// No two doors at the same place, those of the operators and of the HTTP interface included. A wildcard address takes the port of every address.
pub(super) fn clashes(
    listeners: &[Listener],
    operations: SocketAddr,
    api: Option<SocketAddr>,
    problems: &mut Problems,
) {
    let mut taken: Vec<(SocketAddr, &str)> = vec![(operations, "operations.listen")];
    if let Some(api) = api {
        if clash(operations, api) {
            problems.add("api.listen", format!("{api} is taken by operations.listen"), "Give each its own port.");
        }
        taken.push((api, "api.listen"));
    }
    for listener in listeners {
        let clash = taken.iter().find(|(other, _)| clash(*other, listener.listen));
        if let Some((other, whose)) = clash {
            problems.add(
                format!("listener.{}.listen", listener.listen),
                format!("{other} is taken by {whose}"),
                "Give each its own port.",
            );
        }
        taken.push((listener.listen, "another listener"));
    }
}

fn clash(one: SocketAddr, other: SocketAddr) -> bool {
    let same_place = one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && same_place
}
