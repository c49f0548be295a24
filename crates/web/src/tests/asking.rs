//! Requests as tests send them, and what is on record.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use model::{Event, Record};
use serde_json::Value;

use super::house::{House, Kept};

impl Kept {
    pub(crate) fn fail(&self) {
        self.down.store(true, Ordering::SeqCst);
    }

    /// How many attempts to sign in were refused.
    pub(crate) fn refused(&self) -> usize {
        let records = self.records.lock().unwrap();
        records.iter().filter(|record| matches!(record.event, Event::SigninRefused { .. })).count()
    }

    /// How many acts and readings there were of that name.
    pub(crate) fn count(&self, name: &str) -> usize {
        let records = self.records.lock().unwrap();
        let named = |record: &&Record| match &record.event {
            Event::Act { act, .. } => act == name,
            Event::Read { what, .. } => what == name,
            _ => false,
        };
        records.iter().filter(named).count()
    }
}

/// What was answered.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

/// One request as it goes out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) ca: String,
}

impl House {
    /// A request of that person; of nobody when the name is empty.
    pub(crate) fn ask(&self, method: &str, path: &str, person: &str) -> Ask {
        let mut headers = Vec::new();
        if let Some(token) = self.tokens.get(person) {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        let url = format!("{}{path}", self.url());
        Ask { method: method.to_owned(), url, headers, body: None, ca: self.ca.clone() }
    }

    pub(crate) async fn get(&self, path: &str, person: &str) -> Answered {
        self.ask("GET", path, person).send().await
    }

    pub(crate) async fn post(&self, path: &str, person: &str, body: Value) -> Answered {
        self.ask("POST", path, person).json(&body).send().await
    }
}

impl Ask {
    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.body = Some(body.to_string().into_bytes());
        self.header("content-type", "application/json")
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) async fn send(self) -> Answered {
        tokio::task::spawn_blocking(move || self.send_now()).await.unwrap()
    }

    fn send_now(self) -> Answered {
        let response = self.response();
        let status = response.status().as_u16();
        let headers =
            response.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        let headers = headers.collect();
        let mut body = Vec::new();
        response.into_body().into_reader().read_to_end(&mut body).unwrap();
        let body = serde_json::from_slice(&body).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&body)));
        Answered { status, headers, body }
    }

    pub(crate) fn response(&self) -> ureq::http::Response<ureq::Body> {
        let ureq::tls::PemItem::Certificate(root) = ureq::tls::parse_pem(self.ca.as_bytes()).next().unwrap().unwrap()
        else {
            panic!("no certificate")
        };
        let tls = ureq::tls::TlsConfig::builder()
            .root_certs(ureq::tls::RootCerts::Specific(Arc::new(vec![root])))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .build();
        let agent = ureq::Agent::config_builder().tls_config(tls).http_status_as_error(false).build().new_agent();
        let mut request = ureq::http::Request::builder().method(self.method.as_str()).uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answer = match &self.body {
            Some(body) => agent.run(request.body(body.clone()).unwrap()),
            None => agent.run(request.body(()).unwrap()),
        };
        answer.unwrap()
    }
}
