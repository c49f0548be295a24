//! What a stream makes happen: the engine's `Out`. It puts the gates into the queues and checks every reason, so that a
//! protocol can neither forget evidence nor reach a target without leave.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use model::{Action, ActionText, Durability, Event, HoldEnded, Outcome, Public, StreamId};
use ports::Mark;
use wire::{Ask, Go, Head, InterruptKey, Lane, Manifest, Mint, Out, Probe, Side, Stream, Ticket, Why};

use super::hold::{Waiting, withdrawn};
use super::queue::{Item, Queue};
use super::tap::Tap;
use super::tickets::Tickets;
use crate::chain::Chain;
use crate::clock;
use crate::leg::Departure;
use crate::metrics::Metrics;

/// A mark that no record will ever have.
const NEVER: Mark = Mark(u64::MAX);
/// Probes of one stream at once; more of the same would do nothing that these do not.
const PROBES: usize = 8;

/// The effects of a stream's turn, in order.
pub(crate) struct Outbox {
    pub(crate) client: Queue,
    pub(crate) target: Queue,
    pub(crate) questions: VecDeque<(Ticket, Ask)>,
    pub(crate) tickets: Tickets,
    pub(crate) keys: Vec<InterruptKey>,
    pub(crate) successor: Option<Box<dyn Stream>>,
    pub(crate) closed: Option<&'static str>,
    /// An inner rule was broken; the session ends.
    pub(crate) fault: Option<&'static str>,
    pub(crate) journal_down: bool,
    /// A command has ended since the last turn.
    pub(crate) ended: bool,
    /// Sides on which TLS was asked for and has not begun: nothing more is read there.
    pub(crate) securing: HashSet<Side>,
    pub(crate) mint: Mint,
    pub(crate) chain: Arc<Chain>,
    pub(crate) stream: StreamId,
    /// Probes that wait or are under way; the session waits for them before it ends.
    pub(crate) probes: usize,
    pub(crate) durability: Durability,
    manifest: &'static Manifest,
    metrics: Arc<Metrics>,
    next_ticket: u64,
    target_open: bool,
}

impl Outbox {
    pub(crate) fn new(
        chain: Arc<Chain>,
        manifest: &'static Manifest,
        mint: Mint,
        durability: Durability,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            client: Queue::default(),
            target: Queue::default(),
            questions: VecDeque::new(),
            tickets: Tickets::default(),
            keys: Vec::new(),
            successor: None,
            closed: None,
            fault: None,
            journal_down: false,
            ended: false,
            securing: HashSet::new(),
            mint,
            chain,
            stream: StreamId(0),
            probes: 0,
            durability,
            manifest,
            metrics,
            next_ticket: 0,
            target_open: false,
        }
    }

    /// From now on bytes may be queued for the target.
    pub(crate) fn open_target(&mut self) {
        self.target_open = true;
    }

    pub(crate) fn queue(&mut self, side: Side) -> &mut Queue {
        match side {
            Side::Client => &mut self.client,
            Side::Target => &mut self.target,
        }
    }

    /// Writes a record. When the journal takes none, nothing that is queued from now on ever leaves, and the session ends.
    pub(crate) fn record(&mut self, event: Event) -> Option<Mark> {
        if matches!(event, Event::SigninRefused { .. }) {
            self.metrics.signins_refused.inc();
        }
        let written = self.chain.append(event);
        if written.is_err() {
            self.journal_down = true;
            self.client.gate(NEVER);
            self.target.gate(NEVER);
        }
        written.ok()
    }

    /// Writes down a refusal that the stream brought about; what the client is told next waits for it.
    fn refusal(&mut self, event: Event) {
        if let Some(mark) = self.record(event) {
            self.gate_client(mark);
        }
    }

    /// What is queued for the client from now on waits for that record, in every mode in which anything waits.
    pub(crate) fn gate_client(&mut self, mark: Mark) {
        if self.durability != Durability::Async {
            self.client.gate(mark);
        }
    }

    /// Takes down what the client is shown of a command, if there is such a command.
    fn show(&mut self, ticket: Ticket, bytes: &[u8]) -> bool {
        let Some(granted) = self.tickets.granted_mut(ticket) else {
            self.fault = self.fault.or(Some("an answer to a command that was not allowed or has ended"));
            return false;
        };
        let (command, record) = (granted.command, granted.record);
        let tap = granted.tap.get_or_insert_with(|| Box::new(Tap::new(record)));
        tap.take(bytes);
        let parts: Vec<_> = std::iter::from_fn(|| tap.part()).collect();
        for (part, bytes) in parts {
            self.record(Event::ResultPart { stream: self.stream, command, part, bytes });
        }
        true
    }

    /// Writes down what the client is shown outside of any answer; it leaves behind that record.
    fn show_unasked(&mut self, bytes: &Bytes) {
        if let Some(mark) = self.record(Event::Shown { stream: self.stream, bytes: bytes.clone() }) {
            self.gate_client(mark);
        }
    }

    /// The target is out of bounds from now on: what waits for it is dropped, and nothing more is queued.
    pub(crate) fn forsake_target(&mut self) {
        self.target.clear();
        self.probes -= self.target.asides();
        self.target.forget_asides();
        // Nothing is left behind a gate, so that the end of our side can leave.
        self.target.open_gates();
        self.target_open = false;
    }

    /// Checks the reason for sending, and closes the gate that a command stands behind.
    fn admits(&mut self, to: Side, why: Why<'_>) -> bool {
        if to == Side::Client {
            return true;
        }
        let problem = match why {
            _ if !self.target_open => Some("bytes for a target that no permit opened"),
            Why::Reply | Why::Unasked | Why::Answer(_) => Some("an answer towards the target"),
            Why::Plumbing(name) if self.manifest.plumbing.iter().all(|(known, _)| *known != name) => {
                Some("plumbing that is not in the manifest")
            }
            Why::Plumbing(_) => None,
            Why::Command(go) if !self.mint.made(go) => Some("a leave that the decide step did not make"),
            Why::Command(go) => match self.tickets.granted_mut(go.ticket()) {
                None => Some("a leave that was used up"),
                Some(granted) => {
                    granted.unsent = None;
                    if granted.gated {
                        self.target.gate(granted.mark);
                    }
                    None
                }
            },
        };
        self.fault = self.fault.or(problem);
        problem.is_none()
    }
}

impl Out for Outbox {
    fn ask(&mut self, pauses: Side, ask: Ask) -> Ticket {
        self.next_ticket += 1;
        let ticket = Ticket::new(self.next_ticket);
        if !matches!(ask, Ask::Interrupt(_)) {
            self.tickets.asked(ticket, pauses);
        }
        self.questions.push_back((ticket, ask));
        ticket
    }

    fn withdraw(&mut self, ticket: Ticket) {
        let Some(Waiting { command, action, policies, policy_version, .. }) = self.tickets.withdraw(ticket) else {
            return;
        };
        // What the client is told of it waits for these records.
        self.metrics.waiting.dec();
        let stream = self.stream;
        self.record(Event::HoldEnded { stream, command, how: HoldEnded::Withdrawn, by: Vec::new(), reason: None });
        let (action, reason, command) = (ActionText::from(&action), withdrawn(), Some(command));
        self.refusal(Event::Refusal { stream, command, action, reason, policies, policy_version });
    }

    fn refused(&mut self, action: &Action, reason: &Public) {
        self.metrics.commands.get_or_create(&vec![("verdict", "refused")]).inc();
        self.refusal(Event::Refusal {
            stream: self.stream,
            command: None,
            action: ActionText::from(action),
            reason: reason.clone(),
            policies: Vec::new(),
            policy_version: String::new(),
        });
    }

    fn send(&mut self, to: Side, lane: Lane, bytes: Bytes, why: Why<'_>) {
        if self.admits(to, why) {
            match why {
                // What cannot be taken down is not shown.
                Why::Answer(ticket) if !self.show(ticket, &bytes) => return,
                Why::Unasked => self.show_unasked(&bytes),
                _ => {}
            }
            self.queue(to).push(Item::Leave(Departure::Data(lane, bytes)));
        }
    }

    fn head(&mut self, to: Side, head: Head, why: Why<'_>) {
        if self.admits(to, why) {
            self.queue(to).push(Item::Leave(Departure::Head(head)));
        }
    }

    fn progress(&mut self, of: &Go, so_far: Outcome) {
        let Some(command) = self.tickets.granted(of.ticket()).map(|granted| granted.command) else {
            self.fault = self.fault.or(Some("progress of a command that was not allowed"));
            return;
        };
        self.record(Event::Progress { stream: self.stream, command, outcome: so_far });
    }

    fn outcome(&mut self, of: Go, outcome: Outcome, last: Bytes) {
        if !last.is_empty() {
            self.show(of.ticket(), &last);
        }
        let now = clock::now();
        let Some(granted) = self.tickets.ended(of.ticket(), now).filter(|_| self.mint.made(&of)) else {
            self.fault = self.fault.or(Some("the outcome of a command that was not allowed"));
            return;
        };
        self.ended = true;
        let shown = granted.tap.map(|tap| tap.finish());
        let outcome = Outcome { bytes: shown.as_ref().map_or(0, |shown| shown.total), ..outcome };
        self.metrics.masked.inc_by(outcome.masked.unwrap_or(0));
        let took = now.saturating_duration_since(granted.since).as_micros();
        let (stream, command, duration_us) = (self.stream, granted.command, u64::try_from(took).ok());
        if let Some(mark) = self.record(Event::Outcome { stream, command, outcome, duration_us, shown }) {
            self.gate_client(mark);
        }
        self.queue(Side::Client).push(Item::Leave(Departure::Data(0, last)));
    }

    fn secure(&mut self, side: Side) {
        if side == Side::Target && !self.target_open {
            self.fault = self.fault.or(Some("TLS with a target that no permit opened"));
            return;
        }
        self.securing.insert(side);
        self.queue(side).push(Item::Secure);
    }

    fn become_(&mut self, next: Box<dyn Stream>) {
        self.successor = Some(next);
    }

    fn aside(&mut self, probe: Probe) {
        if !self.target_open {
            return;
        }
        if self.probes == PROBES {
            self.metrics.probes_dropped.inc();
            return;
        }
        self.probes += 1;
        self.target.aside(probe);
    }

    fn interruptible(&mut self, key: InterruptKey) {
        self.keys.push(key);
    }

    fn end(&mut self, to: Side) {
        self.queue(to).push(Item::Leave(Departure::End));
    }

    fn close(&mut self, cause: &'static str) {
        self.closed.get_or_insert(cause);
    }
}

impl Drop for Outbox {
    /// A session that is cut while commands wait withdraws them.
    fn drop(&mut self) {
        self.metrics.waiting.dec_by(i64::try_from(self.tickets.waiting()).unwrap_or(0));
    }
}
