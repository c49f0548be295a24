//! `/v1/masks`: what would be masked, and why.

use axum::Router;
use axum::extract::State;
use axum::routing::post;

use super::{Answer, Reply};
use crate::App;
use crate::authentication::By;
use crate::body::Json;
use crate::shape::{MaskAnswers, MaskQuestion};

pub(super) fn router() -> Router<App> {
    Router::new().route("/masks/explain", post(explain))
}

/// Says what would be masked of what a command shows somebody, and why. Nothing is run.
#[utoipa::path(post, path = "/v1/masks/explain", tag = "masks", request_body = MaskQuestion, responses((status = 200, body = MaskAnswers)))]
pub(crate) async fn explain(State(app): State<App>, by: By, Json(question): Json<MaskQuestion>) -> Reply<MaskAnswers> {
    let answers = app.estate.explain_masks(&by.caller, question.settled()?, &*app.meaning).await?;
    Ok(Answer::new(answers.into()))
}
