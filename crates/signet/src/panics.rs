//! What the operators' log says of a panic: one event, and no word that could come from a person or a target.

use std::any::Any;
use std::panic;

/// From here on a panic is an event of the log.
pub(crate) fn log() {
    panic::set_hook(Box::new(|panicked| {
        let place = panicked.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, said = said(panicked.payload()), "a panic");
    }));
}

/// What was said, when it was written into the program. A text that was put together may hold what somebody typed.
pub(crate) fn said(payload: &(dyn Any + Send)) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("(left out: it may hold what somebody typed)")
}
