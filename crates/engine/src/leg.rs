//! What the pump pumps over: one end of a conversation as arrivals and departures. TCP, TLS and in-memory pipes are byte
//! legs; SSH channels and HTTP exchanges bring heads and a second lane.

use std::collections::VecDeque;
use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use wire::{Head, Lane};

use crate::limits::READ_AHEAD;

/// What came.
#[derive(Debug)]
pub enum Arrival {
    /// Bytes, now at the end of that lane's buffer.
    Data(Lane),
    /// A structured beginning.
    Head(Head),
    /// That side will send no more.
    End(Option<Head>),
}

/// What is to leave.
#[derive(Debug)]
pub enum Departure {
    /// Bytes.
    Data(Lane, Bytes),
    /// A structured beginning.
    Head(Head),
    /// No more will be sent.
    End,
}

/// The bytes that came and were not taken yet, by lane.
#[derive(Debug, Default)]
pub struct Lanes {
    main: BytesMut,
    second: BytesMut,
}

impl Lanes {
    /// The buffer of a lane: 0 is the main one, everything else the second.
    pub fn lane(&mut self, lane: Lane) -> &mut BytesMut {
        if lane == 0 { &mut self.main } else { &mut self.second }
    }

    /// Bytes in all lanes.
    pub fn len(&self) -> usize {
        self.main.len() + self.second.len()
    }

    /// Whether no lane holds bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives memory back while nothing is under way.
    pub(crate) fn rest(&mut self) {
        if self.is_empty() {
            *self = Self::default();
        }
    }
}

/// Any byte transport.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// One end of a conversation.
pub trait Leg: Send {
    /// Takes what came: bytes go to the end of a lane's buffer, at most `room` of them.
    fn poll_receive(&mut self, cx: &mut Context<'_>, lanes: &mut Lanes, room: usize) -> Poll<io::Result<Arrival>>;

    /// Sends from the front of `ready`, removing what has left; returns how many bytes that were. Pending when the peer
    /// takes none.
    fn poll_transmit(&mut self, cx: &mut Context<'_>, ready: &mut VecDeque<Departure>) -> Poll<io::Result<usize>>;

    /// Pushes out what a layer below holds back.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// The byte transport itself, to be wrapped in TLS; `None` when there is none below.
    fn into_io(self: Box<Self>) -> Option<Box<dyn Io>>;
}

/// A leg over a byte transport. Heads cannot occur on it.
pub struct ByteLeg<T> {
    io: T,
    chunk: usize,
}

/// A first read takes little memory; a busy leg grows to the read-ahead.
const FIRST_READ: usize = 4 * 1024;
/// Pieces handed to the transport in one call.
const SLICES: usize = 32;

impl<T: Io> ByteLeg<T> {
    /// A leg over `io`.
    pub fn new(io: T) -> Self {
        Self { io, chunk: FIRST_READ }
    }
}

impl<T: Io + 'static> Leg for ByteLeg<T> {
    fn poll_receive(&mut self, cx: &mut Context<'_>, lanes: &mut Lanes, room: usize) -> Poll<io::Result<Arrival>> {
        let buffer = lanes.lane(0);
        let want = self.chunk.min(room).max(1);
        buffer.reserve(want);
        let count = ready!(pin!((&mut self.io).take(want as u64).read_buf(buffer)).poll(cx))?;
        if count == want {
            self.chunk = (self.chunk * 2).min(READ_AHEAD);
        } else if count < self.chunk / 4 {
            self.chunk = (self.chunk / 2).max(FIRST_READ);
        }
        Poll::Ready(Ok(if count == 0 { Arrival::End(None) } else { Arrival::Data(0) }))
    }

    fn poll_transmit(&mut self, cx: &mut Context<'_>, ready: &mut VecDeque<Departure>) -> Poll<io::Result<usize>> {
        match ready.front() {
            None => return Poll::Ready(Ok(0)),
            Some(Departure::End) => {
                ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
                ready.pop_front();
                return Poll::Ready(Ok(0));
            }
            Some(Departure::Head(_)) => return Poll::Ready(Err(io::Error::other("a byte leg carries no heads"))),
            Some(Departure::Data(..)) => {}
        }
        let slices: Vec<IoSlice<'_>> = ready
            .iter()
            .take(SLICES)
            .map_while(|departure| match departure {
                Departure::Data(_, bytes) => Some(IoSlice::new(bytes)),
                _ => None,
            })
            .collect();
        let written = ready!(Pin::new(&mut self.io).poll_write_vectored(cx, &slices))?;
        if written == 0 && slices.iter().any(|slice| !slice.is_empty()) {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        remove(ready, written);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn into_io(self: Box<Self>) -> Option<Box<dyn Io>> {
        Some(Box::new(self.io))
    }
}

/// Takes `written` bytes off the front; empty pieces go with them.
fn remove(ready: &mut VecDeque<Departure>, mut written: usize) {
    while let Some(Departure::Data(_, bytes)) = ready.front_mut() {
        if bytes.len() > written {
            bytes.advance(written);
            return;
        }
        written -= bytes.len();
        ready.pop_front();
    }
}
