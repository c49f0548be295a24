//! Which records are wanted.

use serde_json::Value;

use super::sessions::Who;
use super::text;
use crate::arguments::LogArguments;
use crate::failure::Outcome;
use crate::moment;

/// All of these must hold.
pub(super) struct Filter {
    session: Option<String>,
    types: Vec<String>,
    /// A type that is wanted only by its name.
    hidden: &'static str,
    person: Option<String>,
    since_us: u64,
}

impl Filter {
    pub(super) fn new(arguments: &LogArguments) -> Outcome<Self> {
        let since_us = arguments.since.as_deref().map_or(Ok(0), |text| moment::typed("--since", text))?;
        Ok(Self {
            session: arguments.session.clone(),
            types: arguments.types.clone(),
            // Each ten seconds, and nothing in them for people.
            hidden: if arguments.json { "" } else { "heads" },
            person: arguments.person.clone(),
            since_us,
        })
    }

    pub(super) fn wants(&self, record: &Value, who: &Who) -> bool {
        let time_us = record.get("time_us").and_then(Value::as_u64).unwrap_or(u64::MAX);
        let session = self.session.as_deref().is_none_or(|id| text(record, "session").starts_with(id));
        let kind = text(record, "type");
        let kind =
            if self.types.is_empty() { kind != self.hidden } else { self.types.iter().any(|wanted| wanted == kind) };
        let person = self.person.as_deref().is_none_or(|person| who.person == person);
        session && kind && person && time_us >= self.since_us
    }
}
