//! Which role may do which use case, and what each use case leaves in the evidence. The one place where that stands.

use super::Role::{self, Administrator, Approver, Auditor, PolicyAuthor, User};
use crate::Error;

/// What a use case leaves in the evidence, before it takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// An `admin.act` record.
    Act,
    /// An `evidence.read` record.
    Read,
}

/// A use case, and who may do it: whoever has one of the roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, as it stands in records.
    pub name: &'static str,
    /// What it is.
    pub says: &'static str,
    /// Who may.
    pub roles: &'static [Role],
    /// What it leaves.
    pub leaves: Leaves,
}

impl Rule {
    /// What somebody without any of the roles is told.
    pub(crate) fn refusal(&self) -> Error {
        let roles: Vec<_> = self.roles.iter().map(|role| role.as_str()).collect();
        Error::not_allowed(format!(
            "this needs the role {} ({}); a token that somebody else made for you carries no role but user",
            roles.join(" or "),
            self.name
        ))
    }
}

macro_rules! matrix {
    ($($rule:ident $name:literal $leaves:ident [$($role:ident)*] $says:literal;)*) => {
        $(
            #[doc = $says]
            pub(crate) const $rule: Rule =
                Rule { name: $name, says: $says, roles: &[$($role),*], leaves: Leaves::$leaves };
        )*
        /// The whole matrix.
        pub const MATRIX: &[Rule] = &[$($rule),*];
    };
}

matrix! {
    PEOPLE_LIST       "people.list"      Read [Administrator Approver Auditor] "See who there is, with groups and roles";
    PEOPLE_ADD        "people.add"       Act  [Administrator] "Add a person, a service or an agent";
    PEOPLE_CHANGE     "people.change"    Act  [Administrator] "Change or disable a person, a service or an agent";
    PEOPLE_REMOVE     "people.remove"    Act  [Administrator] "Remove a person, a service or an agent";
    ROLES_GIVE        "roles.give"       Act  [Administrator] "Give somebody a role";
    ROLES_TAKE        "roles.take"       Act  [Administrator] "Take a role from somebody";
    GROUPS_LIST       "groups.list"      Read [Administrator Approver Auditor PolicyAuthor] "See who is in which group";
    GROUPS_ADD        "groups.add"       Act  [Administrator] "Put somebody into a group";
    GROUPS_REMOVE     "groups.remove"    Act  [Administrator] "Take somebody out of a group";
    TOKENS_OWN        "token.list_own"   Read [User] "See one's own tokens, and those of one's services and agents";
    TOKENS_OWN_CREATE "token.create_own" Act  [User] "Make a token for oneself, or for a service or agent of one's own";
    TOKENS_OWN_REVOKE "token.revoke_own" Act  [User] "Revoke one's own token, or that of a service or agent of one's own";
    TOKENS_LIST       "token.list"       Read [Administrator Auditor] "See the tokens of everybody, never what they are";
    TOKENS_CREATE     "token.create"     Act  [Administrator] "Make a token for somebody else: it carries no role but user";
    TOKENS_REVOKE     "token.revoke"     Act  [Administrator] "Revoke anybody's token";
    RESOURCES_NAMES   "resources.names"  Read [User] "See the names, protocols and accounts of resources";
    RESOURCES_LIST    "resources.list"   Read [Administrator Auditor PolicyAuthor] "See resources whole, never their secrets";
    RESOURCES_ADD     "resources.add"    Act  [Administrator] "Add a resource";
    RESOURCES_CHANGE  "resources.change" Act  [Administrator] "Change a resource, but not its labels";
    RESOURCES_LABEL   "resources.label"  Act  [PolicyAuthor] "Change the labels of a resource, by which policies go";
    RESOURCES_REMOVE  "resources.remove" Act  [Administrator] "Remove a resource";
    RESOURCES_TEST    "resources.test"   Act  [Administrator] "Sign in to a resource to see whether it works";
    RESOURCES_REACH   "resources.reach"  Read [Administrator Auditor] "See who can reach a resource now";
    SECRETS_ROTATE    "secrets.rotate"   Act  [Administrator] "Put the secrets of the store under a new key";
    POLICIES_READ     "policy.read"      Read [Administrator Approver Auditor PolicyAuthor] "Read policies, those in force and earlier ones";
    POLICIES_PUT      "policy.put"       Act  [PolicyAuthor] "Put policies in force";
    POLICIES_RELOAD   "policy.reload"    Act  [PolicyAuthor] "Take over the folder of policies, and vouch for it";
    MASKS_EXPLAIN     "masks.explain"    Read [Administrator Auditor PolicyAuthor] "See what of a command's result would be masked for somebody, and why";
    APPLY             "apply"            Act  [Administrator] "Bring people, groups and resources to what a file says";
    APPLY_PLAN        "apply.plan"       Read [Administrator Auditor] "See how people, groups and resources differ from a file";
    REQUESTS_MAKE     "request.create"   Act  [User] "Ask for access, to be shown what is masked, or to break the glass; wait for a held command";
    REQUESTS_WITHDRAW "request.withdraw" Act  [User] "Take back what oneself, or a service or agent of one's own, asked for";
    REQUESTS_APPROVE  "request.approve"  Act  [Approver] "Agree to a request in which a requirement names one";
    REQUESTS_REJECT   "request.reject"   Act  [Approver] "Reject a request in which a requirement names one";
    GLASS_AGREE       "glass.agree"      Act  [Administrator Approver] "Agree that somebody breaks the glass, or reject it";
    GLASS_REVIEW      "glass.review"     Act  [Administrator Approver Auditor] "Review afterwards that the glass was broken";
    GLASS_READ        "glass.read"       Read [Administrator Approver Auditor] "See the reviews of everybody's broken glass";
    REQUESTS_READ     "request.read"     Read [Administrator Auditor] "Read the requests of everybody, whole";
    GRANTS_READ       "grant.read"       Read [Administrator Auditor] "See the grants of everybody";
    GRANTS_GIVE_UP    "grant.give_up"    Act  [User] "End a grant of one's own, or of a service or agent of one's own, or one that oneself agreed to";
    GRANTS_REVOKE     "grant.revoke"     Act  [Administrator] "End anybody's grant before its time";
    LIVE_OWN          "sessions.own"     Act  [User] "See one's own live sessions, and end them";
    SESSIONS_READ     "sessions.read"    Read [Administrator Auditor] "See the live sessions of everybody";
    SESSIONS_KILL     "sessions.kill"    Act  [Administrator] "End the session of somebody else";
}
