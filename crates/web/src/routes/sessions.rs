//! `/v1/sessions`: who is there now.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use model::SessionId;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Answer, Reply, events};
use crate::App;
use crate::authentication::By;
use crate::body::Json;
use crate::paging::{Asked, Paging};
use crate::shape::{List, Nothing, Session, cut};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/sessions", get(list))
        .route("/sessions/events", get(events::sessions))
        .route("/sessions/{id}/kill", post(kill))
}

/// Why a session is ended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Why {
    /// Its client is told.
    reason: String,
}

/// Lists the sessions under way that the caller may see, the oldest first.
#[utoipa::path(get, path = "/v1/sessions", tag = "sessions", params(Paging), responses((status = 200, body = List<Session>)))]
pub(crate) async fn list(State(app): State<App>, by: By, Asked(paging): Asked<Paging>) -> Reply<List<Session>> {
    let limit = paging.limit()?;
    let all = app.estate.live_sessions(&by.caller, &app.sessions).await?;
    Ok(Answer::new(cut(all, paging.cursor.as_deref(), limit, |session| session.id.to_string()).into()))
}

/// Ends a session at once.
#[utoipa::path(post, path = "/v1/sessions/{id}/kill", tag = "sessions", params(("id" = String, Path)), request_body = Why, responses((status = 200, body = Nothing)))]
pub(crate) async fn kill(
    State(app): State<App>,
    by: By,
    Path(id): Path<String>,
    Json(why): Json<Why>,
) -> Reply<Nothing> {
    let id = Uuid::parse_str(&id).map(SessionId).map_err(|_| control::Error::NotFound)?;
    app.estate.kill_session(&by.caller, &app.sessions, id, &why.reason).await?;
    Ok(Answer::new(Nothing {}))
}
