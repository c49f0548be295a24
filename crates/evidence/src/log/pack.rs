//! The pack of a bundle: the ciphertexts of its records, one behind the other.
//!
//! What stands in a file already was durable in the journal when it was written, so after a crash the same bytes are written
//! over it. Only when the journal itself was lost may other bytes stand behind them: they are cut off when the bundle is full.

use std::path::PathBuf;

use tlog::{json, tile};

use super::work::{Step, Work};

/// So many bytes are gathered before they are written.
const GATHERED: usize = 1 << 20;

/// The pack that grows.
#[derive(Debug, Default)]
pub(super) struct Pack {
    log: PathBuf,
    bundle: u64,
    /// Bytes that were handed on to be written.
    written: u64,
    gathered: Vec<u8>,
}

impl Pack {
    /// The pack of a bundle of which the ciphertexts of these leaves are there already. `None`: a leaf is not a record.
    pub(super) fn behind<'a>(log: PathBuf, bundle: u64, leaves: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        let written = leaves.map(ciphertexts).try_fold(0_u64, |sum, size| sum.checked_add(size?))?;
        Some(Self { log, bundle, written, gathered: Vec::new() })
    }

    /// Adds the ciphertexts of a record.
    pub(super) fn push(&mut self, ciphertexts: &[u8], work: &mut Work) {
        self.gathered.extend_from_slice(ciphertexts);
        if self.gathered.len() >= GATHERED {
            self.flush(work);
        }
    }

    /// The bundle is full: the next pack begins.
    pub(super) fn turn(&mut self, work: &mut Work) {
        self.flush(work);
        work.push(Step::Cut { path: self.path(), length: self.written });
        self.bundle = self.bundle.saturating_add(1);
        self.written = 0;
    }

    /// Has all of it written.
    pub(super) fn flush(&mut self, work: &mut Work) {
        let bytes = std::mem::take(&mut self.gathered);
        if bytes.is_empty() {
            return;
        }
        let offset = self.written;
        self.written = offset.saturating_add(bytes.len() as u64);
        work.push(Step::Part { path: self.path(), offset, bytes });
    }

    fn path(&self) -> PathBuf {
        self.log.join(tile::payload_path(self.bundle))
    }
}

/// Bytes of ciphertext that belong to a record.
pub(super) fn ciphertexts(leaf: &[u8]) -> Option<u64> {
    let record = json::parse(leaf).ok()?;
    let Some(payloads) = record.get("payloads") else { return Some(0) };
    let size = |payload: &json::Value<'_>| u64::try_from(payload.get("size")?.as_integer()?).ok();
    payloads.as_array()?.iter().try_fold(0_u64, |sum, payload| sum.checked_add(size(payload)?))
}
