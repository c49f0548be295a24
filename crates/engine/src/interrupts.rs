//! Cancel keys: which live session a key names. Wrong keys are written down only so fast, and an unknown key is answered like
//! a known one. A right key is always heard: others at the same address may be guessing.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use wire::InterruptKey;

use crate::source::Source;

/// Where a wish to cancel came from.
pub(crate) type Wish = SocketAddr;

/// Wrong keys of one source that are written down in one window; further ones are only counted.
const MISSES: u32 = 10;
const WINDOW: Duration = Duration::from_secs(1);
/// Sources remembered at once.
const SOURCES: usize = 4096;

#[derive(Default)]
struct Book {
    sessions: HashMap<InterruptKey, mpsc::Sender<Wish>>,
    misses: HashMap<Source, (Instant, u32)>,
}

/// The keys of all live sessions.
#[derive(Clone, Default)]
pub(crate) struct Interrupts {
    book: Arc<Mutex<Book>>,
}

/// A registered key; forgotten when dropped.
pub(crate) struct Registered {
    book: Arc<Mutex<Book>>,
    key: InterruptKey,
}

/// What became of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivered {
    /// The session was told.
    Yes,
    /// No such key.
    Unknown,
    /// No such key, like many before it from the same source.
    Ignored,
}

impl Interrupts {
    /// Lets `key` name the session that listens at the other end of `wishes`.
    pub(crate) fn register(&self, key: InterruptKey, wishes: mpsc::Sender<Wish>) -> Registered {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.sessions.insert(key.clone(), wishes);
        Registered { book: self.book.clone(), key }
    }

    /// Tells the session of `key`.
    pub(crate) fn deliver(&self, key: &InterruptKey, from: SocketAddr, now: Instant) -> Delivered {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(wishes) = book.sessions.get(key) {
            // A full mailbox means that the session already has wishes to act on.
            let _ = wishes.try_send(from);
            return Delivered::Yes;
        }
        if book.miss(from.ip().into(), now) { Delivered::Unknown } else { Delivered::Ignored }
    }
}

impl Book {
    /// Counts a wrong key; whether it is among the first of its source in this window.
    fn miss(&mut self, source: Source, now: Instant) -> bool {
        if self.misses.len() >= SOURCES {
            self.misses.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
        }
        if self.misses.len() >= SOURCES && !self.misses.contains_key(&source) {
            return false;
        }
        let entry = self.misses.entry(source).or_insert((now, 0));
        if now.duration_since(entry.0) >= WINDOW {
            *entry = (now, 0);
        }
        entry.1 += 1;
        entry.1 <= MISSES
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).sessions.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &'static [u8]) -> InterruptKey {
        InterruptKey(bytes::Bytes::from_static(name))
    }

    #[test]
    fn a_right_key_is_heard_however_many_were_wrong() {
        let interrupts = Interrupts::default();
        let (sender, mut wishes) = mpsc::channel(1);
        let registered = interrupts.register(key(b"right"), sender);
        let now = crate::clock::now();
        for at in 0..100_u16 {
            let from = SocketAddr::from(([0x2001, 0xdb8, 0, 0, 0, 0, 0, at], 1));
            let expected = if at < 10 { Delivered::Unknown } else { Delivered::Ignored };
            assert_eq!(interrupts.deliver(&key(b"wrong"), from, now), expected, "one network of 64 bits");
        }
        let from = SocketAddr::from(([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 1));
        assert_eq!(interrupts.deliver(&key(b"right"), from, now), Delivered::Yes);
        assert!(wishes.try_recv().is_ok());
        assert_eq!(interrupts.deliver(&key(b"wrong"), from, now + WINDOW), Delivered::Unknown, "a new window");
        drop(registered);
        assert_eq!(interrupts.deliver(&key(b"right"), from, now + WINDOW), Delivered::Unknown);
    }

    #[test]
    fn the_book_of_sources_is_bounded() {
        let interrupts = Interrupts::default();
        let now = crate::clock::now();
        for at in 0..10_000_u32 {
            let from = SocketAddr::from((at.to_be_bytes(), 1));
            interrupts.deliver(&key(b"wrong"), from, now);
        }
        assert!(interrupts.book.lock().unwrap().misses.len() <= SOURCES);
    }
}
