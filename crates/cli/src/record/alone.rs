//! The journal in the hands of a command, when no gateway runs: a short run of its own in the log.

use std::sync::Arc;

use config::Config;
use control::Note;
use evidence::{FileJournal, OpenError, Options, Places};
use identity::wall_clock;
use model::{By, Event, Operator, Record};
use ports::{Journal, JournalDown};

/// Why it could not be written down.
#[derive(Debug, thiserror::Error)]
pub(super) enum Alone {
    /// The journal cannot be had.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Storage failed.
    #[error(transparent)]
    Down(#[from] JournalDown),
    /// It is not known what runs here.
    #[error("reading the program's own file: {0}")]
    Program(#[from] std::io::Error),
}

impl Alone {
    /// Whether somebody else has the journal.
    pub(super) fn in_use(&self) -> bool {
        matches!(self, Self::Open(OpenError::InUse(_)))
    }
}

/// Writes it down, between the beginning and the end of a run. All of it is on stable storage when this returns.
pub(super) async fn write(config: &Config, note: Note) -> Result<(), Alone> {
    let clock = wall_clock();
    let options = Options {
        segment_bytes: config.journal.segment_bytes,
        reserve_bytes: config.journal.reserve_bytes,
        origin: config.journal.origin.clone(),
        mode: config.journal.mode.into(),
        ..Options::new(Arc::clone(&clock))
    };
    let journal = FileJournal::open(&Places::of(&config.data_dir), options)?;
    let uid = rustix::process::geteuid().as_raw();
    let by = By::Operator(Operator { uid, user: control::name_of(uid) });
    let started = crate::started(config)?;
    let mut last = ports::Mark::default();
    for event in [started, note.event(by), Event::GatewayStopped] {
        last = journal.append(Record { time_us: clock(), session: None, position: None, event })?;
    }
    Ok(journal.reached(last).await?)
}
