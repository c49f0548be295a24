//! What may not meet in one person for one act. People are compared by the human who answers for them, so that an alias, a
//! second account, a service or an agent changes nothing; no role is exempt.

use identity::Roll;
use model::PrincipalId;

use crate::Error;

/// Two parts in one act that one person may not have both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apart {
    /// The one.
    pub one: &'static str,
    /// The other.
    pub other: &'static str,
    /// What whoever tries is told.
    pub refusal: &'static str,
}

impl Apart {
    /// Refuses when the same human answers for both, or when nobody does.
    pub(crate) fn check(&self, roll: &Roll, one: &PrincipalId, other: &PrincipalId) -> Result<(), Error> {
        match (roll.human(one), roll.human(other)) {
            (Some(one), Some(other)) if one != other => Ok(()),
            _ => Err(Error::not_allowed(self.refusal)),
        }
    }
}

macro_rules! apart {
    ($($apart:ident $one:literal $other:literal $refusal:literal;)*) => {
        $(
            #[doc = $refusal]
            pub(crate) const $apart: Apart = Apart { one: $one, other: $other, refusal: $refusal };
        )*
        /// The whole table.
        pub const APART: &[Apart] = &[$($apart),*];
    };
}

apart! {
    SELF_APPROVE "asks" "approves" "nobody approves what they themselves asked for";
    SELF_AGREE   "asks to break the glass" "agrees" "nobody agrees to their own breaking of the glass";
    TWO_AGREE    "agrees as the first" "agrees as the second" "two different people agree to breaking the glass";
    SELF_REVIEW  "breaks the glass" "reviews it" "nobody reviews their own breaking of the glass";
    AGREE_REVIEW "agrees to breaking the glass" "reviews it" "whoever agreed to breaking the glass does not review it";
    SELF_ROLE    "gives a role" "gets it" "nobody gives a role to themselves, or to a service or agent of theirs: ask another administrator";
    SELF_GROUP   "adds to a group" "is added" "nobody adds themselves, or a service or agent of theirs, to a group: ask another administrator";
    SELF_CHANGE  "changes who somebody is, or disables or removes them" "is changed" "nobody changes, disables or removes their own entry, or that of a service or agent of theirs, nor makes somebody else's theirs: ask another administrator";
    NEW_MEMBER   "becomes entitled to approve after a request was made" "approves that request" "who became entitled after the request was made does not approve it";
    MADE_TOKEN   "makes a token for somebody" "acts by it in a role of theirs" "a token that somebody else made carries no role but user";
}
