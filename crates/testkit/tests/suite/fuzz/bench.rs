//! A small engine for one stream: feeds it in pieces, answers it now or later, and disturbs it, all by choice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use model::{Challenge, Class, Mask, Public, Secret, TlsMode};
use testkit::driver::ada;
use testkit::masks::ByName;
use wire::{Answer, Ask, Input, Known, Opening, Plan, Protocol, Side, Stop, Stream, Ticket, TlsFacts, Upstream};

use super::choices::Choices;
use super::tell;
use super::watch::Watch;

/// Bytes of our own that one input may lead to: an error, a refusal, a greeting.
const OURS: usize = 1024;

/// The machine around a stream.
pub(super) struct Bench {
    stream: Box<dyn Stream>,
    pub(super) out: Watch,
    buffers: [BytesMut; 2],
    /// What was said in all.
    fed: usize,
    inputs: usize,
    ended: [bool; 2],
    /// Questions whose answer comes later.
    late: Vec<(Ticket, Side, Ask)>,
    /// The last command that has run for as long as it may.
    overdue: Option<Ticket>,
    now: Instant,
    cap: usize,
    over: bool,
    /// Whether the protocol says itself how commands ended that were under way at the end; else the engine seals them.
    pub(super) settles: bool,
    /// Nothing happens besides what is said, and questions are answered at once: then the cut must not matter.
    pub(super) calm: bool,
    /// A peer broke the protocol.
    pub(super) violated: bool,
}

fn at(side: Side) -> usize {
    usize::from(side == Side::Target)
}

fn reason() -> Public {
    Public::new(Class::Denied, "not here").with_hint("Ask somebody.")
}

fn told(input: &Input<'_>) -> String {
    match input {
        Input::Answer(ticket, Answer::Go(..)) => format!("allowed {ticket:?}"),
        Input::Answer(ticket, Answer::Refuse(_)) => format!("refused {ticket:?}"),
        Input::Answer(ticket, Answer::Waiting(_)) => format!("held {ticket:?}"),
        Input::Answer(ticket, _) => format!("answered {ticket:?}"),
        Input::End(side, _) => format!("the {side:?} ends"),
        Input::Cancel => "cancel".to_owned(),
        Input::Overdue(ticket) => format!("overdue {ticket:?}"),
        Input::Probed => "probes are over".to_owned(),
        Input::Stop(stop) => format!("stop {stop:?}"),
        _ => "something else".to_owned(),
    }
}

impl Bench {
    pub(super) fn new(protocol: &dyn Protocol, opening: Opening) -> Self {
        let cap = opening.limits.frame + 64;
        Self {
            stream: protocol.stream(opening),
            out: Watch::new(protocol.manifest()),
            buffers: [BytesMut::new(), BytesMut::new()],
            fed: 0,
            inputs: 0,
            ended: [false, false],
            late: Vec::new(),
            overdue: None,
            now: Instant::now(),
            cap,
            over: false,
            settles: true,
            calm: false,
            violated: false,
        }
    }

    /// What a side was sent so far.
    pub(super) fn sent(&self, to: Side) -> &[u8] {
        &self.out.sent[at(to)]
    }

    /// A side says something, in pieces; before each piece something else may happen.
    pub(super) fn say(&mut self, side: Side, bytes: &[u8], choices: &mut Choices<'_>) {
        let mut left = bytes;
        while !left.is_empty() && !self.over {
            self.disturb(choices);
            if self.over || self.ended[at(side)] || (side == Side::Target && !self.out.connected) {
                return;
            }
            let piece = if !self.calm && choices.once_in(3) { 1 + choices.below(left.len()) } else { left.len() };
            let (now, later) = left.split_at(piece);
            left = later;
            self.fed += now.len();
            self.out.said[at(side)].extend_from_slice(now);
            self.buffers[at(side)].extend_from_slice(now);
            self.take(choices);
        }
    }

    /// What may happen at any time.
    fn disturb(&mut self, choices: &mut Choices<'_>) {
        if self.calm {
            return;
        }
        if !self.late.is_empty() && choices.once_in(2) {
            self.answer_late(choices);
        }
        if choices.once_in(2) {
            self.probed(choices);
        }
        match choices.below(128) {
            127 => self.input(Input::Cancel, choices),
            126 => self.input(Input::Stop(Stop::Drain(reason())), choices),
            125 => self.input(Input::Stop(Stop::Cut(reason())), choices),
            124 => self.end(Side::Client, choices),
            123 if self.out.connected => self.end(Side::Target, choices),
            122 => self.wake(choices),
            118..=121 => self.run_over(choices),
            114..=117 => self.hold_on(choices),
            _ => return,
        }
        self.take(choices);
    }

    /// The probes that were sent are over.
    fn probed(&mut self, choices: &mut Choices<'_>) {
        if std::mem::take(&mut self.out.probing) {
            self.input(Input::Probed, choices);
            self.take(choices);
        }
    }

    /// The command whose turn it is has run for as long as it may: that is told once.
    fn run_over(&mut self, choices: &mut Choices<'_>) {
        if let Some(ticket) = self.out.first().filter(|first| self.overdue.is_none_or(|last| last < *first)) {
            self.overdue = Some(ticket);
            self.input(Input::Overdue(ticket), choices);
        }
    }

    /// A command that waits for a human waits on, and its client is told so.
    fn hold_on(&mut self, choices: &mut Choices<'_>) {
        let waits = self.late.iter().find(|(.., ask)| matches!(ask, Ask::Act(_)));
        if let Some(ticket) = waits.map(|(ticket, ..)| *ticket) {
            self.input(Input::Answer(ticket, Answer::Waiting(reason())), choices);
        }
    }

    fn answer_late(&mut self, choices: &mut Choices<'_>) {
        let place = choices.below(self.late.len());
        let (ticket, side, ask) = self.late.remove(place);
        self.reply(ticket, side, ask, choices);
        self.take(choices);
    }

    /// All is said: what waits is answered, both sides end, and then nothing may be left open.
    pub(super) fn finish(&mut self, choices: &mut Choices<'_>) {
        while !self.late.is_empty() && !self.over {
            self.answer_late(choices);
        }
        self.probed(choices);
        self.end(Side::Client, choices);
        while !self.late.is_empty() && !self.over {
            self.answer_late(choices);
        }
        self.probed(choices);
        if self.out.connected {
            self.end(Side::Target, choices);
            assert!(self.over, "both sides are gone and the conversation goes on");
        }
    }

    /// What nothing was damaged in must come to a good end, or a case proves nothing.
    pub(super) fn went_well(&self) {
        assert!(self.out.closed && self.out.given > 1, "a plain conversation did not go well");
        assert!(self.buffers.iter().all(BytesMut::is_empty), "bytes of a plain conversation were left");
    }

    fn end(&mut self, side: Side, choices: &mut Choices<'_>) {
        if !self.over && !std::mem::replace(&mut self.ended[at(side)], true) {
            self.input(Input::End(side, None), choices);
            self.take(choices);
        }
    }

    fn wake(&mut self, choices: &mut Choices<'_>) {
        self.now += Duration::from_secs(1);
        self.input(Input::Wake, choices);
    }

    /// The stream takes what it wants of both buffers, until it can do no more.
    fn take(&mut self, choices: &mut Choices<'_>) {
        let mut idle = 0;
        while !self.over {
            let Some(side) = [Side::Client, Side::Target].into_iter().find(|side| self.can_take(*side)) else { return };
            let (before, happened, wants) = (self.buffers[at(side)].len(), self.out.happened, self.stream.wants(side));
            let mut buffer = std::mem::take(&mut self.buffers[at(side)]);
            let whole = buffer.clone();
            self.input_data(side, &mut buffer, choices);
            assert!(whole.ends_with(&buffer), "bytes were changed in the buffer");
            let left = buffer.len();
            self.buffers[at(side)] = buffer;
            let moved = left < before || self.out.happened > happened || self.stream.wants(side) != wants;
            idle = if moved { 0 } else { idle + 1 };
            if !moved {
                assert!(
                    idle < 2,
                    "the stream wants {wants} bytes of the {side:?}, has {left}, and does nothing with them"
                );
            }
        }
    }

    fn can_take(&self, side: Side) -> bool {
        let wants = self.stream.wants(side);
        assert!(wants <= self.cap, "the stream wants {wants} bytes of the {side:?}, above every limit");
        let paused = self.late.iter().any(|(_, pauses, _)| *pauses == side);
        assert!(!paused || wants == 0, "the stream reads the {side:?} while a question of it is open");
        wants > 0 && self.buffers[at(side)].len() >= wants
    }

    fn input_data(&mut self, side: Side, buffer: &mut BytesMut, choices: &mut Choices<'_>) {
        tell(|| format!("{side:?} says {}", buffer.escape_ascii()));
        let done = self.stream.input(self.now, Input::Data(side, 0, buffer), &mut self.out);
        self.after(done.is_err(), choices);
    }

    fn input(&mut self, input: Input<'_>, choices: &mut Choices<'_>) {
        if !self.over {
            tell(|| told(&input));
            let done = self.stream.input(self.now, input, &mut self.out);
            self.after(done.is_err(), choices);
        }
    }

    /// What follows from every input.
    fn after(&mut self, violated: bool, choices: &mut Choices<'_>) {
        self.inputs += 1;
        self.violated |= violated;
        self.over |= violated || self.out.closed;
        for ticket in std::mem::take(&mut self.out.withdrawn) {
            self.late.retain(|(late, ..)| *late != ticket);
        }
        let sent = self.out.sent[0].len() + self.out.sent[1].len();
        assert!(sent <= 2 * self.fed + OURS * (self.inputs + self.out.happened), "more goes out than came in");
        if self.over {
            assert!(!self.settles || self.out.unsettled() == 0, "it ended and commands have no outcome");
            return;
        }
        if let Some(next) = self.out.next.take() {
            self.stream = next;
        }
        for side in std::mem::take(&mut self.out.securing) {
            // The engine ends a session in which bytes came before the handshake.
            if self.buffers[at(side)].is_empty() {
                self.input(Input::Secured(side, TlsFacts::default()), choices);
            } else {
                self.over = true;
            }
        }
        if self.calm && std::mem::take(&mut self.out.probing) {
            self.input(Input::Probed, choices);
        }
        for (ticket, side, ask) in std::mem::take(&mut self.out.asked) {
            if !self.out.is_open(ticket) {
                continue;
            }
            if !self.calm && choices.once_in(6) {
                self.late.push((ticket, side, ask));
            } else {
                self.reply(ticket, side, ask, choices);
            }
        }
    }

    fn reply(&mut self, ticket: Ticket, side: Side, ask: Ask, choices: &mut Choices<'_>) {
        let no = choices.once_in(6);
        let answer = match ask {
            Ask::Act(_) if !no && !self.calm && choices.once_in(8) => {
                self.late.push((ticket, side, ask));
                self.input(Input::Answer(ticket, Answer::Waiting(reason())), choices);
                return;
            }
            Ask::Act(_) if !no => {
                let mask = choices.once_in(8).then(|| Arc::new(ByName::new(&["*a*"])) as Arc<dyn Mask>);
                let max_rows = choices.once_in(12).then(|| u64::from(choices.byte() % 3));
                let max_bytes = choices.once_in(12).then(|| u64::from(choices.byte()));
                Answer::Go(self.out.go(ticket), Plan { mask, max_rows, max_bytes, meter: None })
            }
            _ if no => Answer::Refuse(reason()),
            Ask::Challenge { .. } => Answer::Challenge(Challenge { salt: b"salt".to_vec(), iterations: 4096 }),
            Ask::Identify(_) => Answer::Known(Known { principal: ada(), signature: Some([7; 32]) }),
            Ask::Derive(_) => Answer::Derived(Secret::new([7; 32])),
            _ => {
                self.out.connected = true;
                let tls = if choices.once_in(8) { TlsMode::VerifyFull } else { TlsMode::Disable };
                // The plain target asks for none, which is as it should be only when there is none.
                let password = (choices.below(2) > 0).then(|| Secret::new("hunter2"));
                Answer::Connected(Upstream { user: "app".to_owned(), password, tls, database: None })
            }
        };
        self.out.answered(ticket);
        self.input(Input::Answer(ticket, answer), choices);
    }
}
