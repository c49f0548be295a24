//! Turns the file as written into the settled configuration, and collects everything that is wrong on the way.

mod files;
mod journal;
mod limits;
mod listeners;
mod people;
mod resources;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::document::Document;
use crate::problem::Problems;
use crate::{Certificate, Config};

/// What every check needs.
struct Context<'a> {
    /// The folder that relative paths start from.
    base: &'a Path,
    /// Names of the wiring table.
    protocols: &'a [&'a str],
}

impl Context<'_> {
    fn path(&self, path: &Path) -> PathBuf {
        self.base.join(path)
    }

    fn protocol(&self, key: &str, name: &str, problems: &mut Problems) {
        if !self.protocols.contains(&name) {
            problems.add(
                format!("{key}.protocol"),
                format!("there is no protocol {name:?}"),
                format!("Use one of: {}.", self.protocols.join(", ")),
            );
        }
    }
}

/// The settled configuration. Worth something only when no problem was added.
pub(crate) fn settle(document: Document, file: &Path, protocols: &[&str], problems: &mut Problems) -> Config {
    let base = file.parent().unwrap_or(Path::new("."));
    let context = Context { base, protocols };
    if document.data_dir.as_os_str().is_empty() {
        problems.add("data_dir", "it is empty", "Name a folder, such as /var/lib/signet.");
    }
    limits::check(&document.limits, problems);
    journal::check(&document.journal, problems);
    let targets = resources::settle(&context, document.resource, document.journal.result_bytes, problems);
    let people = people::settle(document.person, &targets, problems);
    let listeners = listeners::settle(&context, document.listener, &targets, problems);
    let operations = address("operations.listen", &document.operations.listen, problems);
    let api = document.api.map(|api| listeners::api(&api, problems));
    listeners::clashes(&listeners, operations, api.as_ref().map(|api| api.listen), problems);
    let data_dir = context.path(&document.data_dir);
    let beside = |file: Option<PathBuf>, otherwise: &str| match file {
        Some(file) => context.path(&file),
        None => data_dir.join(otherwise),
    };
    Config {
        store_file: beside(document.store.file, "store.sqlite"),
        store_key_file: beside(document.store.key_file, "store.key"),
        policy_dir: document.policy.directory.map(|directory| context.path(&directory)),
        unattributed: document.policy.unattributed,
        api,
        file: file.to_owned(),
        text: String::new(),
        data_dir,
        tls: document.tls.map(|tls| Certificate {
            certificate: context.path(&tls.certificate),
            key: context.path(&tls.key),
            ca: tls.ca.map(|ca| context.path(&ca)),
        }),
        operations,
        journal: document.journal,
        limits: document.limits,
        listeners,
        targets,
        people,
    }
}

/// An address to listen on. What cannot be used is a problem, and port 0 stands for it.
fn address(key: &str, text: &str, problems: &mut Problems) -> SocketAddr {
    const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
    match text.parse::<SocketAddr>() {
        Ok(address) if address.port() != 0 => address,
        _ => {
            problems.add(
                key,
                format!("{text:?} is not an address to listen on"),
                "Write an IP address and a port, such as 127.0.0.1:6432 or [::1]:6432.",
            );
            NOWHERE
        }
    }
}

/// Adds a problem for a name that was used before.
fn unique(seen: &mut BTreeSet<String>, key: &str, name: &str, problems: &mut Problems) {
    if !seen.insert(name.to_owned()) {
        problems.add(key, format!("the name {name:?} is used twice"), "Give each its own name, or merge the two.");
    }
}
