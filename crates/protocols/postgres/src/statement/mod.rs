//! Reads SQL text without a grammar: where its statements begin and end, and the most dangerous thing that each may do.
//!
//! The reading errs to one side only. A text is cut wherever the server would cut it, or taken whole as opaque; a
//! statement's verb is at least as consequential as what its own words can do. What the functions do that a `SELECT`
//! calls cannot be seen here, so only commands without any names are `Full`. How verbs are given:
//!
//! | statement | verb |
//! |---|---|
//! | `SELECT` of literals, `SHOW name` | read, certainty Full |
//! | `SELECT`, `VALUES`, `TABLE`, `EXPLAIN` without `ANALYZE` | read, certainty Lexed |
//! | `WITH`, `EXPLAIN ANALYZE`, `PREPARE`, `DECLARE`, `COPY (query)` | that of the worst word inside |
//! | `SELECT INTO` | ddl |
//! | `SELECT FOR UPDATE`/`SHARE`, `INSERT`, `UPDATE`, `DELETE`, `MERGE`, `TRUNCATE`, `LOCK` | write: they change or block rows |
//! | `COPY FROM STDIN`, `COPY TO STDOUT` | copy_in, copy_out |
//! | `COPY PROGRAM`, `COPY FILE`, `ALTER SYSTEM`, what is not known | unknown |
//! | `EXECUTE`, `DO`, `CALL`, `LOAD`, `CREATE TABLE AS EXECUTE` | call |
//! | roles, `GRANT`, `REVOKE`, `OWNER TO`, row security, `CREATE SCHEMA` with `GRANT`, `SECURITY LABEL` | grant |
//! | `SET ROLE`, `SET SESSION AUTHORIZATION`, their `RESET`, `RESET ALL`, `DISCARD ALL` | session_identity |
//! | `SET`, `RESET` of a setting that `guarded.rs` does not list as harmless, transactions that are `READ WRITE` from now on | session_guard |
//! | other `SET`, `RESET`, `DISCARD`, cursors, `LISTEN`, `NOTIFY`, `DEALLOCATE` | session |
//! | `BEGIN` to `RELEASE`, two-phase commit | transaction |
//! | other `CREATE`, `ALTER`, `DROP`, and maintenance | ddl |

mod bounded;
pub(crate) mod credentials;
mod guarded;
mod lexer;
mod query;
mod split;
mod table;
mod verb;

use std::ops::Range;

use model::{Certainty, Verb};

pub(crate) use split::{TooManyStatements, split, split_either};

/// One statement of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Where it stands, with the comments around it and without its semicolon.
    pub(crate) range: Range<usize>,
    /// The most consequential thing that it may do.
    pub(crate) verb: Verb,
    /// Its name from our own table.
    pub(crate) name: &'static str,
    /// How sure that is.
    pub(crate) certainty: Certainty,
    /// It may hold a DELETE or UPDATE without a WHERE.
    pub(crate) unbounded_write: bool,
    /// What it may do to the conversation.
    pub(crate) effects: SessionEffects,
}

/// What a statement may do to the state that the gateway keeps about a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionEffects {
    /// It may make, change or drop named prepared statements without the messages for it.
    pub(crate) prepares: bool,
    /// It may begin, end or revive a transaction block.
    pub(crate) transaction: bool,
}

#[cfg(test)]
mod tests;
