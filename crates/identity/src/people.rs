//! The people of the configuration file, as they are handed over at the start.

/// A person of the configuration file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The name that is typed at sign-in.
    pub name: String,
    /// Groups, for policy.
    pub groups: Vec<String>,
    /// What they may do with the gateway itself, in the words of `control`.
    pub roles: Vec<String>,
}
