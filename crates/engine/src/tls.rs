//! TLS on both legs: the only file of the engine that names rustls.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest;
use bytes::Bytes;
use model::{Resource, TlsMode};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};
use wire::TlsFacts;

use crate::leg::{ByteLeg, Io, Leg};

/// Why TLS could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A PEM text did not hold what it should.
    #[error("the PEM text holds no usable {0}")]
    Pem(&'static str),
    /// Certificate and key do not fit, or the library refused them.
    #[error("TLS configuration: {0}")]
    Rustls(#[from] rustls::Error),
    /// No trusted authority is known.
    #[error("no certificate authority is trusted: {0}")]
    Roots(String),
}

/// The gateway's own certificate, shown to clients.
#[derive(Clone)]
pub struct ClientTls {
    config: Arc<rustls::ServerConfig>,
    end_point: Bytes,
}

impl ClientTls {
    /// From a certificate chain and its key, both PEM.
    ///
    /// # Errors
    /// When either is unusable or they do not belong together.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|_| TlsError::Pem("certificate"))?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::Pem("private key"))?;
        let end_point = chain.first().map(|leaf| end_point(leaf)).ok_or(TlsError::Pem("certificate"))?;
        let config = rustls::ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(Self { config: Arc::new(config), end_point })
    }

    /// The same, agreeing on that application protocol when the client names any.
    pub(crate) fn speaking(&self, alpn: Option<&str>) -> Self {
        let mut config = (*self.config).clone();
        config.alpn_protocols = alpn.map(|name| name.as_bytes().to_vec()).into_iter().collect();
        Self { config: Arc::new(config), end_point: self.end_point.clone() }
    }

    /// The server's half of a handshake with a client of the gateway's own HTTPS.
    ///
    /// # Errors
    /// When the client does not do its half.
    pub async fn accept_web(self, socket: TcpStream) -> io::Result<impl Io> {
        TlsAcceptor::from(self.speaking(Some("http/1.1")).config).accept(socket).await
    }

    /// The server's half of a handshake. The resource of `TlsFacts` is the raw server name's business: see `Secured`.
    pub(crate) async fn accept(self, io: Box<dyn Io>) -> io::Result<Secured> {
        let stream = TlsAcceptor::from(self.config).accept(io).await?;
        let (_, connection) = stream.get_ref();
        let alpn = connection.alpn_protocol().is_some();
        let facts = TlsFacts { end_point: self.end_point, alpn, ..TlsFacts::default() };
        let server_name = connection.server_name().map(str::to_owned);
        Ok(Secured { leg: Box::new(ByteLeg::new(stream)), facts, server_name })
    }
}

/// A leg inside TLS.
pub(crate) struct Secured {
    pub(crate) leg: Box<dyn Leg>,
    pub(crate) facts: TlsFacts,
    /// The name the client asked for (SNI).
    pub(crate) server_name: Option<String>,
}

/// What a target's certificate is held against: the mode, and the authority (PEM) when it has one of its own.
type Trust = (TlsMode, Option<Vec<u8>>);

/// The configurations of target legs, one for each kind of trust.
#[derive(Default)]
pub(crate) struct TargetTls {
    configs: Mutex<HashMap<Trust, Arc<rustls::ClientConfig>>>,
}

impl TargetTls {
    /// The client's half of a handshake with `resource`.
    pub(crate) fn connect(
        &self,
        resource: &Resource,
        io: Box<dyn Io>,
    ) -> impl Future<Output = io::Result<Secured>> + use<> {
        let config = self.config(resource.tls, resource.tls_ca.as_deref());
        let name = resource.tls_name.clone().unwrap_or_else(|| resource.address.host.clone());
        async move {
            let config = config.map_err(io::Error::other)?;
            let name = ServerName::try_from(name).map_err(io::Error::other)?;
            let stream = TlsConnector::from(config).connect(name, io).await?;
            let leaf =
                stream.get_ref().1.peer_certificates().and_then(|chain| chain.first()).map(|leaf| end_point(leaf));
            let facts = TlsFacts { end_point: leaf.unwrap_or_default(), ..TlsFacts::default() };
            Ok(Secured { leg: Box::new(ByteLeg::new(stream)), facts, server_name: None })
        }
    }

    fn config(&self, mode: TlsMode, authority: Option<&[u8]>) -> Result<Arc<rustls::ClientConfig>, TlsError> {
        let key = (mode, authority.map(<[u8]>::to_vec));
        let mut configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = configs.get(&key) {
            return Ok(config.clone());
        }
        let verifier = Arc::new(TargetVerifier { mode, chain: chain_verifier(mode, authority)? });
        let config = rustls::ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        let config = Arc::new(config);
        configs.insert(key, config.clone());
        Ok(config)
    }
}

/// The client's half of a handshake with a target, under the same trust as on the data path: for a look at it from aside.
///
/// # Errors
/// When the target does not do its half, or is not who it should be.
pub async fn secure(resource: &Resource, socket: TcpStream) -> io::Result<impl Io + use<>> {
    let config = TargetTls::default().config(resource.tls, resource.tls_ca.as_deref()).map_err(io::Error::other)?;
    let name = resource.tls_name.clone().unwrap_or_else(|| resource.address.host.clone());
    let name = ServerName::try_from(name).map_err(io::Error::other)?;
    TlsConnector::from(config).connect(name, socket).await
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// The verifier of chains; `None` in the mode that accepts any certificate.
fn chain_verifier(mode: TlsMode, authority: Option<&[u8]>) -> Result<Option<Arc<WebPkiServerVerifier>>, TlsError> {
    if mode == TlsMode::Require || mode == TlsMode::Disable {
        return Ok(None);
    }
    let mut roots = RootCertStore::empty();
    match authority {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                roots.add(certificate.map_err(|_| TlsError::Pem("certificate authority"))?)?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map(Some)
        .map_err(|error| TlsError::Roots(error.to_string()))
}

/// Verifies a target's certificate as far as its mode asks; the handshake's own signature is always verified.
#[derive(Debug)]
struct TargetVerifier {
    mode: TlsMode,
    chain: Option<Arc<WebPkiServerVerifier>>,
}

impl ServerCertVerifier for TargetVerifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(leaf, intermediates, name, ocsp, now) {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.mode == TlsMode::VerifyCa => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, leaf, signature, &provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, leaf, signature, &provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

/// RFC 5929 section 4.1: the certificate's hash under its own signature's hash function, with SHA-256 in place of MD5 and
/// SHA-1. Empty when that function is not known (Ed25519 has none), and then there is no channel binding.
fn end_point(leaf: &[u8]) -> Bytes {
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(leaf) else { return Bytes::new() };
    let algorithm = match certificate.signature_algorithm.algorithm.to_id_string().as_str() {
        // sha1, md5 and sha256 with RSA; ECDSA with SHA-1 and SHA-256
        "1.2.840.113549.1.1.5"
        | "1.2.840.113549.1.1.4"
        | "1.2.840.113549.1.1.11"
        | "1.2.840.10045.4.1"
        | "1.2.840.10045.4.3.2" => &digest::SHA256,
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => &digest::SHA384,
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => &digest::SHA512,
        _ => return Bytes::new(),
    };
    Bytes::copy_from_slice(digest::digest(algorithm, leaf).as_ref())
}
