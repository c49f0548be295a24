//! The words of the format for what the model has as types.

use model::{Certainty, Class, HoldEnded, Phase, Status};

pub(super) fn class(class: Class) -> &'static str {
    match class {
        Class::Unauthenticated => "unauthenticated",
        Class::Denied => "denied",
        Class::NotApproved => "not_approved",
        Class::Cancelled => "cancelled",
        Class::NotFound => "not_found",
        Class::Protocol => "protocol",
        Class::Unsupported => "unsupported",
        Class::Limit => "limit",
        Class::Target => "target",
        Class::Journal => "journal",
        Class::Shutdown => "shutdown",
        Class::Internal => "internal",
    }
}

pub(super) fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Opaque => "opaque",
        Certainty::Lexed => "lexed",
        Certainty::Full => "full",
    }
}

pub(super) fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Prepare => "prepare",
        Phase::Bind => "bind",
        Phase::Run => "run",
    }
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Done => "done",
        Status::Failed => "failed",
        Status::NotRun => "not_run",
        Status::Suspended => "suspended",
        Status::Unknown => "unknown",
    }
}

pub(super) fn how(how: HoldEnded) -> &'static str {
    match how {
        HoldEnded::Approved => "approved",
        HoldEnded::Rejected => "rejected",
        HoldEnded::Expired => "expired",
        HoldEnded::Withdrawn => "withdrawn",
        HoldEnded::Deferred => "deferred",
    }
}
