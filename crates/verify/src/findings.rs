//! Gathers failures and notes: tells each at once, keeps the first thousand, counts the rest.

use crate::report::{Facts, Report};
use crate::verdict::{Failure, Note, Place, Verdict};

/// Failures and notes that are told, each.
const MOST: usize = 1_000;
/// Files that may be missing, short or unreadable before the rest is no longer looked for.
const MOST_LACKING: u32 = 1_000;

/// Hears what is found while it is found: the first thousand failures and notes, and how far the run is.
pub trait Sink {
    /// A failure was found.
    fn failure(&mut self, _failure: &Failure) {}
    /// Something worth knowing was found.
    fn note(&mut self, _note: &Note) {}
    /// So many records of so many were read.
    fn progress(&mut self, _read: u64, _of: u64) {}
}

/// Nobody needs to hear.
impl Sink for () {}

pub(crate) struct Findings<'a> {
    sink: &'a mut dyn Sink,
    report: Report,
    lacking: u32,
}

impl<'a> Findings<'a> {
    pub(crate) fn new(sink: &'a mut dyn Sink) -> Self {
        let report = Report {
            verdict: Verdict::Ok,
            failures: Vec::new(),
            more_failures: 0,
            notes: Vec::new(),
            more_notes: 0,
            facts: Facts::default(),
            fork: None,
        };
        Self { sink, report, lacking: 0 }
    }

    pub(crate) fn fail(&mut self, verdict: Verdict, place: Place, text: impl Into<String>) {
        self.report.verdict = self.report.verdict.max(verdict);
        if self.report.failures.len() == MOST {
            self.report.more_failures += 1;
            return;
        }
        let failure = Failure { verdict, place, text: text.into() };
        self.sink.failure(&failure);
        self.report.failures.push(failure);
    }

    pub(crate) fn tampered(&mut self, seq: u64, text: impl Into<String>) {
        self.fail(Verdict::Tampered, Place::Record(seq), text);
    }

    pub(crate) fn incomplete(&mut self, seq: u64, text: impl Into<String>) {
        self.fail(Verdict::Incomplete, Place::Record(seq), text);
    }

    pub(crate) fn malformed(&mut self, seq: u64, text: impl Into<String>) {
        self.fail(Verdict::Malformed, Place::Record(seq), text);
    }

    pub(crate) fn file(&mut self, verdict: Verdict, path: &str, text: impl Into<String>) {
        self.lacking += u32::from(matches!(verdict, Verdict::Incomplete | Verdict::Io));
        self.fail(verdict, Place::File(path.to_owned()), text);
    }

    /// A file that must be there is not.
    pub(crate) fn missing(&mut self, path: &str) {
        self.file(Verdict::Incomplete, path, "is missing");
    }

    /// Whether so much is missing that looking on is of no use, and would never end where a size is a lie.
    pub(crate) fn gave_up(&self) -> bool {
        self.lacking >= MOST_LACKING
    }

    pub(crate) fn note(&mut self, place: Place, text: impl Into<String>) {
        if self.report.notes.len() == MOST {
            self.report.more_notes += 1;
            return;
        }
        let note = Note { place, text: text.into() };
        self.sink.note(&note);
        self.report.notes.push(note);
    }

    pub(crate) fn fork(&mut self, notes: [String; 2], text: impl Into<String>) {
        self.report.fork = Some(notes);
        self.fail(Verdict::Fork, Place::File("checkpoint".to_owned()), text);
    }

    pub(crate) fn progress(&mut self) {
        self.sink.progress(self.report.facts.records, self.report.facts.size);
    }

    pub(crate) fn facts(&mut self) -> &mut Facts {
        &mut self.report.facts
    }

    pub(crate) fn report(self) -> Report {
        self.report
    }
}
