//! A segment that is being read.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::Entry;
use crate::error::ReadError;
use crate::frame::{HEADER, Header, any_above};
use crate::segment::Segment;

#[derive(Debug)]
pub(super) struct Open {
    segment: Segment,
    file: BufReader<File>,
    /// Where the next frame begins; the file is positioned there.
    offset: u64,
    /// Length of the file when last asked.
    length: u64,
}

/// What stands at the reading position.
pub(super) enum Found {
    Entry(Entry),
    Nothing,
    /// Bytes that are no whole frame, or not yet.
    Bad(&'static str),
}

impl Open {
    pub(super) fn new(segment: Segment) -> Result<Self, ReadError> {
        let file = File::open(&segment.path).map_err(ReadError::file(&segment.path))?;
        Ok(Self { segment, file: BufReader::with_capacity(1 << 16, file), offset: 0, length: 0 })
    }

    pub(super) fn position(&self) -> (&Path, u64) {
        (&self.segment.path, self.offset)
    }

    pub(super) fn first(&self) -> u64 {
        self.segment.first
    }

    /// Reads the frame at the position, which must be that of record `last + 1`, and moves behind it.
    pub(super) fn look(&mut self, last: u64) -> Result<Found, ReadError> {
        let (header, json) = match self.frame() {
            Ok(Some(frame)) => frame,
            Ok(None) => return Ok(Found::Nothing),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                self.rewind()?;
                return Ok(Found::Bad("a frame is not whole, or its checksum is wrong"));
            }
            Err(error) => return Err(ReadError::file(&self.segment.path)(error)),
        };
        if header.sequence != last.saturating_add(1) {
            return Err(self.damaged(last, "a record out of its order"));
        }
        let Ok(json) = String::from_utf8(json) else { return Err(self.damaged(last, "a record is not text")) };
        let read = HEADER.saturating_add(header.length);
        self.offset = self.offset.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(Found::Entry(Entry { sequence: header.sequence, json }))
    }

    /// Confirms that what stands at the position is the torn end of a crash.
    ///
    /// # Errors
    /// When a whole record follows: then it was no crash.
    pub(super) fn torn(&mut self, last: u64, why: &'static str) -> Result<(), ReadError> {
        let mut rest = Vec::new();
        self.file.read_to_end(&mut rest).map_err(ReadError::file(&self.segment.path))?;
        self.rewind()?;
        if any_above(last, &rest) { Err(self.damaged(last, why)) } else { Ok(()) }
    }

    /// The frame at the position. `InvalidData` = there are bytes, but no whole frame.
    fn frame(&mut self) -> io::Result<Option<(Header, Vec<u8>)>> {
        let bad = || io::Error::from(io::ErrorKind::InvalidData);
        let mut head = Vec::with_capacity(HEADER);
        self.file.by_ref().take(HEADER as u64).read_to_end(&mut head)?;
        if head.is_empty() {
            return Ok(None);
        }
        let header = Header::parse(&head).ok_or_else(bad)?;
        // Nothing is allocated for a length that the file does not have.
        let end = self.offset.saturating_add((HEADER as u64).saturating_add(header.length as u64));
        if end > self.length {
            self.length = self.file.get_ref().metadata()?.len();
        }
        if end > self.length {
            return Err(bad());
        }
        let mut json = vec![0; header.length];
        self.file.read_exact(&mut json)?;
        if header.fits(&json) { Ok(Some((header, json))) } else { Err(bad()) }
    }

    fn rewind(&mut self) -> Result<(), ReadError> {
        self.file.seek(SeekFrom::Start(self.offset)).map_err(ReadError::file(&self.segment.path))?;
        Ok(())
    }

    fn damaged(&self, last: u64, why: &'static str) -> ReadError {
        ReadError::Damaged { path: self.segment.path.clone(), offset: self.offset, after: last, why }
    }
}
