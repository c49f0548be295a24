//! Following requests as they change.

use std::sync::Arc;

use super::Request;
use super::view::allows;
use crate::changes::Waiter;
use crate::roles;
use crate::{Caller, Control, Error};

/// Changes are read so many at once.
const AT_ONCE: u32 = 100;

/// Changes of requests, as they happen.
pub struct RequestWatch {
    control: Control,
    by: Caller,
    /// The last revision that was looked at; none before those that wait were given.
    seen: Option<u64>,
    /// Whether it is on record that they look at other people's.
    on_record: bool,
    waiter: Waiter,
}

impl Control {
    /// Follows requests that the caller may see. With `None` it begins with those that wait now; with the revision of the
    /// last one seen it goes on from there.
    pub fn watch_requests(&self, by: &Caller, since: Option<u64>) -> RequestWatch {
        RequestWatch {
            control: self.clone(),
            by: by.clone(),
            seen: since,
            on_record: false,
            waiter: self.changes.waiter(),
        }
    }
}

impl RequestWatch {
    /// Waits for the next changes: each request as it is now, oldest change first. What the caller may see is asked anew.
    /// Cancel safe.
    ///
    /// # Errors
    /// When the store fails, or the caller is no longer known.
    pub async fn next(&mut self) -> Result<Vec<Request>, Error> {
        loop {
            let (changes, seen) = self.look().await?;
            let moved = self.seen.replace(seen) != Some(seen);
            if !changes.is_empty() {
                return Ok(changes);
            }
            if !moved {
                self.waiter.changed().await;
            }
        }
    }

    async fn look(&mut self) -> Result<(Vec<Request>, u64), Error> {
        let store = Arc::clone(&self.control.parts.store);
        let Some(seen) = self.seen else {
            // Before the look, so that what changes meanwhile is seen again rather than not at all.
            let newest = store.newest_revision().await?;
            return Ok((self.control.waiting(&self.by).await?, newest));
        };
        let standing = self.control.standing_of(&self.by).await?;
        if !self.on_record && allows(&self.by, &standing, &roles::REQUESTS_READ) {
            self.control.reads(&self.by, &roles::REQUESTS_READ, &[("requests", "as they change".to_owned())]).await?;
        }
        self.on_record = true;
        let rows = store.requests_since(seen, AT_ONCE).await?;
        let newest = rows.last().map_or(seen, |row| row.revision);
        let mut changes = Vec::new();
        for row in rows {
            changes.extend(self.control.visible(&self.by, &standing, row).await?);
        }
        Ok((changes, newest))
    }
}
