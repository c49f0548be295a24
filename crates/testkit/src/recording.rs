//! Recordings of sessions as their stream saw them: a protocol that writes down what the engine feeds each of its streams,
//! and the way to feed it to a fresh stream again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use model::{Action, Outcome, Public};
use wire::{
    Ask, Entropy, Go, Head, Input, InterruptKey, Lane, Manifest, Opening, Out, Probe, Protocol, Side, Stream, Ticket,
    Violation, Why,
};

use crate::driver::{Cuts, Decide, Desk, Run, Setup, run};
use crate::peer::Said;
use crate::replay::Silent;

/// One session.
#[derive(Clone)]
pub struct Recording {
    /// The random bytes that the stream was born with.
    pub entropy: [u8; Entropy::BYTES],
    /// What both sides said, in the order in which the stream saw it.
    pub said: Vec<(Side, Said)>,
    /// What the stream sent to the client and to the target.
    pub sent: [Vec<u8>; 2],
    /// How many commands it asked about.
    pub asked: usize,
}

impl Recording {
    /// Bytes that both sides said.
    pub fn size(&self) -> usize {
        self.said.iter().map(|(_, said)| if let Said::Bytes(_, bytes) = said { bytes.len() } else { 0 }).sum()
    }

    /// The greeting whole, and after it the client alone: for replays in which the target is not to be heard.
    pub fn client_alone(&self) -> Vec<(Side, Said)> {
        let greeted = self.said.iter().position(|(side, _)| *side == Side::Target).unwrap_or(self.said.len());
        let spoke = |(side, _): &(Side, Said)| *side == Side::Client;
        let begun = self.said.iter().skip(greeted).position(spoke).map_or(self.said.len(), |at| greeted + at);
        let (greeting, rest) = self.said.split_at(begun);
        greeting.iter().chain(rest.iter().filter(|said| spoke(said))).cloned().collect()
    }
}

/// Feeds `said` to a fresh stream with the entropy of a recording; each piece when nothing else can happen any more, so that
/// the order between the sides stays as it was, however the pieces are cut.
pub fn replay(
    protocol: Arc<dyn Protocol>,
    opening: Opening,
    said: &[(Side, Said)],
    desk: Box<dyn Desk>,
    decide: Decide,
    cuts: Cuts,
) -> Run {
    run(Setup {
        protocol,
        opening,
        desk,
        decide,
        client: Box::new(Silent),
        target: Box::new(Silent),
        cuts,
        stop: None,
        script: said.iter().cloned().collect(),
    })
}

/// A protocol whose streams are recorded. Probes are not.
pub struct Recorder {
    protocol: Box<dyn Protocol>,
    kept: Kept,
}

type Kept = Arc<Mutex<Vec<Recording>>>;

impl Recorder {
    /// Records the streams of that protocol.
    pub fn new(protocol: impl Protocol) -> Self {
        Self { protocol: Box::new(protocol), kept: Kept::default() }
    }

    /// The sessions that are over.
    pub fn take(&self) -> Vec<Recording> {
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Protocol for Recorder {
    fn manifest(&self) -> &'static Manifest {
        self.protocol.manifest()
    }

    fn stream(&self, mut opening: Opening) -> Box<dyn Stream> {
        let entropy = opening.entropy.take::<{ Entropy::BYTES }>().unwrap();
        opening.entropy = Entropy::new(entropy);
        let recording = Recording { entropy, said: Vec::new(), sent: [Vec::new(), Vec::new()], asked: 0 };
        Box::new(Recorded { stream: self.protocol.stream(opening), recording, left: [0, 0], kept: self.kept.clone() })
    }

    fn probe(&self, probe: Probe, opening: Opening) -> Box<dyn Stream> {
        self.protocol.probe(probe, opening)
    }
}

struct Recorded {
    stream: Box<dyn Stream>,
    recording: Recording,
    /// Bytes of each side that the stream saw and did not take.
    left: [usize; 2],
    kept: Kept,
}

fn at(side: Side) -> usize {
    usize::from(side == Side::Target)
}

impl Recorded {
    fn data(
        &mut self,
        now: Instant,
        side: Side,
        lane: Lane,
        buffer: &mut BytesMut,
        out: &mut dyn Out,
    ) -> Result<(), Violation> {
        let new = &buffer[self.left[at(side)]..];
        if !new.is_empty() {
            self.recording.said.push((side, Said::Bytes(lane, Bytes::copy_from_slice(new))));
        }
        let mut tee = Tee { out, recording: &mut self.recording };
        let done = self.stream.input(now, Input::Data(side, lane, &mut *buffer), &mut tee);
        self.left[at(side)] = buffer.len();
        done
    }
}

impl Stream for Recorded {
    fn input(&mut self, now: Instant, input: Input<'_>, out: &mut dyn Out) -> Result<(), Violation> {
        match &input {
            Input::End(side, _) => self.recording.said.push((*side, Said::End)),
            Input::Head(side, head) => self.recording.said.push((*side, Said::Head(head.clone()))),
            Input::Cancel => self.recording.said.push((Side::Client, Said::Cancel)),
            _ => {}
        }
        match input {
            Input::Data(side, lane, buffer) => self.data(now, side, lane, buffer, out),
            other => self.stream.input(now, other, &mut Tee { out, recording: &mut self.recording }),
        }
    }

    fn wants(&self, from: Side) -> usize {
        self.stream.wants(from)
    }

    fn wake_at(&self) -> Option<Instant> {
        self.stream.wake_at()
    }

    fn holds(&self) -> usize {
        self.stream.holds()
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        let empty = Recording { entropy: [0; Entropy::BYTES], said: Vec::new(), sent: Default::default(), asked: 0 };
        let recording = std::mem::replace(&mut self.recording, empty);
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(recording);
    }
}

/// Writes down what is sent, and passes everything on.
struct Tee<'a> {
    out: &'a mut dyn Out,
    recording: &'a mut Recording,
}

impl Out for Tee<'_> {
    fn ask(&mut self, pauses: Side, ask: Ask) -> Ticket {
        self.recording.asked += usize::from(matches!(ask, Ask::Act(_)));
        self.out.ask(pauses, ask)
    }

    fn withdraw(&mut self, ticket: Ticket) {
        self.out.withdraw(ticket);
    }

    fn refused(&mut self, action: &Action, reason: &Public) {
        self.out.refused(action, reason);
    }

    fn send(&mut self, to: Side, lane: Lane, bytes: Bytes, why: Why<'_>) {
        self.recording.sent[at(to)].extend_from_slice(&bytes);
        self.out.send(to, lane, bytes, why);
    }

    fn head(&mut self, to: Side, head: Head, why: Why<'_>) {
        self.out.head(to, head, why);
    }

    fn progress(&mut self, of: &Go, so_far: Outcome) {
        self.out.progress(of, so_far);
    }

    fn outcome(&mut self, of: Go, outcome: Outcome, last: Bytes) {
        self.recording.sent[at(Side::Client)].extend_from_slice(&last);
        self.out.outcome(of, outcome, last);
    }

    fn secure(&mut self, side: Side) {
        self.out.secure(side);
    }

    fn become_(&mut self, next: Box<dyn Stream>) {
        self.out.become_(next);
    }

    fn aside(&mut self, probe: Probe) {
        self.out.aside(probe);
    }

    fn interruptible(&mut self, key: InterruptKey) {
        self.out.interruptible(key);
    }

    fn end(&mut self, to: Side) {
        self.out.end(to);
    }

    fn close(&mut self, cause: &'static str) {
        self.out.close(cause);
    }
}
