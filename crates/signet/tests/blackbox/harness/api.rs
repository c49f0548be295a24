//! The gateway's interface over HTTPS by hand: paths, headers and bodies exactly as a test writes them.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};

use super::gateway::Gateway;

/// Somebody at the interface, or nobody when there is no token.
pub struct Api {
    tls: Arc<ClientConfig>,
    port: u16,
    pub token: String,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Refused with a problem that says what to do.
    #[track_caller]
    pub fn problem(&self, statuses: &[u16]) -> String {
        assert!(statuses.contains(&self.status), "not {statuses:?}: {self:?}");
        assert!(self.head.to_ascii_lowercase().contains("application/problem+json"), "{self:?}");
        self.json()["detail"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        if self.text.is_empty() { Value::Null } else { self.json() }
    }
}

impl Api {
    pub fn with(gateway: &Gateway, token: &str) -> Self {
        let authority = CertificateDer::from_pem_slice(&fs::read(gateway.data().join("tls/ca.crt")).unwrap()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(authority).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let tls = tls.with_root_certificates(roots).with_no_client_auth();
        Self { tls: Arc::new(tls), port: gateway.api_port, token: token.to_owned() }
    }

    /// With a token that an operator made for a person of the configuration.
    pub fn of(gateway: &Gateway, person: &str) -> Self {
        Self::with(gateway, &gateway.make_token(person, "1h"))
    }

    /// The same interface with another token.
    pub fn by(&self, token: &str) -> Self {
        Self { tls: Arc::clone(&self.tls), port: self.port, token: token.to_owned() }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, "", Some(body))
    }

    /// A token that this caller makes for a person.
    pub fn make_token(&self, person: &str, seconds: u64) -> String {
        let wish = json!({ "person": { "issuer": "local", "subject": person }, "seconds": seconds });
        self.post("/v1/tokens", &wish).ok()["token"].as_str().unwrap().to_owned()
    }

    /// More headers each end in `\r\n`.
    pub fn send(&self, method: &str, path: &str, headers: &str, body: Option<&Value>) -> Answer {
        let body = body.map(Value::to_string).unwrap_or_default();
        let bearer =
            if self.token.is_empty() { String::new() } else { format!("authorization: Bearer {}\r\n", self.token) };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n{bearer}{headers}\r\n{body}",
            body.len()
        );
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        let mut stream = StreamOwned::new(ClientConnection::new(Arc::clone(&self.tls), name).unwrap(), stream);
        stream.write_all(head.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        // The end of the answer is known by its length; how the connection ends behind it does not matter.
        let _ = stream.read_to_end(&mut bytes);
        let whole = String::from_utf8(bytes).unwrap();
        let (head, text) = whole.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{method} {path}: {whole:?}"));
        let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), text: text.to_owned() }
    }
}
