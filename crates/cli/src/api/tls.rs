//! How the client trusts a server: by the authority that was pinned at login, or by those of this machine.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs::default_provider;
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(15);
/// How long an answer may take to begin; a gateway gives up sooner.
const ANSWER: Duration = Duration::from_secs(60);
/// How long nothing may come. Event streams say something every 15 seconds.
const SILENCE: Duration = Duration::from_secs(45);

/// Whom to trust.
pub(crate) enum Trust<'a> {
    /// The authority of this PEM text alone; `None` = those of this machine.
    Authority(Option<&'a str>),
    /// Anybody. For one question alone: who the authority is, which a person then compares.
    Anybody,
}

/// A client that trusts so.
pub(crate) fn agent(trust: &Trust<'_>) -> io::Result<Agent> {
    let tls = TlsConfig::builder().unversioned_rustls_crypto_provider(Arc::new(default_provider()));
    let tls = match trust {
        Trust::Authority(pinned) => tls.root_certs(RootCerts::Specific(Arc::new(roots(*pinned)?))),
        Trust::Anybody => tls.disable_verification(true),
    };
    let config = Agent::config_builder()
        .tls_config(tls.build())
        .https_only(true)
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent(concat!("signet/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(ANSWER))
        .timeout_per_read(Some(SILENCE));
    Ok(config.build().new_agent())
}

fn roots(pinned: Option<&str>) -> io::Result<Vec<Certificate<'static>>> {
    let roots = match pinned {
        Some(pem) => certificates(pem)?,
        None => {
            let trusted = rustls_native_certs::load_native_certs().certs;
            trusted.iter().map(|root| Certificate::from_der(root).to_owned()).collect()
        }
    };
    if roots.is_empty() { Err(io::Error::other("no certificate authority is trusted")) } else { Ok(roots) }
}

/// The certificates of a PEM text.
pub(crate) fn certificates(pem: &str) -> io::Result<Vec<Certificate<'static>>> {
    let mut found = Vec::new();
    for item in parse_pem(pem.as_bytes()) {
        if let PemItem::Certificate(certificate) = item.map_err(io::Error::other)? {
            found.push(certificate);
        }
    }
    Ok(found)
}
