//! One end of a conversation: its leg, the bytes that came and were not taken, and what is known of its state.

use std::collections::VecDeque;
use std::io;
use std::task::{Context, Poll};

use ports::Later;
use wire::Head;

use crate::leg::{Arrival, Departure, Lanes, Leg};
use crate::limits::READ_AHEAD;
use crate::tls::Secured;

/// The transport of an end.
pub(crate) enum Transport {
    /// None: a target that is not connected, or the client of a probe.
    None,
    /// Bytes flow.
    Open(Box<dyn Leg>),
    /// A TLS handshake is under way.
    Securing(Later<io::Result<Secured>>),
    /// Broken or shut.
    Gone,
}

/// What a step of an end brought.
pub(crate) enum Step {
    /// Nothing now.
    Idle,
    /// Something moved: so many bytes.
    Moved(usize),
    /// The transport broke.
    Broken,
}

/// One end.
pub(crate) struct End {
    pub(crate) transport: Transport,
    pub(crate) lanes: Lanes,
    /// A head that came, behind the bytes that came before it.
    pub(crate) head: Option<Head>,
    /// It will send no more; the trailing head, when there was one.
    pub(crate) finished: Option<Option<Head>>,
    /// The stream was told so.
    pub(crate) told: bool,
    /// Inside TLS.
    pub(crate) tls: bool,
    /// It takes nothing any more; what it has said may still be read.
    pub(crate) deaf: bool,
    unflushed: bool,
}

impl End {
    pub(crate) fn new(transport: Transport) -> Self {
        Self {
            transport,
            lanes: Lanes::default(),
            head: None,
            finished: None,
            told: false,
            tls: false,
            deaf: false,
            unflushed: false,
        }
    }

    /// Whether there is a transport, open or becoming secure.
    pub(crate) fn present(&self) -> bool {
        matches!(self.transport, Transport::Open(_) | Transport::Securing(_))
    }

    /// Takes what came, as long as less than `wants` (at least the read-ahead) is held.
    pub(crate) fn poll_receive(&mut self, cx: &mut Context<'_>, wants: usize) -> Step {
        if self.finished.is_some() || self.head.is_some() {
            return Step::Idle;
        }
        let Some(room) = wants.max(READ_AHEAD).checked_sub(self.lanes.len()).filter(|room| *room > 0) else {
            return Step::Idle;
        };
        let Transport::Open(leg) = &mut self.transport else { return Step::Idle };
        let before = self.lanes.len();
        match leg.poll_receive(cx, &mut self.lanes, room) {
            Poll::Pending => {
                self.lanes.rest();
                Step::Idle
            }
            Poll::Ready(Ok(arrival)) => {
                match arrival {
                    Arrival::Data(_) => {}
                    Arrival::Head(head) => self.head = Some(head),
                    Arrival::End(trailer) => self.finished = Some(trailer),
                }
                Step::Moved(self.lanes.len() - before)
            }
            Poll::Ready(Err(_)) => {
                self.finished = Some(None);
                Step::Broken
            }
        }
    }

    /// Sends what is ready. `flush_first`: what was sent must have left the process before more is.
    pub(crate) fn poll_transmit(
        &mut self,
        cx: &mut Context<'_>,
        ready: &mut VecDeque<Departure>,
        flush_first: bool,
    ) -> Step {
        let Transport::Open(leg) = &mut self.transport else { return Step::Idle };
        if self.unflushed && (flush_first || ready.is_empty()) {
            return match leg.poll_flush(cx) {
                Poll::Pending => Step::Idle,
                Poll::Ready(Ok(())) => {
                    self.unflushed = false;
                    Step::Moved(0)
                }
                Poll::Ready(Err(_)) => Step::Broken,
            };
        }
        if ready.is_empty() {
            return Step::Idle;
        }
        let before = ready.len();
        match leg.poll_transmit(cx, ready) {
            Poll::Pending => Step::Idle,
            Poll::Ready(Ok(0)) if before == ready.len() => Step::Idle,
            Poll::Ready(Ok(bytes)) => {
                self.unflushed = true;
                Step::Moved(bytes)
            }
            Poll::Ready(Err(_)) => Step::Broken,
        }
    }

    /// Its transport broke while writing. What it said before, a reason perhaps, can still be read.
    pub(crate) fn turn_deaf(&mut self) {
        self.deaf = true;
        self.unflushed = false;
    }

    /// Nothing is read from it any more either.
    pub(crate) fn hang_up(&mut self) {
        self.transport = Transport::Gone;
        self.lanes = Lanes::default();
        self.head = None;
        self.finished.get_or_insert(None);
        self.unflushed = false;
    }

    /// Whether everything given to the transport has left this process.
    pub(crate) fn flushed(&self) -> bool {
        !self.unflushed
    }

    /// Takes the open leg out, to be wrapped.
    pub(crate) fn take_leg(&mut self) -> Option<Box<dyn Leg>> {
        match std::mem::replace(&mut self.transport, Transport::Gone) {
            Transport::Open(leg) => Some(leg),
            other => {
                self.transport = other;
                None
            }
        }
    }
}
