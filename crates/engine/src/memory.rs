//! Memory for what is above the read-ahead: unfinished large messages, what waits to leave, what streams remember. The process
//! has a budget, and nobody takes more than a share of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Class, PrincipalId, Public};

use crate::source::Source;

/// What is held is counted in full steps of so many bytes, so that the books are touched seldom.
const STEP: usize = 64 * 1024;

/// Who holds memory: a person, in all sessions together, or whoever has not said yet who they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    Stranger(Source),
    Person(PrincipalId),
}

/// The budget of the process.
pub(crate) struct Memory {
    budget: usize,
    share: usize,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    held: usize,
    by_owner: HashMap<Owner, usize>,
}

/// What one stream holds; given back when dropped.
pub(crate) struct Held {
    memory: Arc<Memory>,
    owner: Owner,
    bytes: usize,
}

/// Why there is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Short {
    /// The owner's share is used up.
    Share,
    /// The budget is.
    Budget,
}

impl Memory {
    /// A budget, of which an owner may have a quarter, but always room for one largest frame.
    pub(crate) fn new(budget: usize, frame: usize) -> Arc<Self> {
        let share = (budget / 4).max(frame.saturating_add(STEP)).min(budget);
        Arc::new(Self { budget, share, book: Mutex::default() })
    }
}

impl Held {
    /// Nothing, so far.
    pub(crate) fn nothing(memory: Arc<Memory>, owner: Owner) -> Self {
        Self { memory, owner, bytes: 0 }
    }

    /// From now on so many bytes are held. Less is always granted.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), Short> {
        let bytes = (bytes / STEP).saturating_mul(STEP);
        if bytes == self.bytes {
            return Ok(());
        }
        let mut book = self.memory.book.lock().unwrap_or_else(PoisonError::into_inner);
        let own = (book.by_owner.get(&self.owner).copied().unwrap_or_default() - self.bytes).saturating_add(bytes);
        let all = (book.held - self.bytes).saturating_add(bytes);
        if bytes > self.bytes {
            if own > self.memory.share {
                return Err(Short::Share);
            }
            if all > self.memory.budget {
                return Err(Short::Budget);
            }
        }
        book.held = all;
        if own == 0 {
            book.by_owner.remove(&self.owner);
        } else {
            book.by_owner.insert(self.owner.clone(), own);
        }
        self.bytes = bytes;
        Ok(())
    }

    /// It is known now whose this is.
    pub(crate) fn belongs_to(&mut self, owner: Owner) -> Result<(), Short> {
        let bytes = self.bytes;
        self.hold(0)?;
        self.owner = owner;
        self.hold(bytes)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Less is always granted.
        let _ = self.hold(0);
    }
}

impl From<Short> for Public {
    fn from(short: Short) -> Self {
        match short {
            Short::Share => {
                Self::new(Class::Limit, "your sessions hold as much memory for large messages as one person may have")
                    .with_hint("Let those that are under way come to their end, or send smaller ones.")
            }
            Short::Budget => Self::new(Class::Limit, "the gateway has no memory left for a message of this size"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1024 * 1024;

    fn person(name: &str) -> Owner {
        Owner::Person(PrincipalId { issuer: "local".to_owned(), subject: name.to_owned() })
    }

    #[test]
    fn nobody_takes_more_than_a_share_and_all_together_not_more_than_there_is() {
        let memory = Memory::new(16 * MIB, MIB);
        let held = |name| Held::nothing(memory.clone(), person(name));
        let (mut one, mut two) = (held("ada"), held("ada"));
        assert_eq!(one.hold(3 * MIB), Ok(()));
        assert_eq!(two.hold(2 * MIB), Err(Short::Share), "a quarter for both sessions of one person");
        assert_eq!(two.hold(MIB), Ok(()));
        let mut others: Vec<_> = ["grace", "alan", "edsger"].map(held).into_iter().collect();
        others.iter_mut().for_each(|other| assert_eq!(other.hold(4 * MIB), Ok(())));
        assert_eq!(held("barbara").hold(MIB), Err(Short::Budget));
        drop(one);
        assert_eq!(held("barbara").hold(MIB), Ok(()));
        assert_eq!(two.belongs_to(person("grace")), Err(Short::Share), "grace has hers");
        drop((two, others));
        let book = memory.book.lock().unwrap();
        assert_eq!((book.held, book.by_owner.len()), (0, 0));
    }

    #[test]
    fn one_largest_frame_always_fits() {
        let memory = Memory::new(16 * MIB, 12 * MIB);
        let mut held = Held::nothing(memory, person("ada"));
        assert_eq!(held.hold(12 * MIB), Ok(()));
    }
}
