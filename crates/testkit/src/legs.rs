//! In-memory legs with lanes and heads: the engine holds one end, the test the other.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use engine::{Arrival, Departure, Io, Lanes, Leg, Trunk};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use wire::{Head, Lane};

use crate::peer::{Heard, Peer, Said};

/// The engine's end.
pub struct MemoryLeg {
    pipe: Arc<Mutex<Pipe>>,
}

/// The test's end. May be cloned; dropping it does not end the leg.
#[derive(Clone)]
pub struct Remote {
    pipe: Arc<Mutex<Pipe>>,
}

#[derive(Default)]
struct Pipe {
    /// Said by the peer, not taken by the engine.
    said: VecDeque<Said>,
    /// Everything that the engine sent.
    heard: BTreeMap<Lane, Vec<u8>>,
    heads: Vec<Head>,
    ended: bool,
    broken: bool,
    deaf: bool,
    stalled: bool,
    peer: Option<Box<dyn Peer>>,
    /// Called when the peer has heard something.
    then: Option<Box<dyn Fn() + Send>>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Pipe {
    fn says(&mut self, said: impl IntoIterator<Item = Said>) {
        self.said.extend(said);
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    fn hears(&mut self, departure: Departure) {
        let mut said = Vec::new();
        let heard = match &departure {
            Departure::Data(lane, bytes) => Heard::Bytes(*lane, bytes),
            Departure::Head(head) => Heard::Head(head),
            Departure::End => Heard::End,
        };
        if let Some(peer) = &mut self.peer {
            peer.hears(heard, &mut said);
        }
        match departure {
            Departure::Data(lane, bytes) => self.heard.entry(lane).or_default().extend_from_slice(&bytes),
            Departure::Head(head) => self.heads.push(head),
            Departure::End => self.ended = true,
        }
        self.says(said);
    }
}

fn lock(pipe: &Mutex<Pipe>) -> MutexGuard<'_, Pipe> {
    pipe.lock().unwrap()
}

/// A leg and its other end.
pub fn pair() -> (MemoryLeg, Remote) {
    let pipe = Arc::new(Mutex::new(Pipe::default()));
    (MemoryLeg { pipe: Arc::clone(&pipe) }, Remote { pipe })
}

impl Remote {
    /// Puts a scripted peer behind this end; it says at once what it says of itself.
    pub fn attach(&self, mut peer: Box<dyn Peer>) {
        let mut said = Vec::new();
        peer.begin(&mut said);
        let mut pipe = lock(&self.pipe);
        pipe.peer = Some(peer);
        pipe.says(said);
    }

    /// Does something whenever the peer has heard something.
    pub fn then(&self, act: impl Fn() + Send + 'static) {
        lock(&self.pipe).then = Some(Box::new(act));
    }

    /// The other end of one more connection to the same peer.
    pub fn aside(&self) -> Option<Box<dyn Peer>> {
        lock(&self.pipe).peer.as_mut()?.aside()
    }

    /// Tells the peer that something happened on another connection.
    pub fn nudge(&self) {
        let mut pipe = lock(&self.pipe);
        let mut said = Vec::new();
        if let Some(peer) = &mut pipe.peer {
            peer.nudged(&mut said);
        }
        pipe.says(said);
    }

    /// Says bytes on the main lane.
    pub fn say(&self, bytes: impl Into<Bytes>) {
        lock(&self.pipe).says([Said::Bytes(0, bytes.into())]);
    }

    /// Says anything.
    pub fn says(&self, said: Said) {
        lock(&self.pipe).says([said]);
    }

    /// The connection breaks.
    pub fn break_off(&self) {
        let mut pipe = lock(&self.pipe);
        pipe.broken = true;
        pipe.says([]);
    }

    /// From now on what is sent to it fails; what it says can be read.
    pub fn turn_deaf(&self) {
        lock(&self.pipe).deaf = true;
    }

    /// From now on nothing is taken, or everything again.
    pub fn stall(&self, stalled: bool) {
        let mut pipe = lock(&self.pipe);
        pipe.stalled = stalled;
        if let Some(writer) = pipe.writer.take() {
            writer.wake();
        }
    }

    /// All bytes that came on a lane.
    pub fn heard(&self, lane: Lane) -> Vec<u8> {
        lock(&self.pipe).heard.get(&lane).cloned().unwrap_or_default()
    }

    /// All heads that came.
    pub fn heads(&self) -> Vec<Head> {
        lock(&self.pipe).heads.clone()
    }

    /// Whether the engine has ended this leg.
    pub fn ended(&self) -> bool {
        lock(&self.pipe).ended
    }

    /// Bytes that were said and that the engine has not taken: what back-pressure has kept out.
    pub fn untaken(&self) -> usize {
        let count = |said: &Said| if let Said::Bytes(_, bytes) = said { bytes.len() } else { 0 };
        lock(&self.pipe).said.iter().map(count).sum()
    }

    /// What the peer was made to do.
    pub fn effects(&self) -> Vec<String> {
        lock(&self.pipe).peer.as_ref().map(|peer| peer.effects()).unwrap_or_default()
    }
}

impl Leg for MemoryLeg {
    fn poll_receive(&mut self, cx: &mut Context<'_>, lanes: &mut Lanes, room: usize) -> Poll<io::Result<Arrival>> {
        let mut pipe = lock(&self.pipe);
        if pipe.broken {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        match pipe.said.pop_front() {
            None | Some(Said::Cancel) => {
                pipe.reader = Some(cx.waker().clone());
                Poll::Pending
            }
            Some(Said::Bytes(lane, mut bytes)) => {
                let rest = bytes.split_off(bytes.len().min(room));
                if !rest.is_empty() {
                    pipe.said.push_front(Said::Bytes(lane, rest));
                }
                lanes.lane(lane).extend_from_slice(&bytes);
                Poll::Ready(Ok(Arrival::Data(lane)))
            }
            Some(Said::Head(head)) => Poll::Ready(Ok(Arrival::Head(head))),
            Some(Said::End) => Poll::Ready(Ok(Arrival::End(None))),
        }
    }

    fn poll_transmit(&mut self, cx: &mut Context<'_>, ready: &mut VecDeque<Departure>) -> Poll<io::Result<usize>> {
        let mut pipe = lock(&self.pipe);
        if pipe.broken || pipe.deaf {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if pipe.stalled {
            pipe.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let mut sent = 0;
        for departure in ready.drain(..) {
            if let Departure::Data(_, bytes) = &departure {
                sent += bytes.len();
            }
            pipe.hears(departure);
        }
        let then = pipe.then.take();
        drop(pipe);
        if let Some(then) = then {
            then();
            lock(&self.pipe).then = Some(then);
        }
        Poll::Ready(Ok(sent))
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn into_io(self: Box<Self>) -> Option<Box<dyn Io>> {
        None
    }
}

/// The same end as a byte transport, for what arrives at a gateway as a connection. Heads and other lanes cannot occur on it.
impl AsyncRead for MemoryLeg {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut lanes = Lanes::default();
        if let Arrival::Data(lane) = ready!(self.poll_receive(cx, &mut lanes, buffer.remaining()))? {
            buffer.put_slice(lanes.lane(lane));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for MemoryLeg {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut ready = VecDeque::from([Departure::Data(0, Bytes::copy_from_slice(bytes))]);
        self.poll_transmit(cx, &mut ready)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_transmit(cx, &mut VecDeque::from([Departure::End])).map_ok(|_| ())
    }
}

/// A toy connection that carries many streams: each is a leg of its own.
pub struct MemoryTrunk {
    streams: mpsc::UnboundedReceiver<MemoryLeg>,
}

/// The client's end of a trunk; dropping it means that no more streams are opened.
pub struct Opener {
    streams: mpsc::UnboundedSender<MemoryLeg>,
}

/// A trunk and its other end.
pub fn trunk() -> (MemoryTrunk, Opener) {
    let (sender, streams) = mpsc::unbounded_channel();
    (MemoryTrunk { streams }, Opener { streams: sender })
}

impl Opener {
    /// Opens a stream with that client at its end.
    pub fn open(&self, client: Box<dyn Peer>) -> Remote {
        let (leg, remote) = pair();
        remote.attach(client);
        assert!(self.streams.send(leg).is_ok(), "the gateway takes no more streams");
        remote
    }
}

impl Trunk for MemoryTrunk {
    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<Option<Box<dyn Leg>>> {
        self.streams.poll_recv(cx).map(|leg| leg.map(|leg| Box::new(leg) as Box<dyn Leg>))
    }
}
