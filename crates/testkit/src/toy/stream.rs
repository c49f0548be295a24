//! One conversation: hello, connect, then commands in a pipeline. Each command is asked about, forwarded or refused, and
//! answered in its turn.

use std::time::Instant;

use bytes::Bytes;
use model::{Class, Outcome, Proof, Public, Status};
use wire::{
    Answer, Ask, Claim, Go, Input, InterruptKey, Malformed, Opening, Out, Plan, Replies, Side, Stop, Stream, Ticket,
    Upstream, Violation, Wanted, Why,
};

use super::frame::{self, Frame, Framer, tag};
use super::results::{Owed, Running, fault};
use super::{actions, watch::Watch};

/// How far a conversation has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The client has yet to say who it is.
    Hello,
    /// A question of the sign-in is open, or the target's TLS is beginning.
    SigningIn,
    /// The target has been greeted and has yet to answer.
    Greeting,
    /// Commands and answers.
    Commands,
    /// Raw bytes may follow, so no more commands are taken.
    Upgrading,
    /// Said goodbye.
    Over,
}

/// One conversation.
pub(super) struct ToyStream {
    pub(super) opening: Opening,
    pub(super) phase: Phase,
    pub(super) client: Framer,
    pub(super) target: Framer,
    pub(super) wanted: Wanted,
    pub(super) upstream: Option<Upstream>,
    /// The command that is being asked about.
    pub(super) asked: Option<(Ticket, Frame)>,
    pub(super) replies: Replies<Owed>,
    /// Whether a transaction may be open when all that was forwarded has been carried out. It follows from what was
    /// forwarded alone, so that what happens does not depend on when answers come.
    pub(super) in_transaction: bool,
    pub(super) target_key: Bytes,
    pub(super) client_ended: bool,
    pub(super) draining: Option<Public>,
    /// A command whose result may be too large is under way: nothing is forwarded behind it.
    pub(super) limited: bool,
    /// A cancel of ours is under way, and would hit whatever is sent behind it.
    pub(super) cancelling: bool,
    /// A conversation that began with a head.
    pub(super) watch: Option<Watch>,
}

impl ToyStream {
    pub(super) fn new(opening: Opening) -> Self {
        Self {
            opening,
            phase: Phase::Hello,
            client: Framer::default(),
            target: Framer::default(),
            wanted: Wanted::default(),
            upstream: None,
            asked: None,
            replies: Replies::default(),
            in_transaction: false,
            target_key: Bytes::new(),
            client_ended: false,
            draining: None,
            limited: false,
            cancelling: false,
            watch: None,
        }
    }

    // --- The client speaks. ---

    fn client_frame(&mut self, frame: Frame, out: &mut dyn Out) -> Result<(), Malformed> {
        match (self.phase, frame.tag) {
            (Phase::Hello, tag::TLS) => {
                out.send(Side::Client, 0, frame.bytes, Why::Reply);
                out.secure(Side::Client);
            }
            (Phase::Hello, tag::HELLO) => self.hello(&frame, out)?,
            (Phase::Hello, tag::CANCEL) => {
                out.ask(Side::Client, Ask::Interrupt(InterruptKey(Bytes::copy_from_slice(frame.body()))));
                self.close("cancel", out);
            }
            (Phase::Hello, _) => return Err(Malformed("the first message is hello")),
            (_, tag::QUIT) => self.client_ended = true,
            _ => {
                let ticket = out.ask(Side::Client, Ask::Act(actions::of(&frame)));
                self.asked = Some((ticket, frame));
            }
        }
        Ok(())
    }

    fn hello(&mut self, frame: &Frame, out: &mut dyn Out) -> Result<(), Malformed> {
        let mut reader = frame.reader();
        let user = String::from_utf8_lossy(reader.c_str()?).into_owned();
        let resource = String::from_utf8_lossy(reader.c_str()?).into_owned();
        self.wanted.resource = Some(resource).filter(|name| !name.is_empty());
        self.phase = Phase::SigningIn;
        if self.opening.principal.is_some() {
            out.ask(Side::Client, Ask::Connect(self.wanted.clone()));
            return Ok(());
        }
        let client_proof = reader.bytes(32)?.try_into().map_err(|_| Malformed("a proof has 32 bytes"))?;
        reader.finish()?;
        let proof = Proof::Scram { auth_message: user.clone().into_bytes(), client_proof };
        out.ask(Side::Client, Ask::Identify(Claim { user, proof }));
        Ok(())
    }

    // --- The engine answers. ---

    fn answer(&mut self, ticket: Ticket, answer: Answer, out: &mut dyn Out) {
        match answer {
            Answer::Known(_) => {
                out.ask(Side::Client, Ask::Connect(self.wanted.clone()));
            }
            Answer::Connected(upstream) if upstream.tls == model::TlsMode::Disable => self.greet(&upstream, out),
            Answer::Connected(upstream) => {
                self.upstream = Some(upstream);
                out.secure(Side::Target);
            }
            Answer::Waiting(notice) => self.tell(frame::write(tag::NOTICE, notice.to_string().as_bytes()), out),
            Answer::Refuse(why) if self.phase == Phase::SigningIn => {
                self.tell(frame::refusal(&why), out);
                self.close("refused", out);
            }
            Answer::Refuse(why) => {
                if self.asked.take_if(|(asked, _)| *asked == ticket).is_some() {
                    self.refuse(&why, out);
                }
            }
            Answer::Go(go, plan) => {
                if let Some((_, frame)) = self.asked.take_if(|(asked, _)| *asked == ticket) {
                    self.forward(frame, go, plan, out);
                }
            }
            Answer::Challenge(_) | Answer::Derived(_) => {}
        }
    }

    fn greet(&mut self, upstream: &Upstream, out: &mut dyn Out) {
        let password = upstream.password.as_ref().map(model::Secret::reveal).unwrap_or_default();
        let hello = frame::write(tag::HELLO, &[upstream.user.as_bytes(), b"\0", password].concat());
        out.send(Side::Target, 0, hello, Why::Plumbing("hello"));
        self.phase = Phase::Greeting;
    }

    /// The one place where a command leaves for the target: with a `Go`, and as the bytes that were asked about.
    fn forward(&mut self, frame: Frame, go: Go, plan: Plan, out: &mut dyn Out) {
        match frame.tag {
            tag::UPGRADE if plan.mask.is_some() || plan.is_limited() => {
                out.outcome(go, Outcome::of(Status::NotRun), Bytes::new());
                return self.refuse(&Public::new(Class::Denied, "raw bytes can be neither masked nor limited"), out);
            }
            tag::UPGRADE => self.phase = Phase::Upgrading,
            tag::COMMIT => self.in_transaction = false,
            tag::GET | tag::SET => {}
            // Begins a transaction, or might.
            _ => self.in_transaction = true,
        }
        self.limited |= plan.is_limited();
        out.send(Side::Target, 0, frame.bytes, Why::Command(&go));
        self.replies.target(Owed::Command(Box::new(Running::new(go, plan))));
    }

    /// A refusal has the effect of an error of the target: inside a transaction the target must fail too, so it is sent a
    /// message that it refuses without effect (a SET without a key), and its error is rewritten into ours.
    pub(super) fn refuse(&mut self, why: &Public, out: &mut dyn Out) {
        if self.in_transaction {
            out.send(Side::Target, 0, frame::write(tag::SET, b"\0"), Why::Plumbing("refused"));
            self.replies.target(Owed::Refused(format!("signet: {why}")));
        } else {
            let due = self.replies.ours(frame::refusal(why));
            due.into_iter().for_each(|answer| self.tell(answer, out));
        }
    }

    pub(super) fn tell(&self, message: Bytes, out: &mut dyn Out) {
        out.send(Side::Client, 0, message, Why::Reply);
    }

    fn step(&mut self, input: Input<'_>, out: &mut dyn Out) -> Result<(), Violation> {
        let limits = &self.opening.limits;
        let greets = matches!(self.phase, Phase::Hello | Phase::SigningIn | Phase::Greeting);
        let cap = if greets { limits.handshake_frame } else { limits.frame };
        match input {
            Input::Data(Side::Client, _, buffer) => {
                let taken = self.client.take(buffer, cap);
                let done = taken.and_then(|frame| frame.map_or(Ok(()), |frame| self.client_frame(frame, out)));
                done.map_err(|why| fault(Side::Client, why))?;
            }
            Input::Data(Side::Target, _, buffer) => {
                let taken = self.target.take(buffer, cap);
                let done = taken.and_then(|frame| frame.map_or(Ok(()), |frame| self.target_frame(&frame, out)));
                done.map_err(|why| fault(Side::Target, why))?;
            }
            Input::Answer(ticket, answer) => self.answer(ticket, answer, out),
            Input::Secured(Side::Target, facts) => {
                if let Some(mut upstream) = self.upstream.take() {
                    upstream.password = facts.password;
                    self.greet(&upstream, out);
                }
            }
            Input::Cancel if self.asked.is_some() => {
                self.withdraw(&Public::new(Class::Cancelled, "cancelled by the client"), out);
            }
            Input::Cancel => self.cancel_what_runs(out),
            Input::Overdue(ticket) => self.overdue(ticket, out),
            Input::Probed => self.cancelling = false,
            Input::Stop(Stop::Drain(why)) if self.phase == Phase::Commands => {
                self.withdraw(&why, out);
                self.draining = Some(why);
            }
            Input::Stop(Stop::Cut(why) | Stop::Drain(why)) if self.phase != Phase::Over => {
                self.cancel_what_runs(out);
                self.tell(frame::refusal(&why), out);
                self.close("stopped", out);
            }
            Input::End(side, _) => self.end(side, out),
            Input::Head(Side::Client, head) if self.phase == Phase::Hello && self.opening.principal.is_some() => {
                self.watch = Some(Watch::begin(head, out));
            }
            Input::Head(side, _) => return Err(fault(side, Malformed("a head in the middle of messages"))),
            Input::Secured(..) | Input::Stop(_) | Input::Wake => {}
        }
        self.settle(out);
        Ok(())
    }
}

impl Stream for ToyStream {
    fn input(&mut self, now: Instant, input: Input<'_>, out: &mut dyn Out) -> Result<(), Violation> {
        if let Some(watch) = &mut self.watch {
            return watch.input(now, input, out);
        }
        self.step(input, out).inspect_err(|violation| self.tell(frame::refusal(&violation.what), out))
    }

    fn wants(&self, from: Side) -> usize {
        if let Some(watch) = &self.watch {
            return watch.wants(from);
        }
        let quiet = self.asked.is_none() && !self.client_ended && self.draining.is_none();
        let clear = !self.limited && !self.cancelling && self.replies.len() < self.opening.limits.pipeline;
        match (from, self.phase) {
            (Side::Client, Phase::Hello | Phase::Commands) if quiet && clear => self.client.needed(),
            (Side::Target, Phase::Greeting | Phase::Commands | Phase::Upgrading) => self.target.needed(),
            _ => 0,
        }
    }
}
