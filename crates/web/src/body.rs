//! JSON in: bounded, strict, and never echoed beyond the name of a field.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::problem::{Kind, Problem};

/// The largest body of a request.
pub(crate) const LARGEST: usize = 1 << 20;

/// The body of a request, read as JSON.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let is_json = is_json(request.headers());
        let body = Bytes::from_request(request, state).await.map_err(|why| unread(&why).into_response())?;
        if !is_json {
            let remedy = "Send it with `content-type: application/json`.";
            return Err(Problem::new(Kind::Media, "the body is not said to be JSON", remedy).into_response());
        }
        // An empty body is an empty object: all of it may be left out where all fields may.
        let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
        serde_json::from_slice(text).map(Self).map_err(|why| misread(&why).into_response())
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return headers.get(header::CONTENT_LENGTH).is_none_or(|length| length == "0")
            && !headers.contains_key(header::TRANSFER_ENCODING);
    };
    let essence = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// Whether so much is announced that none of it need be sent.
pub(crate) fn is_too_large(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    length.is_some_and(|length| length > LARGEST as u64)
}

pub(crate) fn too_large() -> Problem {
    Problem::new(Kind::TooLarge, format!("a body may have {LARGEST} bytes"), "Send less at a time.")
}

/// Why the bytes of a body were not taken.
pub(crate) fn unread(why: &BytesRejection) -> Problem {
    if why.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Problem::new(Kind::Malformed, "the body broke off", "Send it again.")
}

/// Where it went wrong and, for a field, which; no value is ever said again.
fn misread(why: &serde_json::Error) -> Problem {
    let place = format!("line {} column {}", why.line(), why.column());
    let said = why.to_string();
    let of_a_field = ["unknown field", "missing field", "duplicate field"];
    let detail = match why.classify() {
        // The word itself may be a password in the wrong place; behind it stand words of ours.
        Category::Data if said.starts_with("unknown variant") => {
            let expected = said.rsplit_once("`, expected ").map_or(place, |(_, expected)| expected.to_owned());
            format!("a word is not one of those known there, expected {expected}")
        }
        Category::Data if of_a_field.iter().any(|known| said.starts_with(known)) => wire::escaped(&said),
        Category::Data => format!("a value has the wrong type or form, at {place}"),
        Category::Syntax | Category::Eof | Category::Io => format!("the body is not JSON, at {place}"),
    };
    let kind = if why.is_data() { Kind::Invalid } else { Kind::Malformed };
    Problem::new(kind, detail, "The shape of every request is described by GET /v1/openapi.json.")
}
