//! How many event streams there may be: each holds a connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::PrincipalId;

/// Of one person.
const OF_ONE: usize = 8;
/// Of all; fewer than connections, so that there is always room to act.
const OF_ALL: usize = crate::serving::CONNECTIONS / 2;

/// Those that there are.
#[derive(Clone, Default)]
pub(crate) struct Streams(Arc<Mutex<HashMap<PrincipalId, usize>>>);

/// The place of one stream, given back when it is dropped.
pub(crate) struct Place {
    streams: Streams,
    of: PrincipalId,
}

impl Streams {
    /// A place, if there is one.
    pub(crate) fn take(&self, of: &PrincipalId) -> Option<Place> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        let own = taken.get(of).copied().unwrap_or_default();
        if all >= OF_ALL || own >= OF_ONE {
            return None;
        }
        taken.insert(of.clone(), own + 1);
        Some(Place { streams: self.clone(), of: of.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.of) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                taken.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(at: usize) -> PrincipalId {
        PrincipalId { issuer: "local".to_owned(), subject: at.to_string() }
    }

    #[test]
    fn places_are_few_and_given_back() {
        let streams = Streams::default();
        let own: Vec<_> = (0..OF_ONE).map(|_| streams.take(&person(0)).unwrap()).collect();
        assert!(streams.take(&person(0)).is_none());
        let others: Vec<_> = (OF_ONE..OF_ALL).map(|at| streams.take(&person(at)).unwrap()).collect();
        assert!(streams.take(&person(9999)).is_none());
        drop(own);
        assert!(streams.take(&person(0)).is_some());
        drop(others);
        assert!(streams.0.lock().unwrap().is_empty());
    }
}
