//! What clients are told while a command waits, and at the end.

use model::{Class, PrincipalId, Public, RequestId, Requirement, Wait};
use ports::HoldRequest;

fn not_approved(message: String) -> Public {
    Public::new(Class::NotApproved, message)
}

/// The policy's own words (what it waits for, how long, that locks are held), and how it is approved.
pub(super) fn notice(asked: &HoldRequest, notice: Public) -> Public {
    if asked.terms.wait == Wait::Resubmit {
        return notice;
    }
    let approve = format!("It is approved by: signet requests approve {}", asked.id);
    let hint = notice.hint.as_deref().map(|hint| format!("{hint} {approve}")).unwrap_or(approve);
    notice.with_hint(hint)
}

fn needs(requirements: &[Requirement]) -> String {
    requirements.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

/// The same command again, after the approval.
pub(super) fn deferred(id: RequestId, requirements: &[Requirement]) -> Public {
    not_approved(format!("this needs the approval of {}, and request {id} asks for it", needs(requirements)))
        .with_hint(format!("Send the same again when it is approved (signet requests approve {id}); it passes once."))
}

pub(super) fn rejected(id: RequestId, by: Option<&PrincipalId>, reason: Option<&str>) -> Public {
    let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    not_approved(format!("request {id} was rejected{by}{reason}"))
}

pub(super) fn expired(id: RequestId) -> Public {
    not_approved(format!("nobody decided request {id} in time")).with_hint("Send it again to ask anew.")
}

pub(super) fn taken_back(id: RequestId) -> Public {
    Public::new(Class::Cancelled, format!("request {id} was taken back"))
}

pub(super) fn void(id: RequestId) -> Public {
    not_approved(format!("request {id} is void: who agreed may not agree any more, or the gateway was started again"))
        .with_hint("Send it again to ask anew.")
}

pub(super) fn too_many() -> Public {
    Public::new(Class::Limit, "too many of your requests wait for approval already")
        .with_hint("Withdraw some (signet requests --mine), or wait for decisions.")
}

pub(super) fn too_long() -> Public {
    Public::new(Class::Limit, "this needs approval, and is too long to be read by anybody")
        .with_hint("Send it in parts of at most 1 MiB.")
}

pub(super) fn hidden() -> Public {
    not_approved("this needs approval, and what looks like a credential in it would hide what it does".to_owned())
        .with_hint("Nobody approves what they cannot read: leave it out, or hand it over as a parameter of its own.")
}

pub(super) fn binary() -> Public {
    not_approved("this needs approval, and parameters in binary form show nobody what they are".to_owned())
        .with_hint("Describe the statement first, or have the driver send parameters of types like this one as text.")
}

pub(super) fn nobody() -> Public {
    not_approved("this needs approval, and the policy names nobody who could give it".to_owned())
}

pub(super) fn gone() -> Public {
    Public::new(Class::Denied, "your access to this gateway has ended")
}

/// Refused when unsure: the store or the key file failed.
pub(super) fn failed() -> Public {
    not_approved("this needs approval, and approvals are not to be had at the moment".to_owned())
        .with_hint("Tell the operators of the gateway; nothing was done.")
}
