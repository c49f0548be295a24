//! What every answer has: an id, headers that keep it out of caches, and a problem's body.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use crate::body;
use crate::problem::{Kind, Problem};

/// How long an answer may take to begin, storage included.
const PATIENCE: Duration = Duration::from_secs(30);

/// Gives the answer its id, and bounds its time.
pub(crate) async fn finish(request: Request, next: Next) -> Response {
    let id = Uuid::now_v7();
    let mut response = if body::is_too_large(request.headers()) {
        body::too_large().into_response()
    } else {
        tokio::time::timeout(PATIENCE, next.run(request)).await.unwrap_or_else(|_| {
            let remedy = "Look whether it was done, and ask again.";
            Problem::new(Kind::Late, "there was no answer within 30 seconds", remedy).into_response()
        })
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = with_body(response, problem, id);
    } else if response.status().is_client_error() {
        // What the library refuses by itself: a path that is no UTF-8, say.
        let problem = Problem::new(Kind::Malformed, "the request is not understood", "Read GET /v1/openapi.json.");
        response = with_body(problem.clone().into_response(), problem, id);
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert("x-request-id", id);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn with_body(response: Response, problem: Problem, id: Uuid) -> Response {
    let problem = Problem { instance: Some(format!("urn:uuid:{id}")), ..problem };
    tracing::debug!(status = problem.status, detail = problem.detail, %id, "the interface answers with a problem");
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    let text = serde_json::to_vec(&problem).unwrap_or_default();
    Response::from_parts(parts, Body::from(text))
}
