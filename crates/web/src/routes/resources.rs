//! `/v1/resources`: the targets behind the gateway. `/v1/apply`: all of the estate at once.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Answer, Reply, expected};
use crate::App;
use crate::authentication::By;
use crate::body::Json;
use crate::paging::{Asked, Paging};
use crate::problem::{Kind, Problem};
use crate::shape::{Document, List, Nothing, Plan, Reach, Resource, ResourceWish, Tested, cut, resource_name};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/resources", get(list).post(add))
        .route("/resources/{name}", get(show).put(change).delete(remove))
        .route("/resources/{name}/test", post(test))
        .route("/resources/{name}/reach", get(reach))
        .route("/apply/plan", post(plan))
        .route("/apply", post(apply))
}

/// What is tried.
#[derive(Deserialize, ToSchema, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trial {
    /// With that account only.
    account: Option<String>,
}

/// Lists targets, by name: whole for those who look after them.
#[utoipa::path(get, path = "/v1/resources", tag = "resources", params(Paging), responses((status = 200, body = List<Resource>)))]
pub(crate) async fn list(State(app): State<App>, by: By, Asked(paging): Asked<Paging>) -> Reply<List<Resource>> {
    let limit = paging.limit()?;
    let mut all = app.estate.resources(&by.caller).await?;
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Answer::new(cut(all, paging.cursor.as_deref(), limit, |view| view.name.to_string()).into()))
}

/// Puts a target behind the gateway.
#[utoipa::path(post, path = "/v1/resources", tag = "resources", request_body = ResourceWish, responses((status = 201, body = Resource)))]
pub(crate) async fn add(State(app): State<App>, by: By, Json(wish): Json<ResourceWish>) -> Reply<Resource> {
    Ok(tagged(Answer::made, app.estate.add_resource(&by.caller, wish.settled(None)?).await?))
}

/// Shows a target, without its secrets. Its tag is what `if-match` must say.
#[utoipa::path(get, path = "/v1/resources/{name}", tag = "resources", params(("name" = String, Path)), responses((status = 200, body = Resource)))]
pub(crate) async fn show(State(app): State<App>, by: By, Path(name): Path<String>) -> Reply<Resource> {
    let name = name.parse().map_err(|_| control::Error::NotFound)?;
    Ok(tagged(Answer::new, app.estate.resource(&by.caller, &name).await?))
}

/// Puts a target in the place of the one of that name. `if-match` must say which was seen.
#[utoipa::path(put, path = "/v1/resources/{name}", tag = "resources", params(("name" = String, Path), ("if-match" = String, Header)), request_body = ResourceWish, responses((status = 200, body = Resource)))]
pub(crate) async fn change(
    State(app): State<App>,
    by: By,
    Path(name): Path<String>,
    headers: HeaderMap,
    Json(wish): Json<ResourceWish>,
) -> Reply<Resource> {
    let name = name.parse().map_err(|_| control::Error::NotFound)?;
    let wish = wish.settled(Some(&name))?;
    unchanged(&app, &by, &name, &headers).await?;
    Ok(tagged(Answer::new, app.estate.change_resource(&by.caller, wish).await?))
}

/// Removes a target with its secrets. `if-match` must say which was seen.
#[utoipa::path(delete, path = "/v1/resources/{name}", tag = "resources", params(("name" = String, Path), ("if-match" = String, Header)), responses((status = 200, body = Nothing)))]
pub(crate) async fn remove(
    State(app): State<App>,
    by: By,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Reply<Nothing> {
    let name = name.parse().map_err(|_| control::Error::NotFound)?;
    unchanged(&app, &by, &name, &headers).await?;
    app.estate.remove_resource(&by.caller, &name).await?;
    Ok(Answer::new(Nothing {}))
}

/// Tries a target out: name resolution, TLS, sign-in, version, whether the account may too much.
#[utoipa::path(post, path = "/v1/resources/{name}/test", tag = "resources", params(("name" = String, Path)), request_body = Trial, responses((status = 200, body = Tested)))]
pub(crate) async fn test(
    State(app): State<App>,
    by: By,
    Path(name): Path<String>,
    Json(trial): Json<Trial>,
) -> Reply<Tested> {
    let name = resource_name(&name).map_err(|_| control::Error::NotFound)?;
    let tested = app.estate.test_resource(&by.caller, &name, trial.account.as_deref()).await?;
    Ok(Answer::new(tested.into()))
}

/// Lists who can begin a session on a target now, or could ask to, by key and account.
#[utoipa::path(get, path = "/v1/resources/{name}/reach", tag = "resources", params(("name" = String, Path), Paging), responses((status = 200, body = List<Reach>)))]
pub(crate) async fn reach(
    State(app): State<App>,
    by: By,
    Path(name): Path<String>,
    Asked(paging): Asked<Paging>,
) -> Reply<List<Reach>> {
    let name = resource_name(&name).map_err(|_| control::Error::NotFound)?;
    let limit = paging.limit()?;
    let all = app.estate.reach(&by.caller, &name).await?;
    let key = |reach: &control::Reach| format!("{}+{}", reach.who, reach.account);
    Ok(Answer::new(cut(all, paging.cursor.as_deref(), limit, key).into()))
}

/// Shows how people, groups, roles and resources differ from what a file says.
#[utoipa::path(post, path = "/v1/apply/plan", tag = "apply", request_body = Document, responses((status = 200, body = Plan)))]
pub(crate) async fn plan(State(app): State<App>, by: By, Json(file): Json<Document>) -> Reply<Plan> {
    Ok(Answer::new(app.estate.apply(&by.caller, &file.document, true).await?.into()))
}

/// Makes people, groups, roles and resources what a file says. Gives what was done.
#[utoipa::path(post, path = "/v1/apply", tag = "apply", request_body = Document, responses((status = 200, body = Plan)))]
pub(crate) async fn apply(State(app): State<App>, by: By, Json(file): Json<Document>) -> Reply<Plan> {
    Ok(Answer::new(app.estate.apply(&by.caller, &file.document, false).await?.into()))
}

fn tagged(answer: fn(Resource) -> Answer<Resource>, view: control::ResourceView) -> Answer<Resource> {
    let version = view.changed_us;
    answer(view.into()).tagged(version)
}

/// Whether the target is still as whoever changes it has seen it.
async fn unchanged(app: &App, by: &By, name: &model::ResourceName, headers: &HeaderMap) -> Result<(), Problem> {
    let seen: u64 = expected(headers)?;
    if app.estate.resource(&by.caller, name).await?.changed_us == seen {
        return Ok(());
    }
    Err(Problem::new(Kind::Changed, "the resource was changed meanwhile", "Look at it as it is, and decide anew."))
}
