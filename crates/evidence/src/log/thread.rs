//! The thread that publishes each second, and has heads written every ten.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::clock::ClockState;
use super::files::Files;
use super::publisher::Publisher;
use super::source::Source;
use super::trouble::Trouble;

/// Between two publications.
const EACH: Duration = Duration::from_secs(1);
/// Publications from heads to heads.
const HEADS: u32 = 10;

/// What the publisher may do to the journal that it follows.
pub(crate) trait Grip: Send {
    /// Has heads recorded. Nothing is waited for: a journal that is full or has failed has none.
    fn heads(&self, clock: ClockState);

    /// Fails the journal: nothing may happen any more.
    fn fail(&self, reason: String);
}

/// How publishing goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Records that the newest checkpoint covers.
    pub published: u64,
    /// Why the last round did not come to its end; it is tried again each second.
    pub trouble: Option<String>,
}

/// A publisher at work. Dropping it publishes what is durable by then.
pub(crate) struct Publishing {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    standing: Arc<Mutex<Standing>>,
}

impl Publishing {
    /// Begins with a first round on this thread, so that a journal is not opened which does not continue what was signed.
    pub(crate) fn start<S: Source + 'static, F: Files + 'static, G: Grip + 'static>(
        publisher: Publisher<S, F>,
        grip: G,
    ) -> Result<Self, Trouble> {
        let run = Run::begin(publisher, grip)?;
        let standing = Arc::clone(&run.standing);
        let (stop, stopped) = channel();
        let thread = Builder::new().name("publisher".to_owned()).spawn(move || run.run(&stopped));
        let thread = thread.map_err(Trouble::file("starting the thread that publishes", Path::new("log")))?;
        Ok(Self { stop: Some(stop), thread: Some(thread), standing })
    }

    /// How it goes.
    pub(crate) fn standing(&self) -> Standing {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Publishing {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the publisher has already failed the journal.
            let _ = thread.join();
        }
    }
}

/// What the thread does.
pub(super) struct Run<S, F, G: Grip> {
    publisher: Publisher<S, F>,
    grip: G,
    standing: Arc<Mutex<Standing>>,
}

impl<S: Source, F: Files, G: Grip> Run<S, F, G> {
    /// The first round. What is wrong at the start is told at once, and not waited for.
    pub(super) fn begin(publisher: Publisher<S, F>, grip: G) -> Result<Self, Trouble> {
        let mut run = Self { publisher, grip, standing: Arc::default() };
        let done = run.publisher.round();
        run.tell(&done);
        done.map(|()| run)
    }

    fn run(mut self, stopped: &Receiver<()>) {
        for heads in (1..=HEADS).cycle().map(|round| round == HEADS) {
            let last = stopped.recv_timeout(EACH) != Err(RecvTimeoutError::Timeout);
            if heads && !last {
                self.grip.heads(ClockState::now());
            }
            if let Err(trouble) = self.round() {
                return self.grip.fail(trouble.to_string());
            }
            if last {
                return;
            }
        }
    }

    /// One round; an error is one that does not pass.
    pub(super) fn round(&mut self) -> Result<(), Trouble> {
        let done = self.publisher.round();
        self.tell(&done);
        done.or_else(|trouble| if trouble.passes() { Ok(()) } else { Err(trouble) })
    }

    fn tell(&self, done: &Result<(), Trouble>) {
        let trouble = done.as_ref().err().map(Trouble::to_string);
        let standing = Standing { published: self.publisher.published(), trouble };
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
    }

    /// How it goes.
    #[cfg(test)]
    pub(super) fn standing(&self) -> Standing {
        self.standing.lock().unwrap().clone()
    }
}

impl<S, F, G: Grip> Drop for Run<S, F, G> {
    fn drop(&mut self) {
        // Without a publisher the journal would grow until the disk is full.
        if std::thread::panicking() {
            self.grip.fail("the publisher of the log panicked".to_owned());
        }
    }
}
