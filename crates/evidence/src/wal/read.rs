//! Reading segments, also while a gateway writes them.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::frame::{Frame, HEADER, Header, padding, room};
use super::segment::{self, Head, Segment};
use super::tail::Tail;
use crate::error::ReadError;

/// What is wrong with a record that was durable.
pub(super) const DAMAGED: &str = "a frame is not whole, or its checksum is wrong, and what was written later is there";

/// Reads record after record, from segment to segment.
#[derive(Debug)]
pub(crate) struct Follower {
    folder: PathBuf,
    open: Option<Open>,
    next: u64,
}

impl Follower {
    /// Begins with record `next`.
    pub(crate) fn new(folder: &Path, next: u64) -> Self {
        Self { folder: folder.to_owned(), open: None, next }
    }

    /// The sequence of the record that comes next.
    pub(crate) fn sequence(&self) -> u64 {
        self.next
    }

    /// The next record below `mark`, up to which all is durable; `None` when the mark is reached.
    ///
    /// # Errors
    /// Also when the record is not there.
    pub(crate) fn below(&mut self, mark: u64) -> Result<Option<Frame>, ReadError> {
        if self.next >= mark {
            return Ok(None);
        }
        let missing = ReadError::Missing { folder: self.folder.clone(), sequence: self.next };
        self.look()?.ok_or(missing).map(Some)
    }

    /// The next record if it stands there now. `None` also when it is there no more: its segment was used again, because all
    /// of it is in the log.
    ///
    /// # Errors
    /// When a file cannot be read, or what was written later stands there and this record does not.
    pub(crate) fn look(&mut self) -> Result<Option<Frame>, ReadError> {
        let mut found = self.in_open()?;
        if found.is_none() && self.reopen()? {
            found = self.in_open()?;
        }
        if found.is_some() || !self.has_later()? {
            return Ok(found);
        }
        // It may have come while that was looked for; or all of the segment is given up by now.
        found = self.in_open()?;
        match &self.open {
            Some(open) if found.is_none() && open.segment.path.exists() => Err(open.damaged()),
            _ => Ok(found),
        }
    }

    /// Whether anything was written after the next record must have been durable.
    fn has_later(&mut self) -> Result<bool, ReadError> {
        let Some(open) = &mut self.open else { return Ok(false) };
        let segments = segment::list(&self.folder).map_err(ReadError::file(&self.folder))?;
        Ok(segments.iter().any(|segment| segment.first > self.next) || open.has_later()?)
    }

    fn in_open(&mut self) -> Result<Option<Frame>, ReadError> {
        let Some(open) = &mut self.open else { return Ok(None) };
        while let Some(frame) = open.frame()? {
            if frame.sequence == self.next {
                self.next = self.next.saturating_add(1);
                return Ok(Some(frame));
            }
        }
        Ok(None)
    }

    /// Opens the segment that has the next record, when it is not the open one.
    fn reopen(&mut self) -> Result<bool, ReadError> {
        let segments = segment::list(&self.folder).map_err(ReadError::file(&self.folder))?;
        let Some(segment) = segments.iter().rfind(|segment| segment.first <= self.next) else { return Ok(false) };
        if self.open.as_ref().is_some_and(|open| open.segment == *segment) {
            return Ok(false);
        }
        self.open = Open::new(segment.clone())?.map(|(open, _)| open);
        // A segment is followed by another when its head is long durable.
        if self.open.is_none() && segments.last() != Some(segment) && segment.path.exists() {
            return Err(ReadError::Damaged { path: segment.path.clone(), offset: 0, why: "its head is not whole" });
        }
        Ok(self.open.is_some())
    }
}

/// A segment that is being read.
#[derive(Debug)]
pub(crate) struct Open {
    segment: Segment,
    file: BufReader<File>,
    /// Where the next frame begins; the file is positioned there.
    offset: u64,
    /// Length of the file when last asked.
    length: u64,
    /// The sequence that the next frame must have.
    next: u64,
}

impl Open {
    /// Opens a segment and reads its head; `None` when it has none that is whole, or it was used again meanwhile.
    pub(crate) fn new(segment: Segment) -> Result<Option<(Self, Head)>, ReadError> {
        let path = segment.path.clone();
        let file = match File::open(&path) {
            Ok(file) => BufReader::with_capacity(1 << 16, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ReadError::file(path)(error)),
        };
        let next = segment.first;
        let mut open = Self { segment, file, offset: 0, length: 0, next };
        let head = open.head().map_err(ReadError::file(path))?;
        Ok(head.filter(|head| head.first == open.segment.first).map(|head| (open, head)))
    }

    /// Where reading stands.
    pub(crate) fn position(&self) -> (&Path, u64) {
        (&self.segment.path, self.offset)
    }

    /// Reads the frame at the position and moves behind it. `None` = no whole frame with the sequence that is due stands there,
    /// or not yet.
    pub(crate) fn frame(&mut self) -> Result<Option<Frame>, ReadError> {
        // What was read ahead may be old by now, and then it is read once more.
        let ahead = !self.file.buffer().is_empty();
        let mut found = self.whole().map_err(ReadError::file(&self.segment.path))?;
        if found.is_none() {
            self.rewind()?;
            if ahead {
                found = self.whole().map_err(ReadError::file(&self.segment.path))?;
            }
        }
        match &found {
            Some((_, room)) => {
                self.next = self.next.saturating_add(1);
                self.advance(*room);
            }
            None => self.rewind()?,
        }
        Ok(found.map(|(frame, _)| frame))
    }

    /// Whether the place of the next frame is taken, and a frame behind it proves that it was whole once.
    fn has_later(&mut self) -> Result<bool, ReadError> {
        let start = self.exactly(HEADER).map_err(ReadError::file(&self.segment.path))?;
        self.rewind()?;
        let taken = start.is_some_and(|start| start.iter().any(|byte| *byte != 0));
        Ok(taken && Tail::of(&self.rest()?, self.next).durable)
    }

    fn damaged(&self) -> ReadError {
        ReadError::Damaged { path: self.segment.path.clone(), offset: self.offset, why: DAMAGED }
    }

    /// All bytes from the position on.
    pub(crate) fn rest(&mut self) -> Result<Vec<u8>, ReadError> {
        let mut rest = Vec::new();
        self.file.read_to_end(&mut rest).map_err(ReadError::file(&self.segment.path))?;
        self.rewind()?;
        Ok(rest)
    }

    fn head(&mut self) -> io::Result<Option<Head>> {
        let Some(start) = self.exactly(HEADER)? else { return Ok(None) };
        let Some(length) = Head::length(&start) else { return Ok(None) };
        self.advance(HEADER);
        let Some(state) = self.exactly(length)? else { return Ok(None) };
        self.skip(padding(length))?;
        self.advance(length.saturating_add(padding(length)));
        Ok(Head::parse(&start, state))
    }

    /// The frame, and the bytes that it takes.
    fn whole(&mut self) -> io::Result<Option<(Frame, usize)>> {
        let Some(start) = self.exactly(HEADER)? else { return Ok(None) };
        let Some(header) = Header::parse(&start).filter(|header| header.sequence == self.next) else { return Ok(None) };
        // Nothing is allocated for a length that the file does not have.
        let end = self.offset.saturating_add((HEADER as u64).saturating_add(header.length as u64));
        if end > self.length {
            self.length = self.file.get_ref().metadata()?.len();
        }
        if end > self.length {
            return Ok(None);
        }
        let Some(body) = self.exactly(header.length)? else { return Ok(None) };
        let Some(frame) = Frame::of(&header, body) else { return Ok(None) };
        self.skip(padding(header.length))?;
        Ok(Some((frame, room(header.length))))
    }

    /// So many bytes, when they are there.
    fn exactly(&mut self, length: usize) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::with_capacity(length.min(1 << 20));
        self.file.by_ref().take(length as u64).read_to_end(&mut bytes)?;
        Ok((bytes.len() == length).then_some(bytes))
    }

    fn skip(&mut self, length: usize) -> io::Result<()> {
        self.file.seek_relative(i64::try_from(length).unwrap_or(0))
    }

    fn advance(&mut self, by: usize) {
        self.offset = self.offset.saturating_add(by as u64);
    }

    fn rewind(&mut self) -> Result<(), ReadError> {
        self.file.seek(SeekFrom::Start(self.offset)).map_err(ReadError::file(&self.segment.path))?;
        Ok(())
    }
}
