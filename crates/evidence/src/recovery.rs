//! What a start finds: the end of the journal, a torn tail, and sessions that a crash left open.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use model::{Event, Record, SessionId};
use serde::Deserialize;

use crate::error::{OpenError, ReadError};
use crate::frame::Draft;
use crate::reader::{self, Records, Step};
use crate::segment;

/// What was mended at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Sessions that a crash had left open, closed now with that cause.
    pub sessions: u64,
    /// Bytes of a record that was not written whole. They were taken off the journal and kept beside it.
    pub torn_bytes: u64,
}

/// The state of a journal found in a folder.
pub(crate) struct Found {
    pub(crate) last: u64,
    pub(crate) current: File,
    pub(crate) size: u64,
    torn_bytes: u64,
    sessions: BTreeMap<SessionId, Session>,
}

/// A session that has begun and not ended.
#[derive(Default)]
struct Session {
    position: u64,
    commands: u64,
}

/// The part of a record that recovery looks at.
#[derive(Deserialize)]
struct Outline {
    #[serde(rename = "type")]
    kind: String,
    session: Option<SessionId>,
    position: Option<u64>,
}

/// Reads the whole journal, and cuts a torn tail off.
pub(crate) fn find(folder: &Path) -> Result<Found, OpenError> {
    let mut records = reader::read(folder)?;
    let mut sessions = BTreeMap::new();
    let torn = loop {
        match records.step()? {
            Step::Entry(entry) => note(&mut sessions, &entry.json).map_err(|why| damaged(&records, why))?,
            Step::End => break false,
            Step::Torn => break true,
        }
    };
    let last = records.sequence();
    let Some((path, size)) = records.position() else {
        let first = last.saturating_add(1);
        let current = segment::create(folder, first).map_err(OpenError::file("creating a segment in", folder))?;
        return Ok(Found { last, current, size: 0, torn_bytes: 0, sessions });
    };
    let failed = || OpenError::file("mending", path);
    let torn_bytes = if torn { cut(path, size).map_err(failed())? } else { 0 };
    let current = OpenOptions::new().append(true).open(path).map_err(failed())?;
    Ok(Found { last, current, size, torn_bytes, sessions })
}

impl Found {
    /// The frames that close what a crash left open, how many records they are, and what to report.
    pub(crate) fn closing(&self, time_us: u64) -> (Vec<u8>, u64, Recovery) {
        let mut frames = Vec::new();
        let mut count: u64 = 0;
        let mut put = |session, position, event| {
            let Some(draft) = Draft::of(&Record { time_us, session, position, event }) else { return };
            count = count.saturating_add(1);
            draft.put(self.last.saturating_add(count), &mut frames);
        };
        for (id, session) in &self.sessions {
            let records = session.position.saturating_add(1);
            let event = Event::SessionEnd { cause: "crash".to_owned(), commands: session.commands, records };
            put(Some(*id), Some(records), event);
        }
        let sessions = u64::try_from(self.sessions.len()).unwrap_or(u64::MAX);
        if sessions > 0 || self.torn_bytes > 0 {
            put(None, None, Event::GatewayRecovered { sessions });
        }
        (frames, count, Recovery { sessions, torn_bytes: self.torn_bytes })
    }
}

fn note(sessions: &mut BTreeMap<SessionId, Session>, json: &str) -> Result<(), &'static str> {
    let outline: Outline = serde_json::from_str(json).map_err(|_| "a record is not understood")?;
    let Some(id) = outline.session else { return Ok(()) };
    match outline.kind.as_str() {
        "session.start" => {
            sessions.insert(id, Session::default());
        }
        "session.end" => {
            sessions.remove(&id);
        }
        _ => {}
    }
    if let Some(session) = sessions.get_mut(&id) {
        session.position = outline.position.unwrap_or(session.position).max(session.position);
        session.commands = session.commands.saturating_add(u64::from(outline.kind == "command"));
    }
    Ok(())
}

/// Ends a segment at `size`. What stood there is kept in a file beside it: nothing that may be evidence is thrown away.
fn cut(path: &Path, size: u64) -> io::Result<u64> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut torn = Vec::new();
    file.seek(SeekFrom::Start(size))?;
    file.read_to_end(&mut torn)?;
    let beside = path.with_extension(format!("torn-{size}"));
    let mut kept = segment::private(OpenOptions::new().append(true).create(true)).open(beside)?;
    kept.write_all(&torn)?;
    kept.sync_all()?;
    path.parent().map_or(Ok(()), segment::sync_folder)?;
    file.set_len(size)?;
    file.sync_all()?;
    Ok(u64::try_from(torn.len()).unwrap_or(u64::MAX))
}

fn damaged(records: &Records, why: &'static str) -> ReadError {
    let (path, offset) = records.position().unwrap_or((Path::new(""), 0));
    ReadError::Damaged { path: path.to_owned(), offset, after: records.sequence(), why }
}

/// Takes the lock of a journal. It ends with the process, however that ends.
pub(crate) fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join("lock");
    let failed = || OpenError::file("locking", &path);
    let file = segment::private(OpenOptions::new().append(true).create(true)).open(&path).map_err(failed())?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(OpenError::InUse(folder.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(failed()(error)),
    }
}
