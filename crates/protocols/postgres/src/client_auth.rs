//! Who is asking: SCRAM-SHA-256 with the client, bound to the TLS channel when the client can.

use bytes::{Bytes, BytesMut};
use model::{Challenge, Class, Public};
use wire::{Answer, Ask, Claim, Input, Known, Out, Side, Stop, Ticket, Why};

use crate::conversation::{Next, Over, Setting, Stage};
use crate::fault::Fault;
use crate::frame::{HEADER, Header};
use crate::message::{authentication, sasl};
use crate::reach::Reaching;
use crate::scram::{Mechanism, ScramError, ServerExchange, ServerFirst, server_final};

/// The exchange with the client.
pub(crate) struct SignIn {
    step: Step,
    need: usize,
}

enum Step {
    /// The mechanisms were offered.
    Offered,
    /// The engine looks up salt and rounds.
    Challenging(Ticket, ServerExchange),
    /// The challenge was sent.
    Challenged(ServerExchange),
    /// The engine checks the proof.
    Proving(Ticket),
}

impl SignIn {
    /// Offers the mechanisms.
    pub(crate) fn offer(setting: &Setting, out: &mut dyn Out) -> Self {
        out.send(Side::Client, 0, authentication::sasl(plus_offered(setting)), Why::Reply);
        Self { step: Step::Offered, need: HEADER }
    }

    fn data(&mut self, setting: &mut Setting, buffer: &mut BytesMut, out: &mut dyn Out) -> Result<Next, Fault> {
        let Some(header) = Header::of(buffer).map_err(Fault::malformed(Side::Client))? else { return Ok(None) };
        if header.tag != b'p' {
            return Err(Fault::client("a message that is no proof came before sign-in was over"));
        }
        if header.total > setting.limits.handshake_frame {
            return Err(Fault::client("a sign-in message is too long"));
        }
        if buffer.len() < header.total {
            self.need = header.total;
            return Ok(None);
        }
        self.need = HEADER;
        let frame = buffer.split_to(header.total).freeze();
        self.step = match std::mem::replace(&mut self.step, Step::Offered) {
            Step::Offered => first(setting, &frame, out)?,
            Step::Challenged(exchange) => proof(setting, &exchange, &frame, out)?,
            Step::Challenging(..) | Step::Proving(_) => return Err(Fault::client("a proof came out of turn")),
        };
        Ok(None)
    }

    fn answer(&mut self, setting: &mut Setting, answer: Answer, out: &mut dyn Out) -> Result<Next, Fault> {
        match (std::mem::replace(&mut self.step, Step::Offered), answer) {
            (Step::Challenging(_, exchange), Answer::Challenge(challenge)) => {
                self.step = challenged(exchange, &challenge, out);
                Ok(None)
            }
            (Step::Proving(_), Answer::Known(known)) => known_client(setting, known, out),
            (_, Answer::Refuse(public)) => Err(Fault::refused(public)),
            _ => Err(Fault::refused(Public::internal())),
        }
    }

    fn ticket(&self) -> Option<Ticket> {
        match self.step {
            Step::Challenging(ticket, _) | Step::Proving(ticket) => Some(ticket),
            Step::Offered | Step::Challenged(_) => None,
        }
    }
}

impl Stage for SignIn {
    fn input(&mut self, setting: &mut Setting, input: Input<'_>, out: &mut dyn Out) -> Result<Next, Fault> {
        match input {
            Input::Data(Side::Client, _, buffer) => self.data(setting, buffer, out),
            Input::Answer(ticket, answer) if self.ticket() == Some(ticket) => self.answer(setting, answer, out),
            Input::End(..) => {
                if let Some(ticket) = self.ticket() {
                    out.withdraw(ticket);
                }
                Ok(Over::close("client left", out))
            }
            Input::Stop(Stop::Drain(public) | Stop::Cut(public)) => Err(Fault::refused(public)),
            _ => Ok(None),
        }
    }

    fn wants(&self, from: Side) -> usize {
        if from == Side::Client && self.ticket().is_none() { self.need } else { 0 }
    }
}

fn plus_offered(setting: &Setting) -> bool {
    setting.tls.as_ref().is_some_and(|facts| !facts.end_point.is_empty())
}

fn first(setting: &mut Setting, frame: &Bytes, out: &mut dyn Out) -> Result<Step, Fault> {
    let (mechanism, data) = sasl::parse_initial(frame).map_err(Fault::malformed(Side::Client))?;
    let mechanism = match mechanism.as_ref() {
        b"SCRAM-SHA-256" => Mechanism::Plain,
        b"SCRAM-SHA-256-PLUS" => Mechanism::Plus,
        _ => return Err(Fault::client("a way to sign in was chosen that was not offered")),
    };
    let nonce = setting.entropy.take::<18>()?;
    let end_point = setting.tls.as_ref().map(|facts| facts.end_point.as_ref()).unwrap_or_default();
    let exchange = ServerFirst::start(mechanism, plus_offered(setting), end_point, &data, &nonce).map_err(not_scram)?;
    let ticket = out.ask(Side::Client, Ask::Challenge { user: setting.client.user.clone() });
    Ok(Step::Challenging(ticket, exchange))
}

fn challenged(mut exchange: ServerExchange, challenge: &Challenge, out: &mut dyn Out) -> Step {
    let message = exchange.challenge(challenge);
    out.send(Side::Client, 0, authentication::sasl_continue(&message), Why::Reply);
    Step::Challenged(exchange)
}

fn proof(setting: &Setting, exchange: &ServerExchange, frame: &Bytes, out: &mut dyn Out) -> Result<Step, Fault> {
    let data = sasl::parse_response(frame).map_err(Fault::malformed(Side::Client))?;
    let (auth_message, client_proof) = exchange.finish(&data).map_err(not_scram)?;
    let proof = model::Proof::Scram { auth_message, client_proof };
    let claim = Claim { user: setting.client.user.clone(), proof };
    Ok(Step::Proving(out.ask(Side::Client, Ask::Identify(claim))))
}

fn known_client(setting: &mut Setting, known: Known, out: &mut dyn Out) -> Result<Next, Fault> {
    let Some(signature) = known.signature else { return Err(Fault::refused(Public::internal())) };
    out.send(Side::Client, 0, authentication::sasl_final(&server_final(&signature)), Why::Reply);
    out.send(Side::Client, 0, authentication::done(), Why::Reply);
    setting.principal = Some(known.principal);
    Ok(Some(Box::new(Reaching::ask(setting, out)?)))
}

/// The texts of `ScramError` hold no bytes of the peer.
fn not_scram(error: ScramError) -> Fault {
    Fault::Broken { side: Side::Client, what: Public::new(Class::Protocol, error.to_string()), code: None }
}
