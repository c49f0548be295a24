//! The relay: every command of the client is decided before it goes on, every answer of the target is one that is owed.
//!
//! `from_client` takes frames, `bound` holds a Bind until its Execute, `asked` says what is decided, `asking` asks, `refusal`
//! answers what was refused, `from_target` lets answers through (`flow`), `hearing` matches them with what is owed, `failing` knows
//! what an error ends, `limits` stops what is too large or takes too long, `copying` is about COPY, `ending` about the end,
//! `describing` and `readable` about the types and values of parameters. `names` knows what names stand for (`prepared`), `changes`
//! what SQL makes of them, and `behind` what an EXECUTE or a FETCH runs.
//! `veiling` masks the result of one command and `copied` the data of a COPY, `veils` has both done where answers come;
//! `telling` says which words of the target are the client's to read.

mod asked;
mod asking;
mod behind;
mod bound;
mod changes;
mod copied;
mod copying;
mod credentials;
mod describing;
mod ending;
mod expected;
mod failing;
mod flow;
mod from_client;
mod from_target;
mod hearing;
mod limits;
mod names;
mod owed;
mod prepared;
mod readable;
mod refusal;
mod running;
mod said;
mod telling;
mod tracked;
mod veiling;
mod veils;

use std::time::Instant;

use bytes::Bytes;
use model::{Limits, Public};
use wire::{Input, InterruptKey, Out, Side, Stop, Why};

use crate::conversation::{Next, Over, Setting, Stage};
use crate::fault::Fault;
use crate::frame::HEADER;
use crate::message::ready::Transaction;

use asking::Question;
use bound::Bound;
use from_target::Passing;
use limits::Overrun;
use names::Names;
use owed::Owed;
use running::Running;
use telling::Scrub;
pub(crate) use tracked::Tracked;

/// Which messages of the client are dropped until its next Sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Skip {
    No,
    /// None would be answered: an extended message failed, or was refused.
    UntilSync,
    /// The same, but the target may have a Sync already, and then a ReadyForQuery ends it.
    UntilReady,
}

/// A conversation in full swing.
pub(crate) struct Relay {
    limits: Limits,
    tracked: Tracked,
    /// The target's key, for cancelling.
    key: Option<InterruptKey>,
    /// A statement name that nobody can have given.
    impossible: Bytes,
    /// As the last ReadyForQuery said.
    transaction: Transaction,
    /// Extended messages went out since the last Sync.
    unsynced: bool,
    /// One of them was an Execute.
    ran: bool,
    skip: Skip,
    /// The target waits for COPY data, and the client has not ended it.
    copy_in: bool,
    /// How many ReadyForQuery may come that nothing owes: Syncs that a failed COPY has perhaps not swallowed.
    stray: usize,
    /// How many Sync and Query messages went out.
    boundary: u64,
    replies: Owed,
    names: Names,
    /// Whether the target's own words may hold values that are masked.
    scrub: Scrub,
    question: Option<Question>,
    /// A command has passed a limit, and the client has not been told yet.
    overrun: Option<Overrun>,
    /// A command has run for as long as it may; it may be one that waits for its turn.
    late: bool,
    /// A cancel of ours is on its way, and could hit whatever runs.
    cancelling: bool,
    /// A Bind that waits for its Execute.
    bound: Option<Bound>,
    /// A large frame of the target that is passing in pieces.
    passing: Option<Passing>,
    /// Ours, waiting for the end of that frame.
    deferred: Vec<Bytes>,
    client_need: usize,
    target_need: usize,
    draining: Option<Public>,
    /// The client said goodbye.
    leaving: bool,
    /// The client is gone: what it pipelined behind a held command must not run without it.
    gone: bool,
    /// The client vanished; when what still runs for it is cancelled.
    give_up: Option<Instant>,
    over: bool,
}

impl Relay {
    pub(crate) fn new(setting: &mut Setting, tracked: Tracked, key: Option<InterruptKey>) -> Result<Self, Fault> {
        let random = u128::from_be_bytes(setting.entropy.take::<16>()?);
        Ok(Self {
            limits: setting.limits,
            tracked,
            key,
            impossible: Bytes::from(format!("signet refused {random:032x}")),
            transaction: Transaction::Idle,
            unsynced: false,
            ran: false,
            skip: Skip::No,
            copy_in: false,
            stray: 0,
            boundary: 0,
            replies: Owed::default(),
            names: Names::new(&setting.limits),
            scrub: Scrub::default(),
            question: None,
            overrun: None,
            late: false,
            cancelling: false,
            bound: None,
            passing: None,
            deferred: Vec::new(),
            client_need: HEADER,
            target_need: HEADER,
            draining: None,
            leaving: false,
            gone: false,
            give_up: None,
            over: false,
        })
    }

    /// Says something of ours to the client, at the next frame boundary.
    fn say(&mut self, bytes: Bytes, out: &mut dyn Out) {
        if self.passing.is_some() {
            self.deferred.push(bytes);
        } else {
            out.send(Side::Client, 0, bytes, Why::Reply);
        }
    }

    /// Sends what needs no question.
    fn plumb(&mut self, name: &'static str, frame: Bytes, out: &mut dyn Out) {
        out.send(Side::Target, 0, frame, Why::Plumbing(name));
    }

    /// The next Sync or Query goes out.
    fn next_boundary(&mut self) -> u64 {
        self.boundary = self.boundary.saturating_add(1);
        self.boundary
    }

    /// Whether commands are under way that may have changed a setting of which no report has come.
    fn under_way(&self) -> bool {
        self.unsynced || !self.replies.is_empty()
    }
}

impl Stage for Relay {
    fn input(&mut self, setting: &mut Setting, input: Input<'_>, out: &mut dyn Out) -> Result<Next, Fault> {
        match input {
            Input::Data(Side::Client, _, buffer) => self.client(buffer, out)?,
            Input::Data(Side::Target, _, buffer) => self.target(buffer, out)?,
            Input::Answer(ticket, answer) => self.answer(ticket, answer, out)?,
            Input::Cancel => self.cancel(out)?,
            Input::End(Side::Client, _) => self.client_left(setting.now, out),
            Input::End(Side::Target, _) => self.target_left(out)?,
            Input::Stop(Stop::Cut(public)) => self.cut(&public, out),
            Input::Stop(Stop::Drain(public)) => self.draining = Some(public),
            Input::Wake => self.give_up(setting.now, out),
            Input::Overdue(ticket) => self.overdue(ticket),
            Input::Probed => self.cancelling = false,
            Input::Secured(..) | Input::Head(..) => {}
        }
        self.stop_what_is_overdue(out);
        self.leave_when_done(out);
        self.drain(out);
        Ok(self.over.then(|| Box::new(Over) as Box<dyn Stage>))
    }

    fn wants(&self, from: Side) -> usize {
        match from {
            Side::Client if self.takes_from_client() => self.client_need,
            Side::Client => 0,
            Side::Target => self.target_need,
        }
    }

    fn holds(&self) -> usize {
        let held = self.replies.running().map_or(0, Running::holds);
        self.names.bytes().saturating_add(self.bound.as_ref().map_or(0, Bound::size)).saturating_add(held)
    }

    fn wake_at(&self) -> Option<Instant> {
        self.give_up.filter(|_| !self.over)
    }

    fn may_speak(&self) -> bool {
        self.passing.is_none()
    }

    fn abandon(&mut self, out: &mut dyn Out) {
        self.withdraw(out);
        self.settle_the_rest(out);
    }
}
