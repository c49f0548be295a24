//! The certificate that clients see: the operator's, or one that the gateway makes for itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context;
use config::Config;
use engine::ClientTls;
use identity::Clock;
use zeroize::Zeroizing;

/// Loads the operator's certificate, or makes one.
pub(crate) fn client_tls(config: &Config, clock: &Clock) -> anyhow::Result<ClientTls> {
    let (certificate, key) = match &config.tls {
        Some(tls) => (tls.certificate.clone(), tls.key.clone()),
        None => {
            let folder = config.own_tls_dir();
            let own = certificates::make(&folder, &names(config), clock());
            let own = own.with_context(|| format!("making the gateway's own certificate in {}", folder.display()))?;
            (own.certificate, own.key)
        }
    };
    let read = |path: &Path| fs::read(path).with_context(|| format!("reading {}", path.display()));
    let secret = Zeroizing::new(read(&key)?);
    let loaded = ClientTls::from_pem(&read(&certificate)?, &secret);
    loaded.with_context(|| format!("the certificate {} and the key {}", certificate.display(), key.display()))
}

/// Every name by which a client may call the gateway.
fn names(config: &Config) -> Vec<String> {
    let mut names = BTreeSet::from(["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()]);
    for listener in &config.listeners {
        names.insert(listener.advertise.host.clone());
        if !listener.listen.ip().is_unspecified() {
            names.insert(listener.listen.ip().to_string());
        }
    }
    names.extend(config.targets.values().flat_map(|target| target.resource.server_names.iter().cloned()));
    names.into_iter().collect()
}
