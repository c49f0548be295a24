//! The nouns that every crate of Signet shares: who, what, which verdict, which record. No I/O, no async.

mod action;
mod action_text;
mod approval;
mod catalogue;
pub mod code;
mod credential;
mod durability;
mod identity;
mod limits;
mod lineage;
mod mask_rule;
mod masking;
mod message;
mod outcome;
mod positions;
mod public;
mod rate;
mod reading;
mod record;
mod resource;
mod secret;
mod session;
mod shown;
mod verdict;

pub use action::{Action, Certainty, Facts, Phase, Verb};
pub use action_text::{ActionText, Typed};
pub use approval::{Approvers, HoldTerms, MOST_APPROVERS, RequestId, Requirement, RequirementError, Wait};
pub use catalogue::{Catalogue, Column, ColumnId, Function, Relation, RelationKind, Type, Volatility};
pub use credential::{Credentials, LEFT_OUT, TOKEN_PREFIX, TOKEN_RANDOM, tokens, without_tokens};
pub use durability::Durability;
pub use identity::{Challenge, CredentialId, Kind, Login, LoginError, Principal, PrincipalId, Proof};
pub use limits::Limits;
pub use lineage::{Derived, Flow, Lineage, Mentions, Position, Use};
pub use mask_rule::{ColumnPattern, Grain, MaskError, MaskRule, NamePattern, Operator as MaskOperator};
pub use masking::{ColumnShown, Mask, Treatment, Value, ValueKind, Veil};
pub use message::{Around, Message};
pub use outcome::{Outcome, Status};
pub use positions::{Positions, PositionsError};
pub use public::{Class, Public};
pub use rate::{Meter, Rate};
pub use reading::{Changes, Name, Reading};
pub use record::{By, Event, HoldEnded, Operator, Record};
pub use resource::{Account, Address, AddressError, Resource, ResourceName, TlsMode};
pub use secret::Secret;
pub use session::{CommandId, Origin, SessionId, StreamId};
pub use shown::Shown;
pub use verdict::{Decision, Obligations, Recording, Verdict};

#[cfg(test)]
mod tests;
