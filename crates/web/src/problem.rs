//! What is answered when something was not done: RFC 9457, with what to do about it.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// Why something was not done, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// What kind of problem: `urn:signet:problem:KIND`. Programs go by this.
    pub(crate) r#type: &'static str,
    /// The kind in words.
    pub(crate) title: &'static str,
    /// The status of the answer.
    pub(crate) status: u16,
    /// What exactly stood in the way.
    pub(crate) detail: String,
    /// What can be done about it.
    pub(crate) remedy: String,
    /// This very answer, for the operators: `urn:uuid:...`, as in the header `x-request-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instance: Option<String>,
}

/// The kinds of problems: status, name, title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Malformed,
    Unauthenticated,
    NotAllowed,
    NotFound,
    Method,
    Conflict,
    Changed,
    TooLarge,
    Media,
    Invalid,
    Required,
    TooMany,
    Store,
    Journal,
    Late,
}

impl Kind {
    fn facts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Malformed => {
                (StatusCode::BAD_REQUEST, "urn:signet:problem:malformed", "The request is not understood")
            }
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "urn:signet:problem:unauthenticated", "Not signed in"),
            Self::NotAllowed => (StatusCode::FORBIDDEN, "urn:signet:problem:not-allowed", "Not allowed"),
            Self::NotFound => (StatusCode::NOT_FOUND, "urn:signet:problem:not-found", "Not found"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "urn:signet:problem:method", "Not done with this method"),
            Self::Conflict => (StatusCode::CONFLICT, "urn:signet:problem:conflict", "Not possible as things stand"),
            Self::Changed => {
                (StatusCode::PRECONDITION_FAILED, "urn:signet:problem:changed", "It was changed meanwhile")
            }
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "urn:signet:problem:too-large", "The request is too large")
            }
            Self::Media => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "urn:signet:problem:media-type", "The request is not JSON")
            }
            Self::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "urn:signet:problem:invalid", "Not acceptable"),
            Self::Required => {
                (StatusCode::PRECONDITION_REQUIRED, "urn:signet:problem:if-match", "It must be said what is changed")
            }
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "urn:signet:problem:too-many", "Too many attempts"),
            Self::Store => (StatusCode::INTERNAL_SERVER_ERROR, "urn:signet:problem:store", "The gateway failed"),
            Self::Journal => (StatusCode::SERVICE_UNAVAILABLE, "urn:signet:problem:journal", "Nothing can be recorded"),
            Self::Late => (StatusCode::SERVICE_UNAVAILABLE, "urn:signet:problem:late", "It took too long"),
        }
    }
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        let (status, name, title) = kind.facts();
        Self {
            r#type: name,
            title,
            status: status.as_u16(),
            detail: detail.into(),
            remedy: remedy.into(),
            instance: None,
        }
    }

    /// Whether somebody who is known asked for what they do not get: that is on record.
    pub(crate) fn is_refusal(&self) -> bool {
        [Kind::NotAllowed, Kind::NotFound, Kind::Conflict, Kind::TooMany]
            .iter()
            .any(|kind| kind.facts().1 == self.r#type)
    }

    /// The answer to whatever does not prove who it is: always the same.
    pub(crate) fn unauthenticated() -> Self {
        let remedy = "Send `Authorization: Bearer TOKEN` with a live token: signet login, or signet token create.";
        Self::new(Kind::Unauthenticated, "there is no valid credential", remedy)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        let headers = response.headers_mut();
        match status {
            StatusCode::UNAUTHORIZED => say(headers, header::WWW_AUTHENTICATE, "Bearer realm=\"signet\""),
            StatusCode::TOO_MANY_REQUESTS => say(headers, header::RETRY_AFTER, "1"),
            _ => {}
        }
        // The body is written when the request's id is known (`answers.rs`).
        response.extensions_mut().insert(self);
        response
    }
}

fn say(headers: &mut axum::http::HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

impl From<control::Error> for Problem {
    fn from(error: control::Error) -> Self {
        use control::Error;
        let said = error.to_string();
        match error {
            Error::NotAllowed { .. } => Self::new(
                Kind::NotAllowed,
                said,
                "docs/roles.md has what each role may do; an administrator gives roles.",
            ),
            Error::NotFound => Self::new(Kind::NotFound, said, "Look at the list for what there is."),
            Error::Conflict(_) => Self::new(Kind::Conflict, said, "Look at it as it is now, and decide anew."),
            Error::Invalid(_) => Self::new(Kind::Invalid, said, "Change what is sent."),
            Error::TooMany(_) => Self::new(Kind::TooMany, said, "Wait until less is open, then try again."),
            Error::JournalDown => {
                let remedy = "Ask the operators: the gateway's log says why, and a restart is needed.";
                Self::new(Kind::Journal, said, remedy)
            }
            Error::Store(_) | Error::Envelope(_) => {
                tracing::error!(error = said, "a use case failed");
                let detail = "what the gateway keeps could not be read or written";
                Self::new(Kind::Store, detail, "Ask the operators: the gateway's log says why.")
            }
        }
    }
}
