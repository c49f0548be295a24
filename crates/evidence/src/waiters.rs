//! Those who wait for the durable mark to reach theirs.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use ports::{JournalDown, Mark};

use crate::queue::Queue;

/// Wakers in the order of the marks they wait for.
#[derive(Default)]
pub(crate) struct Waiters {
    sleeping: BTreeMap<(u64, u64), Waker>,
    next: u64,
}

impl Waiters {
    /// Takes out those whose mark is reached.
    pub(crate) fn reached(&mut self, durable: u64) -> BTreeMap<(u64, u64), Waker> {
        let still = self.sleeping.split_off(&(durable.saturating_add(1), 0));
        std::mem::replace(&mut self.sleeping, still)
    }

    /// Takes out everybody.
    pub(crate) fn all(&mut self) -> BTreeMap<(u64, u64), Waker> {
        std::mem::take(&mut self.sleeping)
    }

    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.sleeping.len()
    }
}

/// The future of `Journal::reached`.
pub(crate) struct Reached {
    queue: Arc<Queue>,
    mark: u64,
    place: Option<(u64, u64)>,
}

impl Reached {
    pub(crate) fn new(queue: Arc<Queue>, mark: Mark) -> Self {
        Self { queue, mark: mark.0, place: None }
    }
}

impl Future for Reached {
    type Output = Result<(), JournalDown>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let queue = self.queue.clone();
        if queue.durable() >= self.mark {
            return Poll::Ready(Ok(()));
        }
        if self.place.is_none() {
            queue.want(self.mark);
        }
        let mut waiters = queue.waiters();
        // Again under the lock: the writer moves the mark before it takes the lock, so either this sees the new mark or
        // the writer finds the waker.
        if queue.durable() >= self.mark {
            return Poll::Ready(Ok(()));
        }
        if queue.is_over() {
            return Poll::Ready(Err(JournalDown));
        }
        let place = self.place.unwrap_or_else(|| {
            waiters.next = waiters.next.wrapping_add(1);
            (self.mark, waiters.next)
        });
        self.place = Some(place);
        waiters.sleeping.insert(place, context.waker().clone());
        Poll::Pending
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits on this thread.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

impl Drop for Reached {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.queue.waiters().sleeping.remove(&place);
        }
    }
}
