//! A command as a question states it: what was read of it, and what the question says besides.

use std::sync::Arc;

use model::{Action, Name, Reading};

use crate::given::Given;

impl Given {
    /// The command, with what the question says of it.
    pub(crate) fn stated(&self, mut action: Action) -> Action {
        action.facts.unbounded_write |= self.unbounded_write;
        action.facts.in_transaction |= self.in_transaction;
        action.facts.resolved |= self.resolved;
        action.facts.names |= !self.relations.is_empty() || !self.functions.is_empty();
        match self.understood {
            Some(false) => (action.facts.names, action.reading) = (true, None),
            Some(true) => {
                action.reading.get_or_insert_default();
            }
            None => {}
        }
        action.reading = action.reading.as_deref().map(|reading| Arc::new(self.read(reading)));
        action
    }

    fn read(&self, found: &Reading) -> Reading {
        let mut reading = found.clone();
        reading.verbs.extend(&self.verbs);
        reading.relations.extend(self.relations.iter().map(|text| name(text)));
        reading.functions.extend(self.functions.iter().map(|text| name(text)));
        reading.limit = self.limit.or(reading.limit);
        reading.fingerprint = self.fingerprint.clone().or(reading.fingerprint);
        reading
    }
}

/// `orders`, `public.orders`.
fn name(text: &str) -> Name {
    let (schema, name) = text.split_once('.').map_or((None, text), |(schema, name)| (Some(schema.to_owned()), name));
    Name { schema, name: name.to_owned() }
}
