//! `/v1/status`: how the gateway is.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use control::{Page, RequestFilter, RequestState};

use super::{Answer, Reply};
use crate::App;
use crate::authentication::By;
use crate::shape::{Review, Status};

/// More requests than these are not counted.
const COUNTED: u32 = 200;

pub(super) fn router() -> Router<App> {
    Router::new().route("/status", get(status))
}

/// Shows how the gateway is: its journal, its policy and what of it is only observed, what waits, which reviews are open.
#[utoipa::path(get, path = "/v1/status", tag = "gateway", responses((status = 200, body = Status)))]
pub(crate) async fn status(State(app): State<App>, by: By) -> Reply<Status> {
    let status = app.estate.status(&by.caller).await?;
    let filter = RequestFilter { states: vec![RequestState::Pending], ..RequestFilter::default() };
    let page = Page { after: None, limit: COUNTED };
    let waiting = app.control.list_requests(&by.caller, filter, page).await?;
    let reviews = app.control.list_reviews(&by.caller).await?;
    let reviews = reviews.into_iter().filter(|review| review.done.is_none()).map(Review::from).collect();
    Ok(Answer::new(Status {
        you: by.caller.id.clone().into(),
        journal: status.journal,
        policy: status.policy,
        observed: status.observed.map(|observed| observed.into_iter().map(Into::into).collect()),
        to_decide: waiting.items.iter().filter(|request| request.yours_to_decide).count(),
        waiting: waiting.items.len(),
        more: waiting.next.is_some(),
        reviews,
    }))
}
