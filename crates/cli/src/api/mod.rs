//! The client of a gateway's HTTP interface: the same that anybody else may use.

mod answer;
mod credentials;
mod events;
mod tls;

use std::io::Read;
use std::path::PathBuf;

use serde_json::Value;
use ureq::http::Request;
use ureq::{Agent, Body, http};

pub(crate) use answer::Answer;
pub(crate) use credentials::{Credentials, usual_place};
pub(crate) use events::Events;
pub(crate) use tls::{Trust, certificates};

use crate::failure::{Code, Failure, Outcome};
use crate::terminal::plain;

/// The longest answer that is read.
const LONGEST: u64 = 64 << 20;
/// Entries of a page.
const PAGE: usize = 200;

/// A gateway, as one person.
pub(crate) struct Api {
    agent: Agent,
    server: String,
    authorization: Option<String>,
}

impl Api {
    /// As whoever is signed in.
    pub(crate) fn open(file: Option<PathBuf>) -> Outcome<Self> {
        let file = file.map_or_else(usual_place, Ok)?;
        Self::by(&Credentials::read(&file)?)
    }

    /// As these credentials say.
    pub(crate) fn by(credentials: &Credentials) -> Outcome<Self> {
        let agent = tls::agent(&Trust::Authority(credentials.ca.as_deref()))?;
        let authorization = Some(format!("Bearer {}", credentials.token));
        Ok(Self { agent, server: credentials.server.clone(), authorization })
    }

    /// As nobody.
    pub(crate) fn nobody(server: &str, trust: &Trust<'_>) -> Outcome<Self> {
        Ok(Self { agent: tls::agent(trust)?, server: server.to_owned(), authorization: None })
    }

    /// Reads.
    pub(crate) fn get(&self, path: &str) -> Outcome<Value> {
        Ok(self.read(path)?.body)
    }

    /// Reads what is no JSON.
    pub(crate) fn text(&self, path: &str) -> Outcome<String> {
        let response = self.call(self.request("GET", path, None), None)?;
        if !response.status().is_success() {
            return Err(refused(response));
        }
        String::from_utf8(bytes(response)?).map_err(|_| Failure::new(Code::Failed, "the server's answer is no text"))
    }

    /// Reads, with the tag of what was read.
    pub(crate) fn read(&self, path: &str) -> Outcome<Answer> {
        self.send("GET", path, None, None)
    }

    /// Has something done. A key of its own makes it happen once, however often it is sent.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        Ok(self.send("POST", path, Some(body), None)?.body)
    }

    /// Puts something in its place; `tag` is what was read of it before.
    pub(crate) fn put(&self, path: &str, body: &Value, tag: Option<&str>) -> Outcome<Value> {
        Ok(self.send("PUT", path, Some(body), tag)?.body)
    }

    /// Changes a part of something.
    pub(crate) fn patch(&self, path: &str, body: &Value) -> Outcome<Value> {
        Ok(self.send("PATCH", path, Some(body), None)?.body)
    }

    /// Takes something away.
    pub(crate) fn delete(&self, path: &str, tag: Option<&str>) -> Outcome<Value> {
        Ok(self.send("DELETE", path, None, tag)?.body)
    }

    /// All entries of a list, page by page.
    pub(crate) fn list(&self, path: &str) -> Outcome<Vec<Value>> {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let mark = if path.contains('?') { '&' } else { '?' };
            let mut page = self.get(&format!("{path}{mark}limit={PAGE}{cursor}"))?;
            if let Some(Value::Array(items)) = page.get_mut("items").map(Value::take) {
                found.extend(items);
            }
            match page.get("next").and_then(Value::as_str) {
                Some(next) => cursor = format!("&cursor={}", encoded(next)),
                None => return Ok(found),
            }
        }
    }

    /// Waits for events.
    pub(crate) fn events(&self, path: &str) -> Outcome<Events> {
        let response = self.call(self.request("GET", path, None).header("accept", "text/event-stream"), None)?;
        let status = response.status().as_u16();
        if status == 200 { Ok(Events::of(response.into_body().into_reader())) } else { Err(refused(response)) }
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>, tag: Option<&str>) -> Outcome<Answer> {
        let mut request = self.request(method, path, tag);
        if method == "POST" {
            request = request.header("idempotency-key", uuid::Uuid::now_v7().to_string());
        }
        let response = self.call(request, body)?;
        if !response.status().is_success() {
            return Err(refused(response));
        }
        let tag = response.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let bytes = bytes(response)?;
        let body = if bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&bytes) };
        let body = body.map_err(|_| Failure::new(Code::Failed, "the server's answer is not JSON"))?;
        Ok(Answer { body, tag })
    }

    fn request(&self, method: &str, path: &str, tag: Option<&str>) -> http::request::Builder {
        let mut request = Request::builder().method(method).uri(format!("{}/v1/{path}", self.server));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        request
    }

    fn call(&self, request: http::request::Builder, body: Option<&Value>) -> Outcome<http::Response<Body>> {
        let unfit = |_| Failure::new(Code::Usage, format!("{} is no address", plain(&self.server, 200)));
        let answer = match body {
            Some(body) => {
                let request = request.header("content-type", "application/json").body(body.to_string());
                self.agent.run(request.map_err(unfit)?)
            }
            None => self.agent.run(request.body(()).map_err(unfit)?),
        };
        answer.map_err(|error| {
            let cause = format!("{} cannot be asked: {}", plain(&self.server, 200), plain(&error.to_string(), 500));
            let hint =
                "Does the gateway run, with [api] listen? If its certificate is not trusted: signet login --ca FILE.";
            Failure::new(Code::Unreachable, cause).hint(hint)
        })
    }
}

fn refused(response: http::Response<Body>) -> Failure {
    let status = response.status().as_u16();
    match bytes(response) {
        Ok(body) => answer::failure(status, &body),
        Err(failure) => failure,
    }
}

fn bytes(response: http::Response<Body>) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    response.into_body().into_reader().take(LONGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Text as it may stand in one segment of a path, or as a value of a query.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' => encoded.push(char::from(byte)),
            // A dot is escaped too, so that no segment is `.` or `..`.
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
