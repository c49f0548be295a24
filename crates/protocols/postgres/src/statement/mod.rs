//! SQL texts, which the crate `sql` reads.

pub(crate) use sql::{SessionEffects, Statement, TooManyStatements, credentials, read, split, split_either};
