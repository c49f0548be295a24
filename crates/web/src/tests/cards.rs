//! What commands mean and databases hold, in the house of the tests.

use std::sync::Arc;

use bytes::Bytes;
use control::Meaning;
use model::{
    Action, Catalogue, Certainty, Column, ColumnId, Credentials, Derived, Facts, Flow, Lineage, Phase, Public,
    Relation, RelationKind, Verb,
};
use ports::{Later, Who};

/// Every text is one command that shows both columns of a database with cards.
pub(super) struct Cards;

impl Meaning for Cards {
    fn read(&self, _: &str, text: &str) -> Vec<Action> {
        vec![Action {
            verb: Verb::Read,
            name: "SELECT",
            certainty: Certainty::Full,
            phase: Phase::Run,
            facts: Facts::default(),
            text: Bytes::copy_from_slice(text.as_bytes()),
            parameters: Vec::new(),
            credentials: Credentials::default(),
            message: None,
            reading: None,
            behind: None,
            readable: Vec::new(),
        }]
    }

    fn lineage(&self, _: &str, _: &Action, _: &Catalogue) -> Lineage {
        let shown = |column| Flow { sources: vec![ColumnId { relation: 1, column }], how: Derived::Same };
        let outputs = Some(vec![shown(1), shown(2)]);
        Lineage { known: true, relations: vec![1], outputs, ..Lineage::default() }
    }

    fn catalogue(&self, _: Who<'_>) -> Later<Result<Arc<Catalogue>, Public>> {
        let column = |number, name: &str| Column {
            number,
            name: name.to_owned(),
            kind: 25,
            labels: Vec::new(),
            from: Vec::new(),
            same: false,
        };
        let cards = Relation {
            id: 1,
            schema: "public".to_owned(),
            name: "cards".to_owned(),
            kind: RelationKind::Table,
            columns: vec![column(1, "id"), column(2, "number")],
            parents: Vec::new(),
            labels: Vec::new(),
            triggered: false,
        };
        let held = Catalogue::new(1, 15, vec![cards], Vec::new(), Vec::new());
        Box::pin(std::future::ready(Ok(Arc::new(held))))
    }
}
