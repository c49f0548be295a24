//! What there is, noun by noun. A handler reads HTTP, calls one use case, and writes HTTP: it decides nothing.

pub(crate) mod events;
pub(crate) mod grants;
pub(crate) mod masks;
pub(crate) mod people;
pub(crate) mod policy;
pub(crate) mod requests;
pub(crate) mod resources;
pub(crate) mod secrets;
pub(crate) mod sessions;
pub(crate) mod status;
pub(crate) mod tokens;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::RequestId;
use serde::Serialize;
use uuid::Uuid;

use crate::App;
use crate::problem::{Kind, Problem};

/// Everything that needs a caller.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .merge(requests::router())
        .merge(grants::router())
        .merge(people::router())
        .merge(tokens::router())
        .merge(resources::router())
        .merge(policy::router())
        .merge(masks::router())
        .merge(secrets::router())
        .merge(sessions::router())
        .merge(status::router())
}

/// What a handler gives.
pub(crate) type Reply<T> = Result<Answer<T>, Problem>;

/// A good answer: JSON, its status, and what `If-Match` must say to change it.
pub(crate) struct Answer<T> {
    body: T,
    status: StatusCode,
    tag: Option<String>,
}

impl<T: Serialize> Answer<T> {
    pub(crate) fn new(body: T) -> Self {
        Self { body, status: StatusCode::OK, tag: None }
    }

    /// Something new came to be.
    pub(crate) fn made(body: T) -> Self {
        Self { status: StatusCode::CREATED, ..Self::new(body) }
    }

    /// With the version of what is shown.
    pub(crate) fn tagged(self, version: impl std::fmt::Display) -> Self {
        Self { tag: Some(format!("\"{version}\"")), ..self }
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let Ok(text) = serde_json::to_vec(&self.body) else {
            return Problem::new(Kind::Store, "the answer cannot be written", "Ask the operators.").into_response();
        };
        let mut response = (self.status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(tag) = self.tag.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
            headers.insert(header::ETAG, tag);
        }
        response
    }
}

/// The version that `if-match` names: what the caller has seen.
fn expected(headers: &HeaderMap) -> Result<u64, Problem> {
    let missing = || {
        let detail = "a change names what was seen before, in if-match";
        Problem::new(Kind::Required, detail, "GET it, and send its etag as if-match.")
    };
    let tag = headers.get(header::IF_MATCH).ok_or_else(missing)?.to_str().unwrap_or_default();
    let wrong = || Problem::new(Kind::Changed, "if-match is no tag of this", "GET it, and send its etag as if-match.");
    tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')?.parse().ok()).ok_or_else(wrong)
}

/// A name of ours out of a path. What is none names nothing.
fn request_id(name: &str) -> Result<RequestId, Problem> {
    Uuid::parse_str(name).map(RequestId).map_err(|_| control::Error::NotFound.into())
}
