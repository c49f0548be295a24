//! What the gateway answers, and how its problems become failures of a command.

use serde_json::Value;

use crate::failure::{Code, Failure};
use crate::terminal::plain;

/// An answer with what a change needs to know of what was read.
pub(crate) struct Answer {
    /// Its body; `Null` when there is none.
    pub(crate) body: Value,
    /// What `If-Match` must say.
    pub(crate) tag: Option<String>,
}

/// A problem (RFC 9457) as a failure: cause and remedy, harmless to show.
pub(crate) fn failure(status: u16, body: &[u8]) -> Failure {
    let problem: Value = serde_json::from_slice(body).unwrap_or_default();
    let said = |name: &str| problem.get(name).and_then(Value::as_str).map(|text| plain(text, 2000));
    let code = match status {
        401 | 403 => Code::Refused,
        404 => Code::NotFound,
        409 | 412 | 428 => Code::Conflict,
        _ => Code::Failed,
    };
    let title = said("title").unwrap_or_else(|| format!("the server answers with status {status}"));
    let cause = match said("detail") {
        Some(detail) => format!("{title}: {detail}"),
        None => title,
    };
    let failure = Failure::new(code, cause);
    match said("remedy").filter(|remedy| !remedy.is_empty()) {
        Some(remedy) => failure.hint(remedy),
        None if problem.is_null() => failure.hint("Is this the address of a gateway's interface ([api] listen)?"),
        None => failure,
    }
}
