//! Somebody in the middle: ends the TLS of one side with a certificate of its own, and begins TLS anew with the other.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// SSLRequest: its length and its code.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Listens until it is dropped.
pub struct Relay {
    pub port: u16,
    _runtime: Runtime,
}

impl Relay {
    /// Between whoever connects and `to`, showing this certificate.
    pub fn start(certificate: &Path, key: &Path, to: u16) -> Self {
        Self::start_with(certificate, key, to, false)
    }

    /// The same, and it takes SCRAM-SHA-256-PLUS off the list that is offered.
    pub fn downgrading(certificate: &Path, key: &Path, to: u16) -> Self {
        Self::start_with(certificate, key, to, true)
    }

    fn start_with(certificate: &Path, key: &Path, to: u16, downgrades: bool) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (acceptor, connector) = (acceptor(certificate, key), connector());
        runtime.spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(("127.0.0.1", to)).await;
                let (acceptor, connector) = (acceptor.clone(), connector.clone());
                // A side that does not go along ends the connection, and that is for the test to see.
                tokio::spawn(async move { between(near, far?, acceptor, connector, downgrades).await });
            }
        });
        Self { port, _runtime: runtime }
    }
}

async fn between(
    mut near: TcpStream,
    mut far: TcpStream,
    acceptor: TlsAcceptor,
    connector: TlsConnector,
    downgrades: bool,
) -> std::io::Result<()> {
    let mut request = [0; 8];
    near.read_exact(&mut request).await?;
    assert_eq!(request, SSL_REQUEST, "the relay is for connections that ask for TLS");
    near.write_all(b"S").await?;
    let mut near = acceptor.accept(near).await?;
    far.write_all(&SSL_REQUEST).await?;
    let mut agreed = [0];
    far.read_exact(&mut agreed).await?;
    assert_eq!(agreed, *b"S", "the far side has no TLS");
    let mut far = connector.connect(ServerName::try_from("localhost").unwrap(), far).await?;
    if downgrades {
        pass(&mut near, &mut far, 0).await?;
        let offer = take(&mut far, 1).await?;
        assert!(offer.windows(18).any(|name| name == b"SCRAM-SHA-256-PLUS"), "there is nothing to take off the list");
        let mut less = vec![b'R', 0, 0, 0, 23, 0, 0, 0, 10];
        less.extend(b"SCRAM-SHA-256\0\0");
        near.write_all(&less).await?;
    }
    copy_bidirectional(&mut near, &mut far).await.map(drop)
}

/// One message, whose length stands behind so many bytes.
async fn take(from: &mut (impl AsyncRead + Unpin), before: usize) -> std::io::Result<Vec<u8>> {
    let mut message = vec![0; before + 4];
    from.read_exact(&mut message).await?;
    let length = u32::from_be_bytes(message[before..].try_into().unwrap());
    message.resize(before + length as usize, 0);
    from.read_exact(&mut message[before + 4..]).await?;
    Ok(message)
}

async fn pass(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    before: usize,
) -> std::io::Result<()> {
    to.write_all(&take(from, before).await?).await
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn acceptor(certificate: &Path, key: &Path) -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(certificate).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(key).unwrap();
    let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    TlsAcceptor::from(Arc::new(builder.with_no_client_auth().with_single_cert(chain, key).unwrap()))
}

fn connector() -> TlsConnector {
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    let trusting = builder.dangerous().with_custom_certificate_verifier(Arc::new(Trusting));
    TlsConnector::from(Arc::new(trusting.with_no_client_auth()))
}

/// Whoever stands in the middle does not care whom it deceives.
#[derive(Debug)]
struct Trusting;

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
