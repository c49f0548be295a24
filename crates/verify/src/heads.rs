//! Records of the type `heads`: what the gateway says of all chains, against the chains as they were counted (section 6).

use std::collections::{BTreeMap, HashMap};

use tlog::json::Value;
use tlog::merkle::Hash;

use crate::chain::Chain;
use crate::chains::Sessions;
use crate::findings::Findings;
use crate::record::{Meaning, Record, Sid, hash, natural, text};
use crate::shown::shown;

/// The lists of heads that are not at their last part.
#[derive(Default)]
pub(crate) struct Heads(Option<Begun>);

struct Begun {
    sid: Sid,
    /// Position of the next part in the log.
    seq: u64,
    part: u64,
    parts: u64,
    /// The gateway's own chain before the first part.
    own: Option<(u64, Hash)>,
    /// Chains that must be named, and that were.
    expected: usize,
    named: usize,
    last: Last,
}

/// The last entry of each list: they are sorted, none is there twice.
#[derive(Default)]
struct Last {
    open: Option<Sid>,
    actors: Option<String>,
    resources: Option<String>,
}

impl Heads {
    /// Looks at a record before its chain takes it in. `others` is how many chains are open besides its own.
    pub(crate) fn before(
        &mut self,
        record: &Record<'_>,
        others: usize,
        open: &BTreeMap<Sid, Chain>,
        sessions: &Sessions,
        gaps: bool,
        findings: &mut Findings<'_>,
    ) {
        let meaning = record.meaning.as_ref();
        let meaning = meaning.filter(|meaning| meaning.kind.is_some_and(|kind| kind.name == "heads"));
        let Some(meaning) = meaning.filter(|_| !gaps) else {
            // A crash may cut the list; the gateway that wrote it does not.
            if self.0.take().is_some_and(|begun| begun.sid == record.sid) && !gaps {
                findings.tampered(record.seq, "stands where the next part of the heads must stand");
            }
            return;
        };
        let own = open.get(&record.sid).map(Chain::head);
        let Some(mut begun) = self.part(record, meaning, own, others, findings) else { return };
        begun.chains(record.seq, meaning.body, open, findings);
        let Last { actors, resources, .. } = &mut begun.last;
        counts(record.seq, meaning.body, "actors", &sessions.actors, actors, findings);
        counts(record.seq, meaning.body, "resources", &sessions.resources, resources, findings);
        if begun.part < begun.parts {
            begun.part += 1;
            begun.seq += 1;
            self.0 = Some(begun);
        } else if begun.named < begun.expected {
            let text = format!("names {} open chains where there are {}", begun.named, begun.expected);
            findings.tampered(record.seq, text);
        }
    }

    /// The list that this record continues or begins.
    fn part(
        &mut self,
        record: &Record<'_>,
        meaning: &Meaning<'_>,
        own: Option<(u64, Hash)>,
        others: usize,
        findings: &mut Findings<'_>,
    ) -> Option<Begun> {
        let part = natural(meaning.body, "part")?;
        let parts = natural(meaning.body, "parts")?;
        let begun = self.0.take();
        if part == 1 && parts >= 1 && begun.as_ref().is_none_or(|begun| begun.sid != record.sid) {
            let (sid, seq, expected) = (record.sid, record.seq, others + usize::from(own.is_some()));
            return Some(Begun { sid, seq, part, parts, own, expected, named: 0, last: Last::default() });
        }
        let next = begun
            .filter(|begun| (begun.sid, begun.seq, begun.part, begun.parts) == (record.sid, record.seq, part, parts));
        if next.is_none() {
            findings.tampered(record.seq, format!("part {part} of {parts} of the heads is out of place"));
        }
        next
    }
}

impl Begun {
    fn chains(&mut self, seq: u64, body: &Value<'_>, open: &BTreeMap<Sid, Chain>, findings: &mut Findings<'_>) {
        let Some(list) = list(seq, body, "open", findings) else { return };
        for entry in list {
            let sid = text(entry, "sid").and_then(Sid::parse);
            let says = natural(entry, "ss").zip(entry.get("head").and_then(hash));
            let (Some(sid), Some(says)) = (sid, says) else {
                findings.malformed(seq, "`body.open` is not of its form");
                return;
            };
            if self.last.open.is_some_and(|last| last >= sid) {
                findings.tampered(seq, format!("names chain {sid} twice or out of order"));
            }
            self.last.open = Some(sid);
            self.named += 1;
            let is = if sid == self.sid { self.own } else { open.get(&sid).map(Chain::head) };
            match is {
                None => findings.tampered(seq, format!("names chain {sid}, which is not open")),
                Some(is) if is.0 != says.0 => {
                    let text = format!("says {} records of chain {sid} where there are {}", says.0, is.0);
                    findings.tampered(seq, text);
                }
                Some(is) if is.1 != says.1 => {
                    findings.tampered(seq, format!("has another hash for the head of chain {sid}"));
                }
                Some(_) => {}
            }
        }
    }
}

/// The sessions of actors or resources, as the heads have them.
fn counts(
    seq: u64,
    body: &Value<'_>,
    key: &str,
    counted: &HashMap<String, u64>,
    last: &mut Option<String>,
    findings: &mut Findings<'_>,
) {
    let Some(list) = list(seq, body, key, findings) else { return };
    for entry in list {
        let (Some(id), Some(says)) = (text(entry, "id"), natural(entry, "sessions")) else {
            findings.malformed(seq, format!("`body.{key}` is not of its form"));
            return;
        };
        if last.as_ref().is_some_and(|last| last.as_str() >= id) {
            findings.tampered(seq, format!("names {} twice or out of order in {key}", shown(id)));
        }
        let is = counted.get(id).copied().unwrap_or(0);
        if says != is {
            findings.tampered(seq, format!("says {says} sessions of {} in {key} where there are {is}", shown(id)));
        }
        *last = Some(id.to_owned());
    }
}

/// A list of the body; an absent one has nothing in it.
fn list<'a>(seq: u64, body: &'a Value<'a>, key: &str, findings: &mut Findings<'_>) -> Option<&'a [Value<'a>]> {
    let list = body.get(key)?.as_array();
    if list.is_none() {
        findings.malformed(seq, format!("`body.{key}` is not of its form"));
    }
    list
}
