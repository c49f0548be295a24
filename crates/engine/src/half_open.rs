//! Connections that have not signed in yet: bounded, and the oldest of the busiest source makes room for a new one, so that
//! a crowd of silent connections stalls nobody.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::metrics::Metrics;
use crate::source::Source;

/// The waiting room.
pub(crate) struct HalfOpen {
    capacity: usize,
    metrics: Arc<Metrics>,
    room: Mutex<Room>,
}

#[derive(Default)]
struct Room {
    next: u64,
    by_source: HashMap<Source, BTreeSet<u64>>,
    seats: HashMap<u64, oneshot::Sender<()>>,
}

/// A place in the waiting room; given up when dropped.
pub(crate) struct Seat {
    home: Arc<HalfOpen>,
    source: Source,
    number: u64,
}

/// Fires when the place was needed for somebody else; never after the seat was given up.
pub(crate) type Evicted = oneshot::Receiver<()>;

impl HalfOpen {
    pub(crate) fn new(capacity: usize, metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self { capacity: capacity.max(1), metrics, room: Mutex::default() })
    }

    /// Takes a place, at the cost of the oldest connection of the busiest source when the room is full.
    pub(crate) fn enter(self: &Arc<Self>, source: Source) -> (Seat, Evicted) {
        let (sender, evicted) = oneshot::channel();
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        while room.seats.len() >= self.capacity {
            if !room.evict() {
                break;
            }
            self.metrics.half_open_evicted.inc();
        }
        let number = room.next;
        room.next += 1;
        room.by_source.entry(source).or_default().insert(number);
        room.seats.insert(number, sender);
        self.metrics.half_open.set(i64::try_from(room.seats.len()).unwrap_or(i64::MAX));
        drop(room);
        (Seat { home: self.clone(), source, number }, evicted)
    }
}

impl Room {
    fn evict(&mut self) -> bool {
        let busiest = self.by_source.iter().max_by_key(|(_, seats)| seats.len()).map(|(source, _)| *source);
        let Some(source) = busiest else { return false };
        let Some(oldest) = self.by_source.get(&source).and_then(|seats| seats.first().copied()) else { return false };
        if let Some(sender) = self.leave(source, oldest) {
            // The session may have ended in this instant; then there is nobody to tell.
            let _ = sender.send(());
        }
        true
    }

    fn leave(&mut self, source: Source, number: u64) -> Option<oneshot::Sender<()>> {
        if let Some(seats) = self.by_source.get_mut(&source) {
            seats.remove(&number);
            if seats.is_empty() {
                self.by_source.remove(&source);
            }
        }
        self.seats.remove(&number)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut room = self.home.room.lock().unwrap_or_else(PoisonError::into_inner);
        room.leave(self.source, self.number);
        self.home.metrics.half_open.set(i64::try_from(room.seats.len()).unwrap_or(i64::MAX));
    }
}
