//! What a statement does to the names of a session: those of prepared statements, and those of cursors. Portals of the wire
//! protocol are cursors here, and its prepared statements are the same as those of `PREPARE`.
//!
//! It is read from the syntax tree. Names are as the server has them, folded and cut; of one that is not ASCII nothing is said,
//! because its encoding is not known here.

use pg_query::NodeEnum;
use pg_query::protobuf::{DiscardMode, TransactionStmtKind};

use crate::full;
use crate::lexer::Lexer;
use crate::statement::Statement;

/// `CURSOR_OPT_HOLD` of the server.
const HOLD: i32 = 0x20;

/// What a statement does to names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It leaves them as they are: `BEGIN`, `SAVEPOINT`, `RELEASE`, `DISCARD PLANS`.
    Nothing,
    /// `PREPARE`: the name stands for a statement, which stands in the same text.
    Prepare {
        /// The name.
        name: String,
        /// What it stands for.
        inner: Box<Statement>,
    },
    /// `EXECUTE`.
    Execute {
        /// The name.
        name: String,
        /// Nothing in its arguments is unknown.
        plain: bool,
    },
    /// `DEALLOCATE`; `None` = of all names.
    Deallocate(Option<String>),
    /// `DECLARE`: the name stands for the rows of this statement.
    Declare {
        /// The name.
        name: String,
        /// It outlives the transaction, if that is committed.
        hold: bool,
    },
    /// `FETCH` and `MOVE`.
    Fetch(String),
    /// `CLOSE`; `None` = all cursors.
    Close(Option<String>),
    /// All or part of a transaction ends, and cursors with it.
    Ends {
        /// It is a COMMIT, which keeps the cursors that are held.
        commits: bool,
    },
}

/// What was read from the tree: the inner statement of a PREPARE is still to be found in the text.
pub(crate) enum Found {
    Step(Step),
    Prepare(String),
}

/// What a node does to names, where that is certain.
pub(crate) fn find(node: &NodeEnum) -> Option<Found> {
    let step = match node {
        NodeEnum::PrepareStmt(prepare) => return Some(Found::Prepare(ascii(&prepare.name)?)),
        NodeEnum::ExecuteStmt(execute) => {
            Step::Execute { name: ascii(&execute.name)?, plain: full::are_plain(&execute.params) }
        }
        NodeEnum::DeallocateStmt(all) if all.isall => Step::Deallocate(None),
        NodeEnum::DeallocateStmt(one) => Step::Deallocate(Some(ascii(&one.name)?)),
        NodeEnum::DeclareCursorStmt(cursor) => {
            Step::Declare { name: ascii(&cursor.portalname)?, hold: cursor.options & HOLD != 0 }
        }
        NodeEnum::FetchStmt(fetch) => Step::Fetch(ascii(&fetch.portalname)?),
        NodeEnum::ClosePortalStmt(all) if all.portalname.is_empty() => Step::Close(None),
        NodeEnum::ClosePortalStmt(one) => Step::Close(Some(ascii(&one.portalname)?)),
        NodeEnum::DiscardStmt(discard) if discard.target() != DiscardMode::DiscardAll => Step::Nothing,
        NodeEnum::TransactionStmt(transaction) => match transaction.kind() {
            TransactionStmtKind::TransStmtBegin
            | TransactionStmtKind::TransStmtStart
            | TransactionStmtKind::TransStmtSavepoint
            | TransactionStmtKind::TransStmtRelease => Step::Nothing,
            TransactionStmtKind::TransStmtCommit => Step::Ends { commits: true },
            _ => Step::Ends { commits: false },
        },
        _ => return None,
    };
    Some(Found::Step(step))
}

impl Found {
    /// The step of this statement of a text.
    pub(crate) fn of(self, text: &str, statement: &Statement) -> Option<Step> {
        match self {
            Self::Step(step) => Some(step),
            Self::Prepare(name) => Some(Step::Prepare { name, inner: Box::new(inner(text, statement)?) }),
        }
    }
}

/// The statement that a PREPARE prepares: what stands behind its first AS, which neither name nor types can hold.
fn inner(text: &str, prepare: &Statement) -> Option<Statement> {
    let whole = text.get(prepare.range.clone())?;
    let word = Lexer::new(whole.as_bytes(), true).flatten().find(|token| token.is("AS"))?;
    let start = prepare.range.start + word.start + word.text.len();
    let mut inner = crate::read::read(text.get(start..prepare.range.end)?.as_bytes(), 1).ok()?;
    let inner = inner.pop()?;
    Some(Statement { range: start + inner.range.start..start + inner.range.end, ..inner })
}

/// A name that is the same in every encoding.
fn ascii(name: &str) -> Option<String> {
    (!name.is_empty() && name.is_ascii()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Verb;

    fn steps(text: &str) -> Vec<Option<Step>> {
        crate::read(text.as_bytes(), 10).unwrap().into_iter().map(|statement| statement.step).collect()
    }

    fn one(text: &str) -> Option<Step> {
        let mut all = steps(text);
        assert_eq!(all.len(), 1, "{text}");
        all.remove(0)
    }

    #[test]
    fn names_are_those_of_the_server() {
        let long = "x".repeat(70);
        for (text, name) in [
            ("EXECUTE Plan", "plan"),
            ("EXECUTE \"Plan\"", "Plan"),
            ("/* EXECUTE a */ execute b -- c", "b"),
            (format!("EXECUTE {long}").as_str(), &long[..63]),
        ] {
            assert_eq!(one(text), Some(Step::Execute { name: name.to_owned(), plain: true }), "{text}");
        }
        for text in
            ["EXECUTE \"ä\"", "SELECT 1", "DISCARD ALL", "DO $$$$", "CALL f()", "EXPLAIN EXECUTE a", "FROBNICATE"]
        {
            assert_eq!(one(text), None, "{text}");
        }
    }

    #[test]
    fn a_prepare_has_the_statement_that_it_prepares() {
        let text = "SELECT 1; PREPARE \"as\" (int, text) AS /* x */ DELETE FROM t WHERE a = $1 ;SELECT 2";
        let Some(Some(Step::Prepare { name, inner })) = steps(text).into_iter().nth(1) else { panic!("no PREPARE") };
        assert_eq!((name.as_str(), inner.verb), ("as", Verb::Write));
        assert_eq!(&text[inner.range.clone()], "/* x */ DELETE FROM t WHERE a = $1");
        assert!(!inner.unbounded_write && inner.reading.is_some());
        let Some(Step::Prepare { inner, .. }) = one("PREPARE p AS DELETE FROM t") else { panic!("no PREPARE") };
        assert!(inner.unbounded_write);
    }

    #[test]
    fn arguments_that_run_unknown_code_are_not_plain() {
        for (text, expected) in [
            ("EXECUTE a (1, 'x', NULL, -2, 1 + 1, now(), '{}'::int[])", true),
            ("EXECUTE a (mine(1))", false),
            ("EXECUTE a (nextval('s'))", false),
            ("EXECUTE a ('x'::mine)", false),
            ("EXECUTE a ((SELECT b FROM c))", false),
        ] {
            assert!(matches!(one(text), Some(Step::Execute { plain, .. }) if plain == expected), "{text}");
        }
    }

    #[test]
    fn cursors_and_transactions() {
        let declare = |hold| Some(Step::Declare { name: "c".into(), hold });
        let c = || Some("c".to_owned());
        for (text, step) in [
            ("DECLARE c CURSOR FOR SELECT 1", declare(false)),
            ("DECLARE c BINARY INSENSITIVE SCROLL CURSOR WITHOUT HOLD FOR SELECT 1", declare(false)),
            ("DECLARE c CURSOR WITH HOLD FOR SELECT 1", declare(true)),
            ("FETCH FORWARD 10 IN c", Some(Step::Fetch("c".into()))),
            ("MOVE ALL c", Some(Step::Fetch("c".into()))),
            ("CLOSE c", Some(Step::Close(c()))),
            ("CLOSE ALL", Some(Step::Close(None))),
            ("DEALLOCATE PREPARE c", Some(Step::Deallocate(c()))),
            ("DEALLOCATE ALL", Some(Step::Deallocate(None))),
            ("DEALLOCATE \"all\"", Some(Step::Deallocate(Some("all".into())))),
            ("DISCARD PLANS", Some(Step::Nothing)),
            ("BEGIN", Some(Step::Nothing)),
            ("SAVEPOINT c", Some(Step::Nothing)),
            ("RELEASE c", Some(Step::Nothing)),
            ("END", Some(Step::Ends { commits: true })),
            ("ABORT", Some(Step::Ends { commits: false })),
            ("ROLLBACK TO c", Some(Step::Ends { commits: false })),
            ("PREPARE TRANSACTION 'x'", Some(Step::Ends { commits: false })),
        ] {
            assert_eq!(one(text), step, "{text}");
        }
    }
}
