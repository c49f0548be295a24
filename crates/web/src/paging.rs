//! What part of a list is asked for.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use model::RequestId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::problem::{Kind, Problem};

/// Which part of a list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// `next` of the part before.
    pub(crate) cursor: Option<String>,
    /// Entries at most, 1 to 200; without it 50.
    pub(crate) limit: Option<u32>,
}

impl Paging {
    /// How many.
    pub(crate) fn limit(&self) -> Result<u32, Problem> {
        let limit = self.limit.unwrap_or(50);
        let fits = (1..=200).contains(&limit);
        let wrong = || Problem::new(Kind::Invalid, "limit is 1 to 200", "Ask for fewer, and for the next part then.");
        fits.then_some(limit).ok_or_else(wrong)
    }

    /// As `control` has it where lists are sorted by the names of requests.
    pub(crate) fn page(&self) -> Result<control::Page, Problem> {
        let wrong = |_| Problem::new(Kind::Invalid, "the cursor is none of ours", "Begin without a cursor.");
        let after = self.cursor.as_deref().map(Uuid::parse_str).transpose().map_err(wrong)?.map(RequestId);
        Ok(control::Page { after, limit: self.limit()? })
    }
}

/// What stands behind the `?`, read strictly.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(_) => {
                let detail = "what stands behind the ? is not understood";
                let remedy = "The parameters are listed by GET /v1/openapi.json.";
                Err(Problem::new(Kind::Invalid, detail, remedy).into_response())
            }
        }
    }
}
