//! Which records are wanted.

use evidence::Sealed;
use serde_json::Value;

use crate::arguments::LogArguments;
use crate::failure::Outcome;
use crate::moment;
use crate::reading::{People, Who, text};

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

    /// Whether the record is shown.
    pub(super) fn wants(&self, record: &Value, who: &Who) -> bool {
        let time_us = record.get("time_us").and_then(Value::as_u64).unwrap_or(u64::MAX);
        self.fits(text(record, "session"), text(record, "type"), time_us) && self.is_about(who)
    }

    /// Whether a payload is opened: only for a record that is shown, and to know whom later ones are about.
    pub(super) fn asks(&self, sealed: &Sealed<'_>, people: &People) -> bool {
        let fits = || self.fits(sealed.chain, sealed.record, sealed.time_us);
        match sealed.kind {
            "who" => self.is_of_session(sealed.chain),
            "signin" => fits(),
            _ => fits() && (self.person.is_none() || people.of(sealed.chain).is_some_and(|who| self.is_about(who))),
        }
    }

    fn fits(&self, session: &str, kind: &str, time_us: u64) -> bool {
        let named = self.types.iter().any(|wanted| wanted == kind);
        let kind = if self.types.is_empty() { kind != self.hidden } else { named };
        self.is_of_session(session) && kind && time_us >= self.since_us
    }

    fn is_of_session(&self, session: &str) -> bool {
        self.session.as_deref().is_none_or(|id| session.starts_with(id))
    }

    fn is_about(&self, who: &Who) -> bool {
        self.person.as_deref().is_none_or(|person| who.person == person)
    }
}
