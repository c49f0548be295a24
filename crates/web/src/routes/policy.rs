//! `/v1/policy`: what decides. Every version is kept, with who vouches for it.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};

use super::{Answer, Reply, expected};
use crate::App;
use crate::authentication::By;
use crate::body::Json;
use crate::paging::{Asked, Paging};
use crate::problem::{Kind, Problem};
use crate::shape::{List, Policy, PolicyWish};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/policy", get(newest).put(put))
        .route("/policy/versions", get(history))
        .route("/policy/versions/{number}", get(version))
        .route("/policy/reload", post(reload))
}

/// Shows the newest version. Its tag is what `if-match` must say.
#[utoipa::path(get, path = "/v1/policy", tag = "policy", responses((status = 200, body = Policy)))]
pub(crate) async fn newest(State(app): State<App>, by: By) -> Reply<Policy> {
    let newest = app.estate.policy(&by.caller).await?.ok_or(control::Error::NotFound)?;
    Ok(tagged(newest))
}

/// Puts policies in force; the caller vouches for them. `if-match` must name the newest version; without it, any.
#[utoipa::path(put, path = "/v1/policy", tag = "policy", params(("if-match" = Option<String>, Header)), request_body = PolicyWish, responses((status = 200, body = Policy)))]
pub(crate) async fn put(
    State(app): State<App>,
    by: By,
    headers: HeaderMap,
    Json(wish): Json<PolicyWish>,
) -> Reply<Policy> {
    let after = headers.contains_key("if-match").then(|| expected(&headers)).transpose()?;
    let kept = app.estate.put_policy(&by.caller, wish.files, after).await;
    kept.map(tagged).map_err(|error| match error {
        control::Error::Conflict(why) if after.is_some() => {
            Problem::new(Kind::Changed, why, "Look at the newest version, and decide anew.")
        }
        other => other.into(),
    })
}

/// Lists versions, newest first, without their files.
#[utoipa::path(get, path = "/v1/policy/versions", tag = "policy", params(Paging), responses((status = 200, body = List<Policy>)))]
pub(crate) async fn history(State(app): State<App>, by: By, Asked(paging): Asked<Paging>) -> Reply<List<Policy>> {
    let wrong = |_| Problem::new(Kind::Invalid, "the cursor is none of ours", "Begin without a cursor.");
    let before = paging.cursor.as_deref().map(str::parse).transpose().map_err(wrong)?;
    let page = app.estate.policy_history(&by.caller, before, paging.limit()?).await?;
    let items = page.items.into_iter().map(|policy| Policy::from(policy).without_files()).collect();
    Ok(Answer::new(List { items, next: page.next.map(|number| number.to_string()) }))
}

/// Shows a version, whole.
#[utoipa::path(get, path = "/v1/policy/versions/{number}", tag = "policy", params(("number" = u64, Path)), responses((status = 200, body = Policy)))]
pub(crate) async fn version(State(app): State<App>, by: By, Path(number): Path<String>) -> Reply<Policy> {
    let number = number.parse().map_err(|_| control::Error::NotFound)?;
    Ok(Answer::new(app.estate.policy_version(&by.caller, number).await?.into()))
}

/// Takes over the folder of policies; the caller vouches for what stands there.
#[utoipa::path(post, path = "/v1/policy/reload", tag = "policy", responses((status = 200, body = Policy)))]
pub(crate) async fn reload(State(app): State<App>, by: By) -> Reply<Policy> {
    Ok(tagged(app.estate.reload_policy(&by.caller).await?))
}

fn tagged(policy: control::Policy) -> Answer<Policy> {
    let number = policy.number;
    Answer::new(Policy::from(policy)).tagged(number)
}
