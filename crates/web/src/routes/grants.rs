//! `/v1/grants`: what people were given for a time, and the reviews of broken glass.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Answer, Reply, request_id};
use crate::App;
use crate::authentication::By;
use crate::body::Json;
use crate::paging::{Asked, Paging};
use crate::shape::{Grant, List, Review};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/grants", get(list))
        .route("/grants/{id}/revoke", post(revoke))
        .route("/reviews", get(reviews))
        .route("/requests/{id}/review", post(review))
}

/// Which grants.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Those that hold now or later only.
    #[serde(default)]
    live: bool,
    /// `next` of the part before.
    cursor: Option<String>,
    /// Entries at most, 1 to 200; without it 50.
    limit: Option<u32>,
}

/// Why a grant is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Why {
    /// In words for its person.
    reason: String,
}

/// What a review found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Findings {
    /// What was done, and whether it was right.
    findings: String,
}

/// Lists the grants that the caller may see, newest first.
#[utoipa::path(get, path = "/v1/grants", tag = "grants", params(Which), responses((status = 200, body = List<Grant>)))]
pub(crate) async fn list(State(app): State<App>, by: By, Asked(which): Asked<Which>) -> Reply<List<Grant>> {
    let page = Paging { cursor: which.cursor, limit: which.limit }.page()?;
    let listed = app.control.list_grants(&by.caller, which.live, page).await?;
    let items = listed.items.into_iter().map(Grant::from).collect();
    Ok(Answer::new(List { items, next: listed.next.map(|id| id.to_string()) }))
}

/// Takes a grant back at once: sessions that need it end.
#[utoipa::path(post, path = "/v1/grants/{id}/revoke", tag = "grants", params(("id" = String, Path)), request_body = Why, responses((status = 200, body = Grant)))]
pub(crate) async fn revoke(
    State(app): State<App>,
    by: By,
    Path(name): Path<String>,
    Json(why): Json<Why>,
) -> Reply<Grant> {
    let revoked = app.control.revoke_grant(&by.caller, request_id(&name)?, why.reason).await?;
    Ok(Answer::new(revoked.into()))
}

/// Lists the reviews of broken glass that the caller may see, those not done first.
#[utoipa::path(get, path = "/v1/reviews", tag = "grants", responses((status = 200, body = List<Review>)))]
pub(crate) async fn reviews(State(app): State<App>, by: By) -> Reply<List<Review>> {
    let items = app.control.list_reviews(&by.caller).await?.into_iter().map(Review::from).collect();
    Ok(Answer::new(List { items, next: None }))
}

/// Reviews a broken glass after its time.
#[utoipa::path(post, path = "/v1/requests/{id}/review", tag = "grants", params(("id" = String, Path)), request_body = Findings, responses((status = 200, body = Review)))]
pub(crate) async fn review(
    State(app): State<App>,
    by: By,
    Path(name): Path<String>,
    Json(found): Json<Findings>,
) -> Reply<Review> {
    let reviewed = app.control.review(&by.caller, request_id(&name)?, found.findings).await?;
    Ok(Answer::new(reviewed.into()))
}
