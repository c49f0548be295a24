//! Who: by the key of an identity.

use model::PrincipalId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The key of an identity: who vouches for it, and the name that voucher gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    /// Who vouches: `local` for people of this gateway.
    pub(crate) issuer: String,
    /// The name they gave.
    pub(crate) subject: String,
}

impl From<PrincipalId> for Person {
    fn from(PrincipalId { issuer, subject }: PrincipalId) -> Self {
        Self { issuer, subject }
    }
}

impl From<Person> for PrincipalId {
    fn from(Person { issuer, subject }: Person) -> Self {
        Self { issuer, subject }
    }
}
