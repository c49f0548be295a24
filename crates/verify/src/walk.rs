//! The way through the log: bundle by bundle, record by record.

use tlog::checkpoint::Checkpoint;
use tlog::merkle::{Hash, leaf_hash};
use tlog::tile::{self, WIDTH};
use tlog::{bundle, json};

use crate::chains::Chains;
use crate::findings::Findings;
use crate::payloads::Payloads;
use crate::record::{self, Meaning, Record, Sid, text};
use crate::run::Options;
use crate::shown::{shown, span};
use crate::source::{Fetched, Source, fetch};
use crate::tree::Tree;
use crate::verdict::{Place, Verdict};

/// Bytes of the largest bundle.
const LONGEST: usize = WIDTH as usize * (2 + bundle::LONGEST);
/// A silence worth a note.
const SILENCE_US: u64 = 60_000_000;

pub(crate) struct Walk<'a> {
    source: &'a dyn Source,
    checkpoint: &'a Checkpoint,
    /// The key as the first record should name it.
    key: Option<String>,
    tree: Tree<'a>,
    chains: Chains,
    payloads: Payloads<'a>,
    /// Time of the record before; whether that is the one right before.
    before: Option<(u64, bool)>,
}

/// What a bundle file holds.
struct Bundle {
    path: String,
    bytes: Vec<u8>,
    /// Entries that the file must hold.
    holds: u64,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(
        source: &'a dyn Source,
        checkpoint: &'a Checkpoint,
        pin: Option<u64>,
        options: &'a Options,
    ) -> Self {
        Self {
            source,
            checkpoint,
            key: options.key.as_ref().map(ToString::to_string),
            tree: Tree::new(source, pin),
            chains: Chains::default(),
            payloads: Payloads::new(source, options.keys.as_ref(), &checkpoint.origin),
            before: None,
        }
    }

    /// Goes to the end. Gives the root at the size of the pin, if all of it is what was signed.
    pub(crate) fn run(mut self, findings: &mut Findings<'_>) -> Option<Hash> {
        let width = u64::from(WIDTH);
        for index in 0..self.checkpoint.size.div_ceil(width) {
            let first = index * width;
            self.bundle(index, first, width.min(self.checkpoint.size - first), findings);
            if findings.gave_up() {
                findings.note(Place::Record(first), "so much is missing that nothing was looked for behind this");
                return None;
            }
            findings.progress();
        }
        self.chains.finish(findings);
        self.payloads.finish(findings);
        self.tree.finish(self.checkpoint, findings)
    }

    fn bundle(&mut self, index: u64, first: u64, width: u64, findings: &mut Findings<'_>) {
        self.payloads.begin(index);
        let mut read = 0;
        if let Some(Bundle { path, bytes, holds }) = self.fetch(index, width, findings) {
            for entry in bundle::entries(&bytes) {
                let Ok(leaf) = entry else {
                    findings.file(Verdict::Malformed, &path, "ends inside an entry");
                    break;
                };
                if read == holds {
                    findings.file(Verdict::Tampered, &path, "something stands behind the last entry");
                    break;
                }
                // What the checkpoint does not cover is not looked at.
                if read < width {
                    self.leaf(first + read, leaf, findings);
                }
                read += 1;
            }
            if read < holds {
                findings.file(Verdict::Incomplete, &path, format!("holds {read} of {holds} entries"));
            }
        }
        for _ in read..width {
            self.lost();
            self.tree.push(None, findings);
        }
        self.payloads.end(width == u64::from(WIDTH), findings);
    }

    fn fetch(&self, index: u64, width: u64, findings: &mut Findings<'_>) -> Option<Bundle> {
        let partial = tile::entries_path(index, width as u16);
        let full = tile::entries_path(index, WIDTH);
        let (path, fetched, holds) = match fetch(self.source, &partial, LONGEST, findings) {
            // The full bundle may have come since; its beginning is the same.
            Fetched::Missing if partial != full => {
                let fetched = fetch(self.source, &full, LONGEST, findings);
                (full, fetched, u64::from(WIDTH))
            }
            fetched => (partial.clone(), fetched, width),
        };
        match fetched {
            Fetched::Bytes(bytes) => return Some(Bundle { path, bytes, holds }),
            Fetched::TooLong => findings.file(Verdict::Tampered, &path, "something stands behind the last entry"),
            Fetched::Missing => findings.missing(&partial),
            Fetched::Failed => {}
        }
        None
    }

    fn leaf(&mut self, seq: u64, leaf: &[u8], findings: &mut Findings<'_>) {
        let hash = leaf_hash(leaf);
        self.tree.push(Some(hash), findings);
        findings.facts().records += 1;
        let parsed = json::parse(leaf);
        let read = match &parsed {
            Ok(value) => record::read(value),
            Err(error) => Err((*error).into()),
        };
        match read {
            Ok(record) => self.record(seq, record, hash, findings),
            Err(form) => {
                findings.malformed(seq, form.text());
                self.lost();
            }
        }
    }

    /// A record is there that says nothing, or is not there.
    fn lost(&mut self) {
        self.chains.lost();
        self.payloads.lost();
        self.before = self.before.map(|(ts, _)| (ts, false));
    }

    fn record(&mut self, seq: u64, mut record: Record<'_>, hash: Hash, findings: &mut Findings<'_>) {
        if record.log != self.checkpoint.origin {
            findings.tampered(seq, format!("is of the log {}", shown(record.log)));
        }
        if record.seq != seq {
            findings.tampered(seq, format!("says that it is record {}", record.seq));
            record.seq = seq;
        }
        self.time(&record, findings);
        self.chains.push(&record, hash, findings);
        match &record.meaning {
            Some(meaning) => {
                self.payloads.push(seq, record.sid, &meaning.payloads, findings);
                self.remark(seq, meaning, findings);
            }
            None => {
                findings.facts().newer += 1;
                findings.incomplete(seq, "is of a newer version, whose meaning is not known here");
                self.payloads.lost();
            }
        }
    }

    fn time(&mut self, record: &Record<'_>, findings: &mut Findings<'_>) {
        let (seq, ts) = (record.seq, record.ts);
        let (before, adjacent) = self.before.unwrap_or((0, seq == 0));
        let wall = record.meaning.as_ref().map(|meaning| meaning.wall);
        if ts < before {
            findings.tampered(seq, "its time is before that of the record before it");
        } else if adjacent && wall.is_some_and(|wall| wall.max(before) != ts) {
            findings.tampered(seq, "`ts` is neither the clock's time nor that of the record before it");
        }
        let silence = ts.saturating_sub(before);
        if self.before.is_some() && silence > SILENCE_US && self.chains.is_running() {
            findings.note(Place::Record(seq), format!("{} without a record before it", span(silence)));
        }
        self.before = Some((ts.max(before), true));
        let facts = findings.facts();
        facts.first_us.get_or_insert(ts);
        facts.newest_us = Some(ts.max(before));
    }

    /// What a verifier notes, and what concerns more than a chain.
    fn remark(&mut self, seq: u64, meaning: &Meaning<'_>, findings: &mut Findings<'_>) {
        let body = meaning.body;
        match meaning.kind.map(|kind| kind.name) {
            Some("log.genesis") if self.key.as_deref().is_some_and(|key| text(body, "key") != Some(key)) => {
                findings.tampered(seq, "names another key than the one that signed");
            }
            Some("clock.step") => {
                let step = body.get("by_us").and_then(json::Value::as_integer).unwrap_or_default();
                let way = if step < 0 { "back" } else { "forward" };
                findings.note(Place::Record(seq), format!("the clock was set {way} by {step} us"));
            }
            Some("gateway.failclosed") => {
                let reason = shown(text(body, "reason").unwrap_or_default());
                findings.note(Place::Record(seq), format!("the journal failed: {reason}"));
            }
            Some("payload.erased") => {
                if let Some(chain) = text(body, "chain").and_then(Sid::parse) {
                    self.payloads.erased(seq, chain, findings);
                }
            }
            _ => {}
        }
    }
}
