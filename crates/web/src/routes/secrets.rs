//! `/v1/secrets`: the key under which the store's secrets are kept. What is sealed under it is never given.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, Reply};
use crate::App;
use crate::authentication::By;

pub(super) fn router() -> Router<App> {
    Router::new().route("/secrets/rotate", post(rotate))
}

/// What was put under a new key.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rotated {
    /// Names the new key, which is in the key file now, beside the earlier ones.
    key: String,
    /// How many texts of requests were sealed anew, beside the passwords of all resources.
    texts: u64,
}

/// Makes a new key, and seals everything in the store anew under it.
#[utoipa::path(post, path = "/v1/secrets/rotate", tag = "secrets", responses((status = 200, body = Rotated)))]
pub(crate) async fn rotate(State(app): State<App>, by: By) -> Reply<Rotated> {
    let control::Rotated { key, texts } = app.estate.rotate_secrets(&by.caller).await?;
    Ok(Answer::new(Rotated { key: key.to_string(), texts }))
}
