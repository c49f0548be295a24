//! `/v1/people`, `/v1/groups`, `/v1/roles`: who there is, and what they belong to.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, put};
use control::Role;
use model::PrincipalId;

use super::{Answer, Reply};
use crate::App;
use crate::authentication::By;
use crate::body::Json;
use crate::paging::{Asked, Paging};
use crate::problem::Problem;
use crate::shape::{Group, List, NewSomebody, Nothing, Somebody, SomebodyChange, cut, meant};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/me", get(me))
        .route("/people", get(list).post(add))
        .route("/people/{issuer}/{subject}", get(show).patch(change).delete(remove))
        .route("/groups", get(groups))
        .route("/groups/{group}/members/{issuer}/{subject}", put(join).delete(leave))
        .route("/roles/{role}/{issuer}/{subject}", put(give).delete(take))
}

/// Who the caller is.
#[utoipa::path(get, path = "/v1/me", tag = "people", responses((status = 200, body = Somebody)))]
pub(crate) async fn me(State(app): State<App>, by: By) -> Reply<Somebody> {
    Ok(Answer::new(app.estate.myself(&by.caller).await?.into()))
}

/// Lists people, services and agents, by key, with their groups and roles.
#[utoipa::path(get, path = "/v1/people", tag = "people", params(Paging), responses((status = 200, body = List<Somebody>)))]
pub(crate) async fn list(State(app): State<App>, by: By, Asked(paging): Asked<Paging>) -> Reply<List<Somebody>> {
    let limit = paging.limit()?;
    let all = app.estate.people(&by.caller).await?;
    let part = cut(all, paging.cursor.as_deref(), limit, |person| person.id.to_string());
    Ok(Answer::new(part.into()))
}

/// Adds somebody. They begin with nothing: no group, no role, no token.
#[utoipa::path(post, path = "/v1/people", tag = "people", request_body = NewSomebody, responses((status = 201, body = Somebody)))]
pub(crate) async fn add(State(app): State<App>, by: By, Json(new): Json<NewSomebody>) -> Reply<Somebody> {
    Ok(Answer::made(app.estate.add_person(&by.caller, new.into()).await?.into()))
}

/// Shows somebody.
#[utoipa::path(get, path = "/v1/people/{issuer}/{subject}", tag = "people", params(("issuer" = String, Path), ("subject" = String, Path)), responses((status = 200, body = Somebody)))]
pub(crate) async fn show(State(app): State<App>, by: By, Path(key): Path<(String, String)>) -> Reply<Somebody> {
    let id = person(key);
    let found = app.estate.people(&by.caller).await?.into_iter().find(|person| person.id == id);
    Ok(Answer::new(found.ok_or(control::Error::NotFound)?.into()))
}

/// Changes somebody: also disables them, and takes that back.
#[utoipa::path(patch, path = "/v1/people/{issuer}/{subject}", tag = "people", params(("issuer" = String, Path), ("subject" = String, Path)), request_body = SomebodyChange, responses((status = 200, body = Somebody)))]
pub(crate) async fn change(
    State(app): State<App>,
    by: By,
    Path(key): Path<(String, String)>,
    Json(change): Json<SomebodyChange>,
) -> Reply<Somebody> {
    Ok(Answer::new(app.estate.change_person(&by.caller, &person(key), change.into()).await?.into()))
}

/// Removes somebody with their groups and roles, and revokes their tokens. Their sessions end.
#[utoipa::path(delete, path = "/v1/people/{issuer}/{subject}", tag = "people", params(("issuer" = String, Path), ("subject" = String, Path)), responses((status = 200, body = Nothing)))]
pub(crate) async fn remove(State(app): State<App>, by: By, Path(key): Path<(String, String)>) -> Reply<Nothing> {
    app.estate.remove_person(&by.caller, &person(key)).await?;
    Ok(Answer::new(Nothing {}))
}

/// Lists groups with their members.
#[utoipa::path(get, path = "/v1/groups", tag = "groups", params(Paging), responses((status = 200, body = List<Group>)))]
pub(crate) async fn groups(State(app): State<App>, by: By, Asked(paging): Asked<Paging>) -> Reply<List<Group>> {
    let limit = paging.limit()?;
    let all = app.estate.groups(&by.caller).await?;
    Ok(Answer::new(cut(all, paging.cursor.as_deref(), limit, |group| group.name.clone()).into()))
}

/// Puts somebody into a group.
#[utoipa::path(put, path = "/v1/groups/{group}/members/{issuer}/{subject}", tag = "groups", params(("group" = String, Path), ("issuer" = String, Path), ("subject" = String, Path)), responses((status = 200, body = Nothing)))]
pub(crate) async fn join(
    State(app): State<App>,
    by: By,
    Path((group, issuer, subject)): Path<(String, String, String)>,
) -> Reply<Nothing> {
    app.estate.add_member(&by.caller, &group, &PrincipalId { issuer, subject }).await?;
    Ok(Answer::new(Nothing {}))
}

/// Takes somebody out of a group.
#[utoipa::path(delete, path = "/v1/groups/{group}/members/{issuer}/{subject}", tag = "groups", params(("group" = String, Path), ("issuer" = String, Path), ("subject" = String, Path)), responses((status = 200, body = Nothing)))]
pub(crate) async fn leave(
    State(app): State<App>,
    by: By,
    Path((group, issuer, subject)): Path<(String, String, String)>,
) -> Reply<Nothing> {
    app.estate.remove_member(&by.caller, &group, &PrincipalId { issuer, subject }).await?;
    Ok(Answer::new(Nothing {}))
}

/// Gives somebody a role.
#[utoipa::path(put, path = "/v1/roles/{role}/{issuer}/{subject}", tag = "roles", params(("role" = String, Path), ("issuer" = String, Path), ("subject" = String, Path)), responses((status = 200, body = Somebody)))]
pub(crate) async fn give(
    State(app): State<App>,
    by: By,
    Path((role, issuer, subject)): Path<(String, String, String)>,
) -> Reply<Somebody> {
    let given = app.estate.give_role(&by.caller, &PrincipalId { issuer, subject }, self::role(&role)?).await?;
    Ok(Answer::new(given.into()))
}

/// Takes a role from somebody. It ends at once.
#[utoipa::path(delete, path = "/v1/roles/{role}/{issuer}/{subject}", tag = "roles", params(("role" = String, Path), ("issuer" = String, Path), ("subject" = String, Path)), responses((status = 200, body = Somebody)))]
pub(crate) async fn take(
    State(app): State<App>,
    by: By,
    Path((role, issuer, subject)): Path<(String, String, String)>,
) -> Reply<Somebody> {
    let taken = app.estate.take_role(&by.caller, &PrincipalId { issuer, subject }, self::role(&role)?).await?;
    Ok(Answer::new(taken.into()))
}

fn role(word: &str) -> Result<Role, Problem> {
    meant("role", word)
}

fn person((issuer, subject): (String, String)) -> PrincipalId {
    PrincipalId { issuer, subject }
}
