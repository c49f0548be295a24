//! Wakes whoever waits for the next change of policy. Waits that are given up leave nothing behind.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// A bell that can be rung again and again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bell(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    rings: u64,
    next: u64,
    waiting: HashMap<u64, Waker>,
}

impl Bell {
    /// Wakes all that wait.
    pub(crate) fn ring(&self) {
        let woken: Vec<Waker> = {
            let mut state = self.state();
            state.rings = state.rings.wrapping_add(1);
            state.waiting.drain().map(|(_, waker)| waker).collect()
        };
        woken.into_iter().for_each(Waker::wake);
    }

    /// Ends at the first ring after this call.
    pub(crate) fn rung(&self) -> Rung {
        let mut state = self.state();
        let number = state.next;
        state.next = state.next.wrapping_add(1);
        Rung { bell: self.clone(), since: state.rings, number }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.state().waiting.len()
    }
}

/// A wait for the next ring.
#[derive(Debug)]
pub(crate) struct Rung {
    bell: Bell,
    since: u64,
    number: u64,
}

impl Future for Rung {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.bell.state();
        if state.rings != self.since {
            return Poll::Ready(());
        }
        state.waiting.insert(self.number, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Rung {
    fn drop(&mut self) {
        self.bell.state().waiting.remove(&self.number);
    }
}
