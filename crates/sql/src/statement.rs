//! What is known of one statement. How verbs are given:
//!
//! | statement | verb |
//! |---|---|
//! | `SELECT`, `VALUES`, `TABLE`, `WITH` that only read; `EXPLAIN` without `ANALYZE`; `SHOW` | read |
//! | `WITH`, `EXPLAIN ANALYZE`, `PREPARE`, `DECLARE`, `COPY (query)` | that of the worst inside |
//! | `SELECT INTO` | ddl |
//! | `SELECT FOR UPDATE`/`SHARE`, `INSERT`, `UPDATE`, `DELETE`, `MERGE`, `TRUNCATE`, `LOCK` | write: they change or block rows |
//! | `COMMIT PREPARED`, `ROLLBACK PREPARED` | write: what another session did becomes real, or is undone |
//! | `COPY FROM STDIN`, `COPY TO STDOUT` | copy_in, copy_out |
//! | `COPY PROGRAM`, `COPY FILE`, `ALTER SYSTEM`, what is not known | unknown |
//! | `EXECUTE`, `DO`, `CALL`, `LOAD`, `CREATE TABLE AS EXECUTE` | call |
//! | roles, `GRANT`, `REVOKE`, `OWNER TO`, row security, `CREATE SCHEMA` with `GRANT`, `SECURITY LABEL` | grant |
//! | `SET ROLE`, `SET SESSION AUTHORIZATION`, their `RESET`, `RESET ALL`, `DISCARD ALL` | session_identity |
//! | `SET`, `RESET` of a setting that `guarded.rs` does not list as harmless, transactions that are `READ WRITE` from now on | session_guard |
//! | other `SET`, `RESET`, `DISCARD`, cursors, `LISTEN`, `NOTIFY`, `DEALLOCATE` | session |
//! | `BEGIN` to `RELEASE`, `PREPARE TRANSACTION` | transaction |
//! | other `CREATE`, `ALTER`, `DROP`, and maintenance | ddl |

use std::ops::Range;
use std::sync::Arc;

use model::{Certainty, Facts, Reading, Verb};

use crate::step::Step;

/// One statement of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Where it stands, with the comments around it and without its semicolon.
    pub range: Range<usize>,
    /// The most consequential thing that it may do.
    pub verb: Verb,
    /// Its name from our own table.
    pub name: &'static str,
    /// How sure that is.
    pub certainty: Certainty,
    /// It may hold a DELETE or UPDATE that no WHERE bounds.
    pub unbounded_write: bool,
    /// What it may do to the conversation.
    pub effects: SessionEffects,
    /// What the grammar found in it, where its certainty is Full by the grammar.
    pub reading: Option<Arc<Reading>>,
    /// What it does to the names of prepared statements and cursors, where that is certain. Its `effects` are the worst.
    pub step: Option<Step>,
}

/// What a statement may do to the state that the gateway keeps about a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionEffects {
    /// It may make, change or drop named prepared statements without the messages for it.
    pub prepares: bool,
    /// It may begin, end or revive a transaction block.
    pub transaction: bool,
}

impl Statement {
    /// What policy is told of it besides its verb.
    pub fn facts(&self) -> Facts {
        // The lexer is sure of literals and the like alone; what needed the grammar has names in it.
        let names = self.certainty != Certainty::Full || self.reading.is_some();
        Facts { unbounded_write: self.unbounded_write, names, ..Facts::default() }
    }

    /// A text of which nothing is known.
    pub fn opaque(text: &[u8]) -> Self {
        Self {
            range: 0..text.len(),
            verb: Verb::Unknown,
            name: "UNKNOWN",
            certainty: Certainty::Opaque,
            unbounded_write: true,
            effects: SessionEffects { prepares: true, transaction: true },
            reading: None,
            step: None,
        }
    }
}
