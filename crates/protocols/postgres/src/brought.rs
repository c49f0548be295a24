//! Settings that a client brings: those for which a `SET` would be more than harmless are asked about like that `SET`, before
//! the target hears of them. Whatever was agreed to, the target reads them from the startup message itself.

use bytes::Bytes;
use model::{Action, Certainty, Class, Credentials, Facts, Phase, Public, Verb};
use wire::{Answer, Ask, Input, Out, Side, Stop, Ticket, Upstream, Why};

use crate::conversation::{Next, Over, Setting, Stage};
use crate::fault::Fault;
use crate::message::error::{Severity, build};
use crate::target_auth::Entering;
use sql::{credentials, split};

/// Waits for leave to bring settings. The target's leg is open, and nothing was sent on it.
struct Bringing {
    ticket: Ticket,
    upstream: Upstream,
}

/// Asks about the settings that need it, or goes on at once when none does.
pub(crate) fn decide(setting: &Setting, upstream: Upstream, out: &mut dyn Out) -> Box<dyn Stage> {
    match action(&setting.client.settings) {
        Some(action) => Box::new(Bringing { ticket: out.ask(Side::Client, Ask::Act(action)), upstream }),
        None => Box::new(Entering::begin(setting, upstream, None, out)),
    }
}

/// The `SET`s that the settings stand for, as one command; `None` when all are harmless.
fn action(settings: &[(Bytes, Bytes)]) -> Option<Action> {
    let mut worst = Verb::Session;
    let mut texts = Vec::new();
    for (name, value) in settings {
        let text = set(name, value);
        let verb = verb(&text);
        if verb > Verb::Session {
            worst = worst.max(verb);
            texts.push(text);
        }
    }
    let text = Bytes::from(texts.join(&b"; "[..]));
    let credentials = Credentials { text: credentials::find(&text, Some(true)).text, ..Credentials::default() };
    (!text.is_empty()).then(|| Action {
        verb: worst,
        name: "SET",
        certainty: Certainty::Lexed,
        phase: Phase::Run,
        facts: Facts::default(),
        text,
        parameters: Vec::new(),
        credentials,
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    })
}

/// What a session would send for the same.
fn set(name: &[u8], value: &[u8]) -> Vec<u8> {
    let plain = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let name = if plain { name.to_vec() } else { quoted(name, b'"') };
    [b"SET ", name.as_slice(), b" = ", quoted(value, b'\'').as_slice()].concat()
}

fn quoted(bytes: &[u8], mark: u8) -> Vec<u8> {
    let mut text = vec![mark];
    for byte in bytes {
        text.extend(std::iter::repeat_n(*byte, if *byte == mark { 2 } else { 1 }));
    }
    text.push(mark);
    text
}

/// The verb that the text would have in the session.
fn verb(text: &[u8]) -> Verb {
    let statements = split(text, true, 1).unwrap_or_default();
    statements.first().map_or(Verb::Unknown, |statement| statement.verb)
}

impl Stage for Bringing {
    fn input(&mut self, setting: &mut Setting, input: Input<'_>, out: &mut dyn Out) -> Result<Next, Fault> {
        match input {
            Input::Answer(ticket, answer) if ticket == self.ticket => match answer {
                Answer::Go(go, _) => Ok(Some(Box::new(Entering::begin(setting, self.upstream.clone(), Some(go), out)))),
                Answer::Waiting(public) => {
                    let notice = build(Severity::Notice, "00000", &public.message, public.hint.as_deref());
                    out.send(Side::Client, 0, notice, Why::Reply);
                    Ok(None)
                }
                Answer::Refuse(public) => Err(Fault::refused(refused(public))),
                _ => Err(Fault::refused(Public::internal())),
            },
            Input::End(Side::Client, _) => {
                out.withdraw(self.ticket);
                Ok(Over::close("client left", out))
            }
            Input::End(Side::Target, _) => {
                out.withdraw(self.ticket);
                Err(Fault::refused(
                    Public::new(
                        Class::Target,
                        "the target did not wait until the settings of this connection were decided",
                    )
                    .with_hint("Connect without them, and SET them in the session, where approval can be waited for."),
                ))
            }
            Input::Stop(Stop::Drain(public) | Stop::Cut(public)) => {
                out.withdraw(self.ticket);
                Err(Fault::refused(public))
            }
            _ => Ok(None),
        }
    }

    fn wants(&self, _: Side) -> usize {
        0
    }
}

/// The policy's words, and where the settings come from: people do not see what their programs bring.
fn refused(public: Public) -> Public {
    let origin = "It is about settings that this connection brings: PGOPTIONS, `options` or other startup parameters.";
    let hint = public.hint.as_deref().map_or_else(|| origin.to_owned(), |hint| format!("{hint} {origin}"));
    public.with_hint(hint)
}
