//! The order in which things are looked at: size, who asks, what for.

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};

use crate::problem::{Kind, Problem};
use crate::{App, answers, authentication, body, once, openapi, routes};

/// All of it.
pub(crate) fn router(app: App) -> Router {
    let with_caller = routes::router()
        .method_not_allowed_fallback(no_such_method)
        .fallback(no_such_path)
        .layer(middleware::from_fn_with_state(app.clone(), once::once))
        .layer(middleware::from_fn_with_state(app.clone(), authentication::required));
    let public = Router::new().route("/v1/ca", get(authority)).route("/v1/openapi.json", get(openapi::page));
    public
        .nest("/v1", with_caller)
        .method_not_allowed_fallback(no_such_method)
        .fallback(no_such_path)
        .layer(DefaultBodyLimit::max(body::LARGEST))
        .layer(middleware::from_fn(answers::finish))
        .with_state(app)
}

async fn no_such_path() -> Problem {
    Problem::new(Kind::NotFound, "there is nothing at this path", "GET /v1/openapi.json says what there is.")
}

async fn no_such_method() -> Problem {
    Problem::new(Kind::Method, "this path does not take this method", "GET /v1/openapi.json says what there is.")
}

/// The gateway's own authority, in PEM, as clients pin it. Public: it stands in no handshake, and proves nothing by itself.
#[utoipa::path(get, path = "/v1/ca", tag = "gateway", responses((status = 200, content_type = "application/x-pem-file", body = String)))]
pub(crate) async fn authority(State(app): State<App>) -> Response {
    match app.authority.as_ref() {
        Some(pem) => {
            let kind = HeaderValue::from_static("application/x-pem-file");
            ([(header::CONTENT_TYPE, kind)], pem.clone()).into_response()
        }
        None => {
            let detail = "the gateway's certificate comes from an authority of its operators";
            Problem::new(Kind::NotFound, detail, "Ask the operators for its certificate.").into_response()
        }
    }
}
