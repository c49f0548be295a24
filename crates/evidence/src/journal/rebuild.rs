//! Learns from the log alone what must be known to go on: for a gateway whose write-ahead log is gone.

use std::fs;
use std::io;
use std::path::Path;

use tlog::bundle;
use tlog::checkpoint::Checkpoint;
use tlog::merkle::leaf_hash;
use tlog::note::Note;
use tlog::tile::{WIDTH, entries_path};

use crate::error::{OpenError, ReadError};
use crate::places::Places;
use crate::sequencer::State;

/// What is known behind the last record that was signed.
pub(super) fn rebuild(places: &Places) -> Result<State, OpenError> {
    let size = signed(places)?;
    let mut state = State::default();
    while state.size() < size {
        let width = size.saturating_sub(state.size()).min(WIDTH.into());
        let path = bundle_path(&places.log, state.size() / u64::from(WIDTH), width);
        let bytes = fs::read(&path).map_err(ReadError::file(&path))?;
        let damaged = |why| ReadError::Damaged { path: path.clone(), offset: 0, why };
        let before = state.size();
        for leaf in bundle::entries(&bytes).take(usize::try_from(width).unwrap_or_default()) {
            let leaf = leaf.map_err(|_| damaged("it is no bundle of records"))?;
            state.replay(leaf, leaf_hash(leaf)).map_err(damaged)?;
        }
        if state.size() != before.saturating_add(width) {
            return Err(damaged("records are missing in it").into());
        }
    }
    Ok(state)
}

/// How many records were signed: the signer knows it, whatever was published.
fn signed(places: &Places) -> Result<u64, OpenError> {
    let path = places.signer.join("checkpoint");
    let note = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        note => note.map_err(ReadError::file(&path))?,
    };
    let text = Note::parse(&note).ok().map(|note| note.text);
    let checkpoint: Option<Checkpoint> = text.and_then(|text| text.parse().ok());
    let why = "it is no checkpoint";
    let checkpoint = checkpoint.ok_or(ReadError::Damaged { path, offset: 0, why })?;
    Ok(checkpoint.size)
}

/// The part of a bundle if it is there, else the whole one, which may have been begun anew since.
fn bundle_path(log: &Path, index: u64, width: u64) -> std::path::PathBuf {
    let part = log.join(entries_path(index, u16::try_from(width).unwrap_or(WIDTH)));
    if part.exists() { part } else { log.join(entries_path(index, WIDTH)) }
}
