//! What stands where the next record is due: nothing, what a crash tore, or damage.

use super::frame::{HEADER, Header, room};

/// What stands behind the last record.
pub(super) struct Tail {
    /// How far it reaches; 0 when there is nothing but what an earlier use left.
    pub(super) torn: usize,
    /// There is a whole frame that is due here or later.
    pub(super) whole: bool,
    /// There is a frame that was written after what is missing was durable.
    pub(super) durable: bool,
}

impl Tail {
    /// Looks at the `bytes` that stand where record `next` is due.
    pub(super) fn of(bytes: &[u8], next: u64) -> Self {
        let mut tail = Self { torn: 0, whole: false, durable: false };
        // What stands at the very place is of the last batch, whole or not: an end stands there otherwise.
        if bytes.iter().take(HEADER).any(|byte| *byte != 0) {
            let due = Header::parse(bytes).filter(|header| header.sequence == next);
            tail.torn = due.map_or(HEADER, |header| room(header.length));
        }
        for (block, at) in bytes.chunks(HEADER).zip((0_usize..).step_by(HEADER)) {
            let Some(header) = Header::parse(block).filter(|header| header.sequence >= next) else { continue };
            let end = at.saturating_add(room(header.length));
            let body = bytes.get(at.saturating_add(HEADER)..).and_then(|rest| rest.get(..header.length));
            if body.is_none_or(|body| !header.fits(body)) {
                continue;
            }
            tail.torn = tail.torn.max(end);
            tail.whole = true;
            tail.durable |= header.batch > next;
        }
        tail
    }
}
