//! `/v1/status`: how the gateway is.

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use super::{Answer, Reply};
use crate::App;
use crate::authentication::By;
use crate::shape::{Due, Status};

pub(super) fn router() -> Router<App> {
    Router::new().route("/status", get(status))
}

/// Shows how the gateway is: its journal, its policy and what of it is only observed, what waits, which reviews are open.
#[utoipa::path(get, path = "/v1/status", tag = "gateway", responses((status = 200, body = Status)))]
pub(crate) async fn status(State(app): State<App>, by: By) -> Reply<Status> {
    let status = app.estate.status(&by.caller).await?;
    let waiting = app.control.count_waiting(&by.caller).await?;
    let reviews = app.control.open_reviews(&by.caller).await?.into_iter().map(Due::from).collect();
    Ok(Answer::new(Status {
        you: by.caller.id.clone().into(),
        journal: status.journal,
        policy: status.policy,
        observed: status.observed.map(|observed| observed.into_iter().map(Into::into).collect()),
        to_decide: waiting.yours,
        waiting: waiting.requests,
        more: waiting.more,
        reviews,
    }))
}
