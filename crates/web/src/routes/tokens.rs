//! `/v1/tokens`: what people prove themselves by.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{delete, get};
use model::PrincipalId;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Answer, Reply};
use crate::App;
use crate::authentication::By;
use crate::body::Json;
use crate::paging::{Asked, Paging};
use crate::problem::{Kind, Problem};
use crate::shape::{List, MadeToken, Person, Token, cut, rfc3339};

pub(super) fn router() -> Router<App> {
    Router::new().route("/tokens", get(list).post(create)).route("/tokens/{id}", delete(revoke))
}

/// Whose tokens.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// Of whom, `ISSUER/SUBJECT`; `*` = of everybody. Without it, the caller's own.
    person: Option<String>,
    /// `next` of the part before.
    cursor: Option<String>,
    /// Entries at most, 1 to 200; without it 50.
    limit: Option<u32>,
}

/// A token that is wished for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenWish {
    /// For whom; without it, for the caller. One for somebody that the caller does not answer for carries no role.
    person: Option<Person>,
    /// How long it is good for.
    seconds: u64,
}

/// Lists tokens, never what they are.
#[utoipa::path(get, path = "/v1/tokens", tag = "tokens", params(Whose), responses((status = 200, body = List<Token>)))]
pub(crate) async fn list(State(app): State<App>, by: By, Asked(whose): Asked<Whose>) -> Reply<List<Token>> {
    let limit = Paging { cursor: None, limit: whose.limit }.limit()?;
    let wrong = || Problem::new(Kind::Invalid, "person is ISSUER/SUBJECT, or * for everybody", "Write local/ada.");
    let of = match whose.person.as_deref() {
        Some("*") => None,
        None => Some(by.caller.id.clone()),
        Some(person) => {
            let (issuer, subject) = person.rsplit_once('/').ok_or_else(wrong)?;
            Some(PrincipalId { issuer: issuer.to_owned(), subject: subject.to_owned() })
        }
    };
    let mut all = app.estate.tokens(&by.caller, of.as_ref()).await?;
    all.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(Answer::new(cut(all, whose.cursor.as_deref(), limit, |token| token.id.clone()).into()))
}

/// Makes a token. It is shown now or never.
#[utoipa::path(post, path = "/v1/tokens", tag = "tokens", request_body = TokenWish, responses((status = 201, body = MadeToken)))]
pub(crate) async fn create(State(app): State<App>, by: By, Json(wish): Json<TokenWish>) -> Reply<MadeToken> {
    let to = wish.person.map_or_else(|| by.caller.id.clone(), PrincipalId::from);
    let made = app.estate.create_token(&by.caller, &to, Duration::from_secs(wish.seconds)).await?;
    let unfit = |_| Problem::new(Kind::Store, "the token cannot be written", "Ask the operators.");
    let token = made.token.reveal_str().map_err(unfit)?.to_owned();
    Ok(Answer::made(MadeToken { id: made.id, token, expires: rfc3339(made.expires_us) }))
}

/// Revokes a token. Sessions that it opened end at once.
#[utoipa::path(delete, path = "/v1/tokens/{id}", tag = "tokens", params(("id" = String, Path)), responses((status = 200, body = Token)))]
pub(crate) async fn revoke(State(app): State<App>, by: By, Path(id): Path<String>) -> Reply<Token> {
    Ok(Answer::new(app.estate.revoke_token(&by.caller, &id).await?.into()))
}
