//! The gateway's hold on the journal: waited for while a command has it for one record.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use config::Config;
use evidence::{FileJournal, OpenError, Options, Places};
use identity::Clock;

/// How often a journal that another has is tried again, and how many times: five seconds in all.
const INTERVAL: Duration = Duration::from_millis(50);
const TRIES: u32 = 100;

/// The journal, opened.
pub(super) async fn open(config: &Config, clock: &Clock) -> anyhow::Result<Arc<FileJournal>> {
    let places = Places::of(&config.data_dir);
    let options = Options {
        segment_bytes: config.journal.segment_bytes,
        reserve_bytes: config.journal.reserve_bytes,
        origin: config.journal.origin.clone(),
        mode: config.journal.mode.into(),
        ..Options::new(Arc::clone(clock))
    };
    let opened = patiently(|| FileJournal::open(&places, options.clone()), || tokio::time::sleep(INTERVAL)).await;
    let journal = Arc::new(opened?);
    let recovery = journal.recovery();
    if recovery.rebuilt {
        tracing::warn!("there was no journal beside the log: records that were not published yet are lost");
    }
    if recovery.sessions > 0 || recovery.torn_bytes > 0 {
        tracing::warn!(sessions = recovery.sessions, torn_bytes = recovery.torn_bytes, "recovered from a crash");
    }
    Ok(journal)
}

/// Opens, and again after each pause while another has it: a command that writes one record down gives it back soon.
async fn patiently<T>(mut open: impl FnMut() -> Result<T, OpenError>, pause: impl AsyncFn()) -> Result<T, OpenError> {
    for attempt in 0..TRIES {
        match open() {
            Err(OpenError::InUse(_)) if attempt == 0 => {
                tracing::warn!("another process has the journal: a command, or a gateway that stops; waiting for it");
            }
            Err(OpenError::InUse(_)) => {}
            end => return end,
        }
        pause().await;
    }
    open()
}
