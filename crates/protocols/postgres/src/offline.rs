//! What a text would be asked about, read without a conversation: for trying policies.

use bytes::Bytes;
use model::{Action, Certainty, Credentials, Facts, Phase, Verb};

use sql::read as statements;

/// Statements that are read of one text.
const MOST: usize = 256;

/// The commands of a Query with that text, where strings follow the standard.
pub(crate) fn read(text: &[u8]) -> Vec<Action> {
    let whole = Bytes::copy_from_slice(text);
    let action = |verb, name, certainty, facts, text| Action {
        verb,
        name,
        certainty,
        phase: Phase::Run,
        facts,
        text,
        parameters: Vec::new(),
        credentials: Credentials::default(),
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    };
    let Ok(statements) = statements(text, MOST) else {
        let facts = Facts { unbounded_write: true, in_transaction: true, names: true, ..Facts::default() };
        return vec![action(Verb::Unknown, "several statements", Certainty::Opaque, facts, whole)];
    };
    let mut in_transaction = false;
    let mut actions = Vec::with_capacity(statements.len());
    for statement in statements {
        let facts = Facts { in_transaction, ..statement.facts() };
        let (verb, name, certainty) = (statement.verb, statement.name, statement.certainty);
        let reading = statement.reading.clone();
        actions.push(Action { reading, ..action(verb, name, certainty, facts, whole.slice(statement.range)) });
        in_transaction |= statement.effects.transaction;
    }
    actions
}

#[cfg(test)]
mod tests {
    use model::Name;

    use super::*;

    #[test]
    fn a_text_is_read_as_a_query_would_be() {
        let read = |text: &str| read(text.as_bytes());
        assert!(read(" ; ").is_empty());
        let [begin, delete] = &read("BEGIN; DELETE FROM t")[..] else { panic!("two statements") };
        assert_eq!((begin.verb, begin.facts.in_transaction), (Verb::Transaction, false));
        assert_eq!((delete.verb, delete.name, &delete.text[..]), (Verb::Write, "DELETE", &b"DELETE FROM t"[..]));
        assert_eq!(
            delete.facts,
            Facts { unbounded_write: true, in_transaction: true, names: true, ..Facts::default() }
        );
        assert_eq!(delete.reading.as_ref().unwrap().relations, [Name { schema: None, name: "t".to_owned() }]);
        assert_eq!(begin.reading.as_ref().unwrap().verbs, [Verb::Transaction]);
        assert!(!read("DELETE FROM t WHERE id = 1")[0].facts.unbounded_write);
        assert_eq!(read("SELECT 'never ends")[0].certainty, Certainty::Opaque);
        let many = read(&"SELECT 1;".repeat(MOST + 1));
        assert_eq!((many.len(), many[0].verb), (1, Verb::Unknown));
    }
}
