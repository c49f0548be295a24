//! What a statement does where its names stand for what a database holds.
//!
//! A name without a schema stands for everything of that name, in whatever schema: the search path is not known here. Code of
//! users behind any of it makes the statement a call, unless an administrator has labelled all of that code: `signet: reads`,
//! `signet: writes`. What the grammar does not take, or holds something that is not known, is judged by all words in it.

mod candidates;
mod judge;
mod known;
mod objects;
mod words;

#[cfg(test)]
mod tests;

use model::{Catalogue, Verb};
use pg_query::NodeEnum;

use crate::full::find;
use crate::parsed::with_tree;
use judge::Judge;

pub use objects::objects;

/// What a statement comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The most consequential thing that it may do.
    pub verb: Verb,
    /// All of its names stand for things that the catalogue holds, and all that they may stand for is in the verb.
    pub resolved: bool,
}

/// One statement that has this verb by its text alone.
pub fn resolve(text: &str, verb: Verb, catalogue: &Catalogue) -> Resolved {
    let key = (catalogue.version, verb);
    if let Some(known) = known::known(text, key) {
        return known;
    }
    let by_grammar = with_tree(text, |tree| match &tree.statements()[..] {
        [one] => by_grammar(one, verb, catalogue),
        _ => None,
    });
    let resolved = by_grammar.flatten().unwrap_or_else(|| by_words(text, verb, catalogue));
    known::keep(text, key, resolved);
    resolved
}

fn by_grammar(statement: &NodeEnum, verb: Verb, catalogue: &Catalogue) -> Option<Resolved> {
    if !runs_nothing_else(statement, verb) {
        return None;
    }
    let found = find(statement).filter(|found| !found.strange && !found.named.strange)?;
    let mut judge = Judge::new(catalogue);
    judge.statement(&found);
    let (code, missing) = (judge.verb(), judge.missing);
    let others = found.reading.verbs.iter().copied().filter(|does| *does != Verb::Call).max();
    let verb = match verb {
        Verb::Call if !judge.called && !missing => others.unwrap_or(Verb::Read).max(code),
        verb => worse(verb, code),
    };
    Some(Resolved { verb, resolved: !missing })
}

fn by_words(text: &str, verb: Verb, catalogue: &Catalogue) -> Resolved {
    let calls = words::may_run_code(text, catalogue);
    Resolved { verb: if calls { may_call(verb) } else { verb }, resolved: false }
}

/// The verb of a statement that may run code of users by its names.
pub fn may_call(verb: Verb) -> Verb {
    worse(verb, Verb::Call)
}

/// What a statement does with code behind its names: what is mild becomes that of the code. Changes of structure and the like
/// stay what they are; they name code without running it.
fn worse(verb: Verb, code: Verb) -> Verb {
    match verb {
        Verb::Read | Verb::Session | Verb::CopyOut | Verb::Write => verb.max(code),
        _ => verb,
    }
}

/// Whether a statement that has this verb by its text runs nothing but what it reads or writes and the functions in it.
fn runs_nothing_else(statement: &NodeEnum, verb: Verb) -> bool {
    let query = |node: &NodeEnum| {
        matches!(
            node,
            NodeEnum::SelectStmt(_)
                | NodeEnum::InsertStmt(_)
                | NodeEnum::UpdateStmt(_)
                | NodeEnum::DeleteStmt(_)
                | NodeEnum::MergeStmt(_)
                | NodeEnum::DeclareCursorStmt(_)
        )
    };
    match statement {
        NodeEnum::CopyStmt(copy) => !copy.is_from,
        NodeEnum::ExplainStmt(explain) => {
            explain.query.as_deref().and_then(|inner| inner.node.as_ref()).is_some_and(query)
        }
        NodeEnum::PrepareStmt(prepare) => {
            prepare.query.as_deref().and_then(|inner| inner.node.as_ref()).is_some_and(query)
        }
        // What stands behind the name is a text of its own, where that is known.
        NodeEnum::ExecuteStmt(_) => verb != Verb::Call,
        statement => query(statement) || runs_nothing(statement),
    }
}

/// Whether a statement is of a kind in which no code can be named.
fn runs_nothing(statement: &NodeEnum) -> bool {
    matches!(
        statement,
        NodeEnum::VariableSetStmt(_)
            | NodeEnum::VariableShowStmt(_)
            | NodeEnum::TransactionStmt(_)
            | NodeEnum::ConstraintsSetStmt(_)
            | NodeEnum::ListenStmt(_)
            | NodeEnum::UnlistenStmt(_)
            | NodeEnum::NotifyStmt(_)
            | NodeEnum::FetchStmt(_)
            | NodeEnum::ClosePortalStmt(_)
            | NodeEnum::DeallocateStmt(_)
            | NodeEnum::DiscardStmt(_)
            | NodeEnum::LockStmt(_)
    )
}
