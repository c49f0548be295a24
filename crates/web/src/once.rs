//! Requests that may come twice, because an answer was lost on the way: with an `idempotency-key` they are done once, and
//! the answer is given again.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use control::{Caller, Once};
use sha2::{Digest, Sha256};

use crate::App;
use crate::authentication::By;
use crate::body::unread;
use crate::problem::{Kind, Problem};

/// The header.
pub(crate) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest answer that is kept; a longer one is given once.
const LONGEST: usize = 1 << 20;

/// Has a POST with a key done once.
pub(crate) async fn once(State(app): State<App>, by: By, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    match known(&app, &by.caller, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn known(app: &App, by: &Caller, request: Request, next: Next) -> Result<Response, Problem> {
    let key = key(request.headers())?;
    let (parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    let body = Bytes::from_request(whole, app).await.map_err(|why| unread(&why))?;
    let digest = digest(parts.uri.path(), &body);
    match app.estate.begin_once(by, &key, &digest).await.map_err(differs)? {
        Once::Done(answer) => Ok(again(&answer)),
        Once::New => {
            let response = next.run(Request::from_parts(parts, Body::from(body))).await;
            kept(app, by, &key, response).await
        }
    }
}

fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut all = headers.get_all(KEY).iter();
    let key = all.next().and_then(|key| key.to_str().ok()).filter(|_| all.next().is_none());
    let wrong = || Problem::new(Kind::Invalid, "the idempotency-key is not one plain text", "Use a fresh UUID.");
    key.map(str::to_owned).ok_or_else(wrong)
}

/// The same key for another request is a mistake of the client, not of the moment.
fn differs(error: control::Error) -> Problem {
    let said = error.to_string();
    match error {
        control::Error::Conflict(_) if said.contains("another request") => {
            Problem::new(Kind::Invalid, said, "Use a fresh key for each request.")
        }
        other => other.into(),
    }
}

fn digest(path: &str, body: &[u8]) -> [u8; 32] {
    let length = u64::try_from(path.len()).unwrap_or(u64::MAX).to_be_bytes();
    Sha256::new().chain_update(length).chain_update(path).chain_update(body).finalize().into()
}

/// Keeps what was done; when nothing was, the key is free again.
async fn kept(app: &App, by: &Caller, key: &str, response: Response) -> Result<Response, Problem> {
    let status = response.status();
    if !status.is_success() {
        // What failed inside may have been done in part: then the key stays taken, and a second try is refused.
        if status.is_client_error() {
            app.estate.forget_once(by, key).await?;
        }
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let unkept = |_| Problem::new(Kind::Store, "the answer is too long to be kept", "Look whether it was done.");
    let body = to_bytes(body, LONGEST).await.map_err(unkept)?;
    let answer = [status.as_u16().to_be_bytes().as_slice(), &body].concat();
    if let Err(error) = app.estate.finish_once(by, key, &answer).await {
        // It was done all the same, and its caller is told so.
        tracing::warn!(%error, "an answer could not be kept");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn again(answer: &[u8]) -> Response {
    let (status, body) = answer.split_first_chunk::<2>().unwrap_or((&[0, 200], answer));
    let status = StatusCode::from_u16(u16::from_be_bytes(*status)).unwrap_or(StatusCode::OK);
    let mut response = (status, body.to_vec()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
}
