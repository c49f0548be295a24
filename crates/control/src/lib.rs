//! The use cases of Signet: the only writer of the store. Each one leaves its record, and that is durable before it takes
//! effect; while the journal is down nothing changes.
//!
//! Whoever acts is a [`Caller`]. What they may do depends on their [`Standing`] at that moment: read anew for each act.

mod caller;
mod changes;
mod control;
mod desk;
mod error;
mod estate;
mod grants;
mod keeper;
mod policy;
mod requests;
mod roles;
mod socket;
mod standing;

#[cfg(test)]
mod house;

pub use caller::Caller;
pub use changes::Changes;
pub use control::{Control, Parts, Random};
pub use desk::Desk;
pub use error::Error;
pub use estate::{
    AccountView, Asked, Drift, Estate, EstateParts, FileTarget, Group, Inventory, MaskAnswer, MaskQuestion, Meaning,
    Membership, NewAccount, NewPerson, NewResource, NewSecret, ObservedPolicy, Once, Origin, Person, PersonChange,
    Plan, Policy, PolicyForce, PolicyPage, Prober, Reach, References, ResourceView, Rotated, SecretView, Status, Step,
    Tested, Token, Trial,
};
pub use grants::{Grant, Grants, OpenReview, Review};
pub use identity::Clock;
pub use policy::{Deciding, Force, Moment, watch_folder};
pub use requests::{
    AccessPolicy, AccessTerms, AccessWish, Approval, BreakGlassWish, CommandText, Ended, HeldCommand, Page, Paged,
    Request, RequestFilter, RequestKind, RequestState, RequestWatch, RevealWish, Waiting, Window,
};
pub use roles::{APART, Apart, Leaves, MATRIX, Role, Rule};
pub use socket::{AskError, Deed, Listening, Note, ServeError, ask, name_of, serve, socket};
pub use standing::{Standing, Standings};
