//! Close: a statement or a portal is forgotten. The fields are those of Describe.

pub(crate) use super::describe::parse;
