//! What a start finds: the end of the write-ahead log, and a torn tail, which is kept beside and wiped.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::frame::{Frame, HEADER};
use super::read::{DAMAGED, Open};
use super::segment::{self, Segment};
use super::spare::Spares;
use super::tail::Tail;
use crate::error::{OpenError, ReadError};
use crate::sequencer::State;

/// Bytes that are written once more at a time.
const PIECE: usize = 1 << 20;

/// The write-ahead log as it was found.
pub(crate) struct Found {
    /// What is known behind its last record.
    pub(crate) state: State,
    /// The segment to go on in, if there is one.
    pub(crate) current: Option<Current>,
    /// Index of the oldest record that it holds.
    pub(crate) first: u64,
    /// Bytes of records that were not written whole.
    pub(crate) torn_bytes: u64,
    /// There was no segment, and what is known was learnt from elsewhere.
    pub(crate) rebuilt: bool,
}

/// The segment that is written.
pub(crate) struct Current {
    pub(crate) file: File,
    /// Where its frames end.
    pub(crate) size: u64,
    /// Bytes that the file has behind them for frames.
    pub(crate) room: u64,
    /// No record is in it yet.
    pub(crate) fresh: bool,
}

/// Reads the whole write-ahead log and cuts a torn tail off. When it holds nothing, what is known is what `rebuild` says.
pub(crate) fn recover(
    folder: &Path,
    spares: &Spares,
    rebuild: impl FnOnce() -> Result<State, OpenError>,
) -> Result<Found, OpenError> {
    let mut segments = segment::list(folder).map_err(OpenError::file("listing", folder))?.into_iter().peekable();
    let mut found: Option<Walk> = None;
    let mut unbegun = None;
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match Open::new(segment.clone())? {
            Some((open, head)) => {
                let state = serde_json::from_slice(&head.state)
                    .map_err(|_| damaged(&segment, 0, "its head is not understood"))?;
                found = Some(Walk::enter(found, open, state, &segment)?);
            }
            None if last => unbegun = Some(segment),
            None => return Err(damaged(&segment, 0, "its head is not whole").into()),
        }
        if let Some(walk) = &mut found {
            walk.replay()?;
        }
    }
    let state = if found.is_none() { rebuild()? } else { State::default() };
    let next = found.as_ref().map_or(&state, |walk| &walk.state).size();
    let torn = unbegun.as_ref().map_or(Ok(Vec::new()), |segment| check(segment, next))?;
    let nothing = || Found { first: next, state, current: None, torn_bytes: 0, rebuilt: next > 0 };
    let mut found = found.map_or_else(|| Ok(nothing()), Walk::finish)?;
    if let Some(Segment { path, .. }) = unbegun {
        // It is a spare again.
        let given = keep(&path, &torn).and_then(|()| spares.give(&path));
        given.map_err(OpenError::file("mending", path))?;
        found.torn_bytes = found.torn_bytes.saturating_add(torn.len() as u64);
    }
    Ok(found)
}

/// How far reading has come.
struct Walk {
    open: Open,
    state: State,
    /// The first record of all.
    first: u64,
    /// The first record of this segment.
    begins: u64,
}

impl Walk {
    /// Goes over to the next segment, which must begin where the one before ended.
    fn enter(before: Option<Self>, open: Open, state: State, segment: &Segment) -> Result<Self, ReadError> {
        let first = before.as_ref().map_or(segment.first, |walk| walk.first);
        if state.size() != segment.first || before.is_some_and(|walk| walk.state != state) {
            return Err(damaged(segment, 0, "it does not begin where the records before it end"));
        }
        Ok(Self { open, state, first, begins: segment.first })
    }

    fn replay(&mut self) -> Result<(), ReadError> {
        loop {
            let (path, offset) = self.open.position();
            let segment = Segment { first: self.first, path: path.to_owned() };
            let Some(Frame { leaf, hash, .. }) = self.open.frame()? else { return Ok(()) };
            self.state.replay(&leaf, hash).map_err(|why| damaged(&segment, offset, why))?;
        }
    }

    /// Looks at what stands behind the last record.
    fn finish(mut self) -> Result<Found, OpenError> {
        let rest = self.open.rest()?;
        let (path, offset) = self.open.position();
        let tail = Tail::of(&rest, self.state.size());
        if tail.durable {
            let segment = Segment { first: self.first, path: path.to_owned() };
            return Err(damaged(&segment, offset, DAMAGED).into());
        }
        let failed = || OpenError::file("mending", path);
        let file = OpenOptions::new().read(true).write(true).open(path).map_err(failed())?;
        let torn = rest.get(..tail.torn.min(rest.len())).unwrap_or_default();
        if !torn.is_empty() {
            wipe(path, &file, offset, torn).map_err(failed())?;
        }
        settle(path, &file, offset).map_err(failed())?;
        let torn_bytes = u64::try_from(torn.len()).unwrap_or(u64::MAX);
        let room = file.metadata().map_err(failed())?.len().saturating_sub(offset).saturating_sub(HEADER as u64);
        let current = Some(Current { file, size: offset, room, fresh: self.state.size() == self.begins });
        Ok(Found { state: self.state, current, first: self.first, torn_bytes, rebuilt: false })
    }
}

/// A segment without a whole head is one that a crash cut as it began; else it is damaged. Returns its beginning up to the last
/// record that was written to it all the same.
fn check(segment: &Segment, next: u64) -> Result<Vec<u8>, OpenError> {
    let failed = || OpenError::file("mending", &segment.path);
    let mut bytes = fs::read(&segment.path).map_err(failed())?;
    let tail = Tail::of(&bytes, next);
    // It is begun when all before it is durable; and with last words, the segment before may go on behind its beginning.
    if segment.first > next || tail.durable {
        return Err(damaged(segment, 0, "its head is not whole").into());
    }
    bytes.truncate(if tail.whole { tail.torn } else { 0 });
    Ok(bytes)
}

/// Keeps what is torn at the beginning of a segment.
fn keep(path: &Path, torn: &[u8]) -> io::Result<()> {
    if torn.is_empty() {
        return Ok(());
    }
    wipe(path, &OpenOptions::new().write(true).open(path)?, 0, torn)
}

/// Keeps what is torn in a file beside, for nothing that may be evidence is thrown away, and puts zeros in its place.
fn wipe(path: &Path, file: &File, offset: u64, torn: &[u8]) -> io::Result<()> {
    let beside = path.with_extension(format!("torn-{offset}"));
    let mut kept = segment::private(OpenOptions::new().append(true).create(true)).open(beside)?;
    kept.write_all(torn)?;
    kept.sync_all()?;
    path.parent().map_or(Ok(()), segment::sync_folder)?;
    file.write_all_at(&vec![0; torn.len()], offset)?;
    file.sync_all()
}

/// Writes what was read once more, and makes it durable. The last batch may have been written and never synced; and after a sync
/// that failed, what is read may stand in memory alone while the system takes it for written. Nothing is signed, or counted as
/// durable, before this.
fn settle(path: &Path, file: &File, size: u64) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    // The last frame's padding may not have reached the file.
    let (mut at, size) = (0, size.min(file.metadata()?.len()));
    while at < size {
        let length = usize::try_from(size - at).unwrap_or(PIECE).min(PIECE);
        let Some(piece) = piece.get_mut(..length) else { break };
        file.read_exact_at(piece, at)?;
        file.write_all_at(piece, at)?;
        at = at.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
    }
    file.sync_all()?;
    path.parent().map_or(Ok(()), segment::sync_folder)
}

fn damaged(segment: &Segment, offset: u64, why: &'static str) -> ReadError {
    ReadError::Damaged { path: segment.path.clone(), offset, why }
}
