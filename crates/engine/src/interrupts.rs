//! Cancel keys: which live session a key names. Guessing is slow, and an unknown key is answered like a known one.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use wire::InterruptKey;

/// Where a wish to cancel came from.
pub(crate) type Wish = SocketAddr;

/// Wrong keys of one source in one window before its wishes are ignored until the window ends.
const MISSES: u32 = 10;
const WINDOW: Duration = Duration::from_secs(1);
/// Sources remembered at once.
const SOURCES: usize = 4096;

#[derive(Default)]
struct Book {
    sessions: HashMap<InterruptKey, mpsc::Sender<Wish>>,
    misses: HashMap<IpAddr, (Instant, u32)>,
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
    /// The source has guessed too often; the key was not looked at.
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
        if book.ignores(from.ip(), now) {
            return Delivered::Ignored;
        }
        match book.sessions.get(key) {
            Some(wishes) => {
                // A full mailbox means that the session already has wishes to act on.
                let _ = wishes.try_send(from);
                Delivered::Yes
            }
            None => {
                book.miss(from.ip(), now);
                Delivered::Unknown
            }
        }
    }
}

impl Book {
    fn ignores(&self, source: IpAddr, now: Instant) -> bool {
        self.misses.get(&source).is_some_and(|(since, count)| *count >= MISSES && now.duration_since(*since) < WINDOW)
    }

    fn miss(&mut self, source: IpAddr, now: Instant) {
        if self.misses.len() >= SOURCES {
            self.misses.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
        }
        let entry = self.misses.entry(source).or_insert((now, 0));
        if now.duration_since(entry.0) >= WINDOW {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).sessions.remove(&self.key);
    }
}
