//! `/v1/requests`: asking, deciding, following.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use control::{AccessWish, BreakGlassWish, RequestFilter, RevealWish};
use model::PrincipalId;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Answer, Reply, request_id};
use crate::App;
use crate::authentication::By;
use crate::body::Json;
use crate::paging::{Asked, Paging};
use crate::problem::{Kind, Problem};
use crate::shape::{List, Person, Request, instant, meant};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/requests", get(list).post(create))
        .route("/requests/events", get(super::events::requests))
        .route("/requests/{id}", get(show))
        .route("/requests/{id}/approve", post(approve))
        .route("/requests/{id}/reject", post(reject))
        .route("/requests/{id}/withdraw", post(withdraw))
        .route("/requests/{id}/agree", post(agree))
}

/// Which requests.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// In one of these states, with commas between them.
    state: Option<String>,
    /// `command`, `access`, `break_glass` or `reveal`.
    kind: Option<String>,
    /// Those of the caller, and of their services and agents, only.
    #[serde(default)]
    mine: bool,
    /// Those that the caller could decide now only.
    #[serde(default)]
    to_decide: bool,
    /// `next` of the part before.
    cursor: Option<String>,
    /// Entries at most, 1 to 200; without it 50.
    limit: Option<u32>,
}

/// What is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Wish {
    /// Access for a time.
    Access {
        /// To what.
        resource: String,
        /// As which upstream account; without it, the resource's default.
        account: Option<String>,
        /// From when; without it, from the approval on.
        from: Option<String>,
        /// For how long; at most seven days.
        seconds: u64,
        /// Why.
        reason: String,
    },
    /// To break the glass. Two others must agree, and somebody else reviews it afterwards.
    BreakGlass {
        /// On what.
        resource: String,
        /// For how long from the second agreement on; at most four hours.
        seconds: u64,
        /// Why.
        reason: String,
        /// Who reviews it afterwards.
        reviewer: Person,
    },
    /// To be shown for a time what a policy masks. Whom that policy names in its `@approve` must agree.
    Reveal {
        /// On what.
        resource: String,
        /// The policy that masks it.
        policy: String,
        /// For how long from the approval on; at most a day.
        seconds: u64,
        /// Why.
        reason: String,
    },
}

/// A yes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Yes {
    /// The digest of the command that was read; it is refused when it differs. Without it, whatever the request is for.
    digest: Option<String>,
    /// A word with it.
    note: Option<String>,
}

/// A no.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct No {
    /// Why; the requester is told.
    reason: String,
}

/// Lists the requests that the caller may see, newest first, without the texts of commands.
#[utoipa::path(get, path = "/v1/requests", tag = "requests", params(Which), responses((status = 200, body = List<Request>)))]
pub(crate) async fn list(State(app): State<App>, by: By, Asked(which): Asked<Which>) -> Reply<List<Request>> {
    let states = which.state.iter().flat_map(|states| states.split(','));
    let filter = RequestFilter {
        states: states.map(|state| meant("state", state)).collect::<Result<_, _>>()?,
        kind: which.kind.as_deref().map(|kind| meant("kind", kind)).transpose()?,
        mine: which.mine,
        to_decide: which.to_decide,
    };
    let page = Paging { cursor: which.cursor, limit: which.limit }.page()?;
    let listed = app.control.list_requests(&by.caller, filter, page).await?;
    let items = listed.items.into_iter().map(|request| Request::from(request).without_text()).collect();
    Ok(Answer::new(List { items, next: listed.next.map(|id| id.to_string()) }))
}

/// Asks for access, for breaking the glass, or to be shown what a policy masks.
#[utoipa::path(post, path = "/v1/requests", tag = "requests", request_body = Wish, responses((status = 201, body = Request)))]
pub(crate) async fn create(State(app): State<App>, by: By, Json(wish): Json<Wish>) -> Reply<Request> {
    let made = match wish {
        Wish::Access { resource, account, from, seconds, reason } => {
            let wrong = || Problem::new(Kind::Invalid, "from is no time", "Write 2026-07-01T12:00:00Z.");
            let from_us = from.map(|from| instant(&from).ok_or_else(wrong)).transpose()?;
            let wish = AccessWish { resource, account, from_us, lasts: Duration::from_secs(seconds), reason };
            app.control.create_access(&by.caller, wish).await?
        }
        Wish::BreakGlass { resource, seconds, reason, reviewer } => {
            let reviewer = PrincipalId::from(reviewer);
            let wish = BreakGlassWish { resource, lasts: Duration::from_secs(seconds), reason, reviewer };
            app.control.create_break_glass(&by.caller, wish).await?
        }
        Wish::Reveal { resource, policy, seconds, reason } => {
            let wish = RevealWish { resource, policy, lasts: Duration::from_secs(seconds), reason };
            app.control.create_reveal(&by.caller, wish).await?
        }
    };
    Ok(Answer::made(Request::from(made)))
}

/// Shows one request, whole. That somebody reads what is neither theirs nor theirs to decide is on record.
#[utoipa::path(get, path = "/v1/requests/{id}", tag = "requests", params(("id" = String, Path)), responses((status = 200, body = Request)))]
pub(crate) async fn show(State(app): State<App>, by: By, Path(name): Path<String>) -> Reply<Request> {
    let found = app.control.request(&by.caller, request_id(&name)?).await?;
    Ok(Answer::new(found.into()))
}

/// Agrees to a request.
#[utoipa::path(post, path = "/v1/requests/{id}/approve", tag = "requests", params(("id" = String, Path)), request_body = Yes, responses((status = 200, body = Request)))]
pub(crate) async fn approve(
    State(app): State<App>,
    by: By,
    Path(name): Path<String>,
    Json(yes): Json<Yes>,
) -> Reply<Request> {
    let id = request_id(&name)?;
    if let Some(read) = yes.digest {
        let waits = app.control.request(&by.caller, id).await?;
        // The digest of a request never changes, so nothing can come in between.
        if waits.command.is_none_or(|command| command.digest != read) {
            let detail = "what was read is not what this request is for";
            return Err(Problem::new(Kind::Conflict, detail, "Read it as it is: signet requests show."));
        }
    }
    let decided = app.control.approve(&by.caller, id, yes.note).await?;
    Ok(Answer::new(Request::from(decided).without_text()))
}

/// Says no. One rejection ends the request.
#[utoipa::path(post, path = "/v1/requests/{id}/reject", tag = "requests", params(("id" = String, Path)), request_body = No, responses((status = 200, body = Request)))]
pub(crate) async fn reject(
    State(app): State<App>,
    by: By,
    Path(name): Path<String>,
    Json(no): Json<No>,
) -> Reply<Request> {
    let decided = app.control.reject(&by.caller, request_id(&name)?, no.reason).await?;
    Ok(Answer::new(Request::from(decided).without_text()))
}

/// Takes one's own request back.
#[utoipa::path(post, path = "/v1/requests/{id}/withdraw", tag = "requests", params(("id" = String, Path)), responses((status = 200, body = Request)))]
pub(crate) async fn withdraw(State(app): State<App>, by: By, Path(name): Path<String>) -> Reply<Request> {
    let decided = app.control.withdraw(&by.caller, request_id(&name)?).await?;
    Ok(Answer::new(Request::from(decided).without_text()))
}

/// Agrees that the glass is broken: one of two.
#[utoipa::path(post, path = "/v1/requests/{id}/agree", tag = "requests", params(("id" = String, Path)), request_body = Yes, responses((status = 200, body = Request)))]
pub(crate) async fn agree(by: By, app: State<App>, path: Path<String>, yes: Json<Yes>) -> Reply<Request> {
    approve(app, by, path, yes).await
}
