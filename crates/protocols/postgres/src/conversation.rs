//! The conversation: one stage after another, and one place where every fault becomes a native error.

use std::time::Instant;

use bytes::Bytes;
use model::{Limits, Principal};
use wire::{Entropy, Input, Opening, Out, Route, Side, Stream, TlsFacts, Violation, Why};

use crate::fault::Fault;
use crate::message::error;
use crate::opening::Greeting;

/// A stage of the conversation.
pub(crate) trait Stage: Send {
    /// Takes an input; returns the stage that follows, when it is over.
    fn input(&mut self, setting: &mut Setting, input: Input<'_>, out: &mut dyn Out) -> Result<Next, Fault>;

    /// As `Stream::wants`.
    fn wants(&self, from: Side) -> usize;

    /// As `Stream::holds`.
    fn holds(&self) -> usize {
        0
    }

    /// As `Stream::wake_at`.
    fn wake_at(&self) -> Option<Instant> {
        None
    }

    /// Whether a message of ours may be sent to the client now.
    fn may_speak(&self) -> bool {
        true
    }

    /// Records what is known of commands under way when the conversation breaks off.
    fn abandon(&mut self, out: &mut dyn Out) {
        let _ = out;
    }
}

/// The stage that follows; `None` = this one goes on.
pub(crate) type Next = Option<Box<dyn Stage>>;

/// What all stages know.
pub(crate) struct Setting {
    pub(crate) limits: Limits,
    /// The time of the input that is being taken.
    pub(crate) now: Option<Instant>,
    pub(crate) entropy: Entropy,
    pub(crate) route: Route,
    pub(crate) principal: Option<Principal>,
    pub(crate) plaintext_allowed: bool,
    pub(crate) tls_offered: bool,
    /// The client's TLS, once it is there.
    pub(crate) tls: Option<TlsFacts>,
    pub(crate) client: Client,
}

/// What the client said of itself in its StartupMessage.
#[derive(Debug, Default)]
pub(crate) struct Client {
    /// The protocol version that is spoken with it.
    pub(crate) version: u32,
    pub(crate) user: String,
    pub(crate) database: Option<String>,
    pub(crate) program: Option<String>,
    /// What is handed to the target.
    pub(crate) parameters: Vec<(Bytes, Bytes)>,
    /// Each setting in it, also those in `options`.
    pub(crate) settings: Vec<(Bytes, Bytes)>,
}

impl From<Opening> for Setting {
    fn from(opening: Opening) -> Self {
        Self {
            limits: opening.limits,
            now: None,
            entropy: opening.entropy,
            route: opening.route,
            principal: opening.principal,
            plaintext_allowed: opening.plaintext_allowed,
            tls_offered: opening.tls_offered,
            tls: None,
            client: Client::default(),
        }
    }
}

/// A conversation between a client and a target.
pub(crate) struct Conversation {
    stage: Box<dyn Stage>,
    setting: Setting,
    /// Whether there is a client to be told anything.
    has_client: bool,
}

impl Conversation {
    pub(crate) fn new(opening: Opening) -> Self {
        Self { stage: Box::new(Greeting::default()), setting: opening.into(), has_client: true }
    }

    /// A conversation that begins elsewhere and has no client.
    pub(crate) fn without_client(stage: Box<dyn Stage>, opening: Opening) -> Self {
        Self { stage, setting: opening.into(), has_client: false }
    }

    fn end(&mut self, fault: Fault, out: &mut dyn Out) -> Result<(), Violation> {
        self.stage.abandon(out);
        if self.has_client && self.stage.may_speak() {
            let (code, public) = fault.public();
            out.send(Side::Client, 0, error::fatal(code, public), Why::Reply);
        }
        self.stage = Box::new(Over);
        match fault.violation() {
            Ok(violation) => Err(violation),
            Err(cause) => {
                out.close(cause);
                Ok(())
            }
        }
    }
}

impl Stream for Conversation {
    fn input(&mut self, now: Instant, input: Input<'_>, out: &mut dyn Out) -> Result<(), Violation> {
        self.setting.now = Some(now);
        match self.stage.input(&mut self.setting, input, out) {
            Ok(None) => Ok(()),
            Ok(Some(next)) => {
                self.stage = next;
                Ok(())
            }
            Err(fault) => self.end(fault, out),
        }
    }

    fn wants(&self, from: Side) -> usize {
        self.stage.wants(from)
    }

    fn holds(&self) -> usize {
        self.stage.holds()
    }

    fn wake_at(&self) -> Option<Instant> {
        self.stage.wake_at()
    }
}

/// After the end: nothing is taken and nothing is said.
pub(crate) struct Over;

impl Over {
    /// Closes both sides.
    pub(crate) fn close(cause: &'static str, out: &mut dyn Out) -> Next {
        out.close(cause);
        Some(Box::new(Self))
    }
}

impl Stage for Over {
    fn input(&mut self, _: &mut Setting, _: Input<'_>, _: &mut dyn Out) -> Result<Next, Fault> {
        Ok(None)
    }

    fn wants(&self, _: Side) -> usize {
        0
    }
}
