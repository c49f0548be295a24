//! What the client was shown for each command, as lines for a person.

use std::collections::BTreeMap;

use crate::reading::Seen;
use wire::{Protocol, Raw, Show};

/// Results of which parts were seen, by stream and command.
pub(super) struct Results {
    protocols: &'static [&'static dyn Protocol],
    protocol: String,
    open: BTreeMap<(u64, u64), Box<dyn Show>>,
}

/// More are not followed at a time: the parts of a further one are read each by itself.
const OPEN: usize = 64;

impl Results {
    pub(super) fn new(protocols: &'static [&'static dyn Protocol]) -> Self {
        Self { protocols, protocol: String::new(), open: BTreeMap::new() }
    }

    /// The session speaks this protocol.
    pub(super) fn speaks(&mut self, protocol: &str) {
        protocol.clone_into(&mut self.protocol);
    }

    /// What a part of a result, or an outcome with its end, shows.
    pub(super) fn lines(&mut self, seen: &Seen) -> Vec<String> {
        let key = (seen.number("stream").unwrap_or_default(), seen.number("command").unwrap_or_default());
        let ends = seen.kind() == "outcome";
        let mut lines = Vec::new();
        let begun = self.open.remove(&key);
        let in_parts = begun.is_some();
        let mut show = begun.unwrap_or_else(|| self.fresh());
        let payload = seen.payload("result");
        if let Some(Ok(bytes)) = payload.map(|payload| payload.bytes.as_deref()) {
            show.take(bytes, &mut lines);
        }
        if !ends && self.open.len() < OPEN {
            self.open.insert(key, show);
            return lines;
        }
        show.end(&mut lines);
        lines.extend(note(seen, in_parts));
        lines
    }

    fn fresh(&self) -> Box<dyn Show> {
        let manifests = self.protocols.iter().map(|protocol| protocol.manifest());
        let known = manifests.into_iter().find(|manifest| manifest.name == self.protocol);
        known.map_or_else(|| Box::<Raw>::default() as Box<dyn Show>, |manifest| (manifest.show)())
    }
}

/// What is left out of a result, and why.
fn note(seen: &Seen, in_parts: bool) -> Option<String> {
    let shown = seen.number("bytes").unwrap_or_default();
    match seen.payload("result") {
        None if shown > 0 && !in_parts => Some(format!("(the response of {shown} bytes was not recorded)")),
        None => None,
        Some(payload) => match &payload.bytes {
            Err(why) => Some(format!("(the response: {why})")),
            Ok(bytes) if payload.cut => {
                Some(format!("(CUT: {} of {shown} bytes of the response were kept)", bytes.len()))
            }
            Ok(_) => None,
        },
    }
}
