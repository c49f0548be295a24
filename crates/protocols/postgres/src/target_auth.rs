//! Signing in to the target: the protection it was configured with, one way to prove the password, and then its greeting.
//! The target cannot choose a weaker way than the leg allows, nor ask twice.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use model::{Class, Outcome, Public, Secret, Status, TlsMode};
use wire::{Answer, Ask, Go, Input, InterruptKey, Kdf, Out, Side, Stop, Ticket, TlsFacts, Upstream, Why};

use crate::conversation::{Next, Over, Setting, Stage};
use crate::fault::Fault;
use crate::frame::{HEADER, Header, frame};
use crate::message::authentication::{self, Authentication};
use crate::message::{error, key_data, parameter_status, ready, sasl, startup};
use crate::protection::Protection;
use crate::relay::{Relay, Tracked};
use crate::scram::{ClientExchange, ScramError, prepare_password};
use crate::target_refusal;
use crate::told::{Told, told};

/// How long the target may take to let in a session whose settings were asked about: the engine takes any question for a sign
/// that it has.
const PATIENCE: Duration = Duration::from_secs(30);

/// The way from an open leg to the target's ReadyForQuery.
pub(crate) struct Entering {
    upstream: Upstream,
    protection: Protection,
    tls: Option<TlsFacts>,
    login: Login,
    need: usize,
    tracked: Tracked,
    key: Option<InterruptKey>,
    /// Leave for the settings that the startup message brings, until it is known what came of them.
    brought: Option<Go>,
    /// When the target must have let us in, if nobody else sees to that.
    until: Option<Instant>,
}

enum Login {
    /// The startup message was sent, and nothing was asked for yet.
    Begun,
    /// A password was sent in clear, inside TLS.
    Cleartext,
    ScramFirst(ClientExchange),
    Deriving(Ticket, ClientExchange),
    ScramFinal(ClientExchange),
    /// The target proved that it knows the password too.
    Proved,
    /// It said that we are in.
    In,
}

impl Entering {
    /// Begins on an open leg, with leave for the settings that need one.
    pub(crate) fn begin(setting: &Setting, upstream: Upstream, brought: Option<Go>, out: &mut dyn Out) -> Self {
        let protection = Protection::begin(upstream.tls, out);
        let until = brought.as_ref().and(setting.now).and_then(|now| now.checked_add(PATIENCE));
        let entering = Self {
            upstream,
            protection,
            tls: None,
            login: Login::Begun,
            need: HEADER,
            tracked: Tracked::default(),
            key: None,
            brought,
            until,
        };
        if protection == Protection::Ready {
            entering.start(setting, out);
        }
        entering
    }

    fn start(&self, setting: &Setting, out: &mut dyn Out) {
        let user = self.upstream.user.as_str();
        let database = setting.client.database.as_deref().or(self.upstream.database.as_deref()).unwrap_or(user);
        let packet = startup::startup(user, database, &setting.client.parameters);
        let why = self.brought.as_ref().map_or(Why::Plumbing("startup"), Why::Command);
        out.send(Side::Target, 0, packet, why);
    }

    /// What came of the settings that were asked about.
    fn brought(&mut self, outcome: Outcome, out: &mut dyn Out) {
        if let Some(go) = self.brought.take() {
            out.outcome(go, outcome, Bytes::new());
        }
    }

    fn data(&mut self, setting: &mut Setting, buffer: &mut BytesMut, out: &mut dyn Out) -> Result<Next, Fault> {
        if self.protection != Protection::Ready {
            self.protection.answer(buffer, out)?;
            return Ok(None);
        }
        let Some(header) = Header::of(buffer).map_err(Fault::malformed(Side::Target))? else { return Ok(None) };
        let largest =
            if matches!(self.login, Login::In) { setting.limits.frame } else { setting.limits.handshake_frame };
        if header.total > largest {
            return Err(Fault::target("the target sent a message that is too long"));
        }
        if buffer.len() < header.total {
            self.need = header.total;
            return Ok(None);
        }
        self.need = HEADER;
        let frame = buffer.split_to(header.total).freeze();
        self.message(setting, header.tag, frame, out)
    }

    fn message(&mut self, setting: &mut Setting, tag: u8, frame: Bytes, out: &mut dyn Out) -> Result<Next, Fault> {
        let malformed = Fault::malformed(Side::Target);
        let body = frame.get(HEADER..).unwrap_or_default();
        match (tag, &self.login) {
            (b'E', _) => {
                let error = error::Error::read(body).map_err(malformed)?;
                let code = error.code.map(|code| code.as_str().to_owned());
                self.brought(Outcome { code, ..Outcome::of(Status::Failed) }, out);
                Err(target_refusal::of(error))
            }
            (b'R', Login::In) => Err(Fault::target("the target asked for a proof again")),
            (b'R', _) => {
                let asked = authentication::parse(body).map_err(malformed)?;
                self.authenticate(setting, asked, out)?;
                Ok(None)
            }
            // We ask for version 3.0, so there is nothing to negotiate; and before sign-in is over nothing is shown.
            (b'v' | b'N', _) if tag == b'v' || !matches!(self.login, Login::In) => Ok(None),
            (b'S', Login::In) => {
                let (name, value) = parameter_status::parse(body).map_err(malformed)?;
                self.tracked.note(name, value);
                tell(tag, frame, Why::Reply, out)
            }
            // A login trigger of the target can say anything in it.
            (b'N', Login::In) => tell(tag, frame, Why::Unasked, out),
            (b'K', Login::In) => self.key(setting, body, out),
            (b'Z', Login::In) => {
                if ready::parse(body).map_err(malformed)? != ready::Transaction::Idle {
                    return Err(Fault::target("the target began with an open transaction"));
                }
                self.brought(Outcome::of(Status::Done), out);
                out.send(Side::Client, 0, frame, Why::Reply);
                let relay = Relay::new(setting, self.tracked.clone(), self.key.take())?;
                Ok(Some(Box::new(relay)))
            }
            _ => Err(Fault::target("the target sent a message that has no place in sign-in")),
        }
    }

    /// The client's key has the target's process number, which clients show and compare, and a secret of ours.
    fn key(&mut self, setting: &mut Setting, body: &[u8], out: &mut dyn Out) -> Result<Next, Fault> {
        if self.key.is_some() {
            return Err(Fault::target("the target sent two cancel keys"));
        }
        let (process, secret) = key_data::parse(body).map_err(Fault::malformed(Side::Target))?;
        self.key = Some(InterruptKey(key_data::key(process, secret)));
        let long = setting.client.version >= startup::NEWEST;
        let ours = if long {
            key_data::key(process, &setting.entropy.take::<32>()?)
        } else {
            key_data::key(process, &setting.entropy.take::<4>()?)
        };
        out.interruptible(InterruptKey(ours.clone()));
        out.send(Side::Client, 0, key_data::build(&ours), Why::Reply);
        Ok(None)
    }

    fn authenticate(
        &mut self,
        setting: &mut Setting,
        asked: Authentication<'_>,
        out: &mut dyn Out,
    ) -> Result<(), Fault> {
        self.login = match (std::mem::replace(&mut self.login, Login::Begun), asked) {
            (Login::Begun, Authentication::Done) if self.owes_proof() => return Err(target_refusal::unproven()),
            (Login::Begun | Login::Cleartext | Login::Proved, Authentication::Done) => Login::In,
            (Login::Begun, Authentication::Cleartext) => self.cleartext(out)?,
            (Login::Begun, Authentication::Sasl { plain, plus }) => self.scram(setting, plain, plus, out)?,
            (Login::Begun, Authentication::Other(what)) => return Err(target_refusal::not_spoken(what)),
            (Login::ScramFirst(exchange), Authentication::SaslContinue(data)) => {
                self.derive(setting, exchange, data, out)?
            }
            (Login::ScramFinal(exchange), Authentication::SaslFinal(data)) => {
                exchange.server_final(data).map_err(not_scram)?;
                Login::Proved
            }
            _ => return Err(Fault::target("the target asked for a proof out of turn")),
        };
        Ok(())
    }

    fn password(&self) -> Result<&Secret, Fault> {
        self.upstream.password.as_ref().ok_or_else(|| {
            Fault::refused(
                Public::new(Class::Target, "the target asks for a password, and none is configured for this account")
                    .with_hint("The operators of the gateway can give the account its password."),
            )
        })
    }

    /// Whether the target has shown a certificate that was checked.
    fn is_verified(&self) -> bool {
        self.tls.is_some() && matches!(self.upstream.tls, TlsMode::VerifyCa | TlsMode::VerifyFull)
    }

    /// Whether nothing but a proof that it knows the password tells the target from somebody in the middle.
    fn owes_proof(&self) -> bool {
        self.upstream.password.is_some() && !self.is_verified()
    }

    fn cleartext(&self, out: &mut dyn Out) -> Result<Login, Fault> {
        let password = self.password()?;
        if !self.is_verified() {
            return Err(Fault::refused(
                Public::new(Class::Target, "the target asks for the password in clear, outside verified TLS").with_hint(
                    "The operators can have the target's certificate verified, or have the target use SCRAM-SHA-256.",
                ),
            ));
        }
        out.send(Side::Target, 0, sasl::password(password), Why::Plumbing("password"));
        Ok(Login::Cleartext)
    }

    fn scram(&self, setting: &mut Setting, plain: bool, plus: bool, out: &mut dyn Out) -> Result<Login, Fault> {
        self.password()?;
        let end_point = self.tls.as_ref().map(|facts| facts.end_point.as_ref()).filter(|hash| !hash.is_empty());
        let nonce = setting.entropy.take::<18>()?;
        let (mechanism, exchange) = match end_point {
            Some(hash) if plus => ("SCRAM-SHA-256-PLUS", ClientExchange::new(Some(hash), true, &nonce)),
            hash if plain => ("SCRAM-SHA-256", ClientExchange::new(None, hash.is_some(), &nonce)),
            _ => return Err(target_refusal::not_spoken("a way to sign in")),
        };
        out.send(Side::Target, 0, sasl::initial(mechanism, &exchange.first()), Why::Plumbing("sasl initial response"));
        Ok(Login::ScramFirst(exchange))
    }

    fn derive(
        &self,
        setting: &Setting,
        mut exchange: ClientExchange,
        data: &[u8],
        out: &mut dyn Out,
    ) -> Result<Login, Fault> {
        let salted = exchange.server_first(data, setting.limits.kdf_iterations).map_err(not_scram)?;
        let password = prepare_password(self.password()?.reveal());
        let kdf = Kdf { password, salt: salted.salt, iterations: salted.iterations };
        Ok(Login::Deriving(out.ask(Side::Target, Ask::Derive(kdf)), exchange))
    }

    fn derived(&mut self, answer: Answer, out: &mut dyn Out) -> Result<Next, Fault> {
        match (std::mem::replace(&mut self.login, Login::Begun), answer) {
            (Login::Deriving(_, mut exchange), Answer::Derived(salted)) => {
                let data = exchange.finish(salted.reveal()).map_err(|_| Fault::refused(Public::internal()))?;
                out.send(Side::Target, 0, sasl::response(&data), Why::Plumbing("sasl response"));
                self.login = Login::ScramFinal(exchange);
                Ok(None)
            }
            (_, Answer::Refuse(public)) => Err(Fault::refused(public)),
            _ => Err(Fault::refused(Public::internal())),
        }
    }

    fn ticket(&self) -> Option<Ticket> {
        match self.login {
            Login::Deriving(ticket, _) => Some(ticket),
            _ => None,
        }
    }
}

impl Stage for Entering {
    fn input(&mut self, setting: &mut Setting, input: Input<'_>, out: &mut dyn Out) -> Result<Next, Fault> {
        match input {
            Input::Data(Side::Target, _, buffer) => self.data(setting, buffer, out),
            Input::Secured(Side::Target, mut facts) => {
                self.upstream.password = facts.password.take().or(self.upstream.password.take());
                self.tls = Some(facts);
                self.protection = Protection::Ready;
                self.start(setting, out);
                Ok(None)
            }
            Input::Answer(ticket, answer) if self.ticket() == Some(ticket) => self.derived(answer, out),
            Input::End(Side::Client, _) => {
                if let Some(ticket) = self.ticket() {
                    out.withdraw(ticket);
                }
                self.abandon(out);
                if self.protection == Protection::Ready {
                    out.send(Side::Target, 0, frame(b'X', |_| {}), Why::Plumbing("terminate"));
                }
                Ok(Over::close("client left", out))
            }
            Input::End(Side::Target, _) => Err(Fault::refused(
                Public::new(Class::Target, "the target closed the connection during sign-in")
                    .with_hint("The operators of the gateway find the cause in the target's log."),
            )),
            Input::Stop(Stop::Drain(public) | Stop::Cut(public)) => Err(Fault::refused(public)),
            Input::Wake if self.until.is_some_and(|until| setting.now >= Some(until)) => {
                Err(Fault::refused(Public::new(Class::Target, "the resource does not answer")))
            }
            _ => Ok(None),
        }
    }

    fn wake_at(&self) -> Option<Instant> {
        self.until
    }

    fn abandon(&mut self, out: &mut dyn Out) {
        self.brought(Outcome::of(Status::Unknown), out);
    }

    fn wants(&self, from: Side) -> usize {
        match from {
            Side::Target if self.ticket().is_none() => self.protection.wants().unwrap_or(self.need),
            // Nothing is taken from the client before the target greets it.
            _ => 0,
        }
    }
}

/// Words of the target pass the exit.
fn tell(tag: u8, frame: Bytes, why: Why<'_>, out: &mut dyn Out) -> Result<Next, Fault> {
    let told = told(tag, frame.get(HEADER..).unwrap_or_default(), false).map_err(Fault::malformed(Side::Target))?;
    match told {
        Told::AsSaid => out.send(Side::Client, 0, frame, why),
        Told::Instead(ours) => out.send(Side::Client, 0, ours, why),
        Told::Nothing => {}
    }
    Ok(None)
}

/// The texts of `ScramError` hold no bytes of the peer.
fn not_scram(error: ScramError) -> Fault {
    Fault::Broken { side: Side::Target, what: Public::new(Class::Target, error.to_string()), code: None }
}
