//! A log behind http or https, as static files.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs::default_provider;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::Source;

/// How long one file may take in all.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a connection may take, and an answer to begin.
const BRIEFLY: Duration = Duration::from_secs(20);

/// The address of a log.
#[derive(Clone, Debug)]
pub struct Url {
    agent: Agent,
    /// With the slash at its end.
    address: String,
}

impl Url {
    /// The log at this address. Servers are held to the certificates that this machine trusts.
    ///
    /// # Errors
    /// When this machine's certificates cannot be read.
    pub fn new(address: &str) -> io::Result<Self> {
        let trusted = rustls_native_certs::load_native_certs();
        if address.starts_with("https:") && trusted.certs.is_empty() {
            return Err(io::Error::other("no trusted certificates were found on this machine"));
        }
        let roots = trusted.certs.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .unversioned_rustls_crypto_provider(Arc::new(default_provider()))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(3)
            .user_agent("signet-verify")
            .timeout_global(Some(PATIENCE))
            .timeout_connect(Some(BRIEFLY))
            .timeout_recv_response(Some(BRIEFLY))
            .build()
            .new_agent();
        Ok(Self { agent, address: format!("{}/", address.trim_end_matches('/')) })
    }
}

impl Source for Url {
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn Read>>> {
        let answer = self.agent.get(format!("{}{path}", self.address)).call();
        let answer = answer.map_err(io::Error::other)?;
        match answer.status().as_u16() {
            200 => Ok(Some(Box::new(answer.into_body().into_reader()))),
            404 | 410 => Ok(None),
            status => Err(io::Error::other(format!("the server answers {status}"))),
        }
    }
}
