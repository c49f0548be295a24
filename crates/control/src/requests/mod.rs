//! Requests: held commands, access for a time, breaking the glass, revealing what is masked; and what people decide about them.
//!
//! A request is a row, and a change of it is a change of that row: nothing that matters is in a channel or a handler's memory.
//! Each act is durable in the journal before the row changes.

pub(crate) mod create;
mod decide;
pub(crate) mod entitled;
pub(crate) mod list;
mod request;
mod reveal;
pub(crate) mod sealed;
mod settle;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod view;
mod watch;
mod wish;

pub use request::{Approval, CommandText, Ended, HeldCommand, Page, Paged, Request, RequestFilter, Waiting, Window};
pub use store::{RequestKind, RequestState};
pub use watch::RequestWatch;
pub use wish::{AccessPolicy, AccessTerms, AccessWish, BreakGlassWish, RevealWish};

use crate::Error;

/// So many requests may wait at once for which one human answers: more would only tire those who read them.
pub(crate) const MOST_WAITING: u32 = 20;
/// The longest note or reason, in bytes.
const LONGEST_WORDS: usize = 1000;

/// What somebody wrote, fit to be kept and shown.
pub(crate) fn words(text: &str, what: &str) -> Result<String, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::Invalid(format!("{what} is missing")));
    }
    if text.len() > LONGEST_WORDS || text.chars().any(char::is_control) {
        return Err(Error::Invalid(format!("{what} has at most {LONGEST_WORDS} bytes, in one line")));
    }
    Ok(text.to_owned())
}
