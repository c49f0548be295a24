//! Before identity: TLS or not, a cancel, or a StartupMessage with an allow-list. Each request is taken once.

use bytes::{Bytes, BytesMut};
use model::{Class, Public};
use wire::{Ask, Input, InterruptKey, Out, Side, Stop, Why};

use crate::client_auth::SignIn;
use crate::conversation::{Next, Over, Setting, Stage};
use crate::fault::Fault;
use crate::message::startup::{self, First, Startup};
use crate::message::{authentication, negotiate};
use crate::reach::Reaching;
use crate::{settings, sqlstate};

/// Waits for the StartupMessage.
#[derive(Default)]
pub(crate) struct Greeting {
    /// The length of the packet that is coming; 0 before it is known.
    packet: usize,
    asked_tls: bool,
    asked_gss: bool,
    /// The TLS handshake is under way.
    securing: bool,
}

impl Stage for Greeting {
    fn input(&mut self, setting: &mut Setting, input: Input<'_>, out: &mut dyn Out) -> Result<Next, Fault> {
        match input {
            Input::Data(Side::Client, _, buffer) => self.data(setting, buffer, out),
            Input::Secured(Side::Client, facts) => {
                self.securing = false;
                setting.tls = Some(facts);
                Ok(None)
            }
            Input::End(..) => Ok(Over::close("client left", out)),
            Input::Stop(Stop::Drain(public) | Stop::Cut(public)) => Err(Fault::refused(public)),
            _ => Ok(None),
        }
    }

    fn wants(&self, from: Side) -> usize {
        match from {
            Side::Client if !self.securing => self.packet.max(4),
            _ => 0,
        }
    }

    fn may_speak(&self) -> bool {
        !self.securing
    }
}

impl Greeting {
    fn data(&mut self, setting: &mut Setting, buffer: &mut BytesMut, out: &mut dyn Out) -> Result<Next, Fault> {
        let Some(length) = buffer.first_chunk::<4>() else { return Ok(None) };
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        if !(startup::SMALLEST..=startup::LARGEST).contains(&length) {
            return Err(Fault::client("the first packet has an impossible length"));
        }
        if buffer.len() < length {
            self.packet = length;
            return Ok(None);
        }
        self.packet = 0;
        let packet = buffer.split_to(length).freeze();
        let first = First::read(&packet).map_err(Fault::malformed(Side::Client))?;
        match first {
            First::Tls => self.tls(setting, buffer, out),
            First::Gss => self.gss(setting, out),
            First::Cancel(key) => Ok(cancel(key, out)),
            First::Startup(startup) => begin(setting, startup, out),
            First::OtherVersion => Err(Fault::unserved(
                Public::new(Class::Unsupported, "this version of the protocol is not spoken here")
                    .with_hint("Use a client of PostgreSQL 7.4 or later: versions 3.0 and 3.2 are spoken."),
            )),
        }
    }

    fn tls(&mut self, setting: &Setting, buffer: &BytesMut, out: &mut dyn Out) -> Result<Next, Fault> {
        if std::mem::replace(&mut self.asked_tls, true) || setting.tls.is_some() {
            return Err(Fault::client("TLS was asked for twice"));
        }
        if !setting.tls_offered {
            out.send(Side::Client, 0, Bytes::from_static(b"N"), Why::Reply);
            return Ok(None);
        }
        if !buffer.is_empty() {
            return Err(Fault::client("bytes came before the TLS handshake"));
        }
        out.send(Side::Client, 0, Bytes::from_static(b"S"), Why::Reply);
        self.securing = true;
        out.secure(Side::Client);
        Ok(None)
    }

    fn gss(&mut self, setting: &Setting, out: &mut dyn Out) -> Result<Next, Fault> {
        if std::mem::replace(&mut self.asked_gss, true) || setting.tls.is_some() {
            return Err(Fault::client("GSSAPI encryption was asked for out of order"));
        }
        out.send(Side::Client, 0, Bytes::from_static(b"N"), Why::Reply);
        Ok(None)
    }
}

/// A cancel is never answered, whether its key exists or not.
fn cancel(key: Option<Bytes>, out: &mut dyn Out) -> Next {
    if let Some(key) = key {
        out.ask(Side::Client, Ask::Interrupt(InterruptKey(key)));
    }
    Over::close("cancel request", out)
}

fn begin(setting: &mut Setting, startup: Startup, out: &mut dyn Out) -> Result<Next, Fault> {
    if setting.tls.is_none() && !setting.plaintext_allowed {
        let public = Public::new(Class::Unauthenticated, "connections without TLS are not served here")
            .with_hint("Connect with TLS: sslmode=require, or better verify-full.");
        return Err(Fault::unserved_as(sqlstate::INVALID_AUTHORIZATION, public));
    }
    let unknown = read_parameters(setting, &startup)?;
    setting.client.version = startup.version.min(startup::NEWEST);
    if startup.version > startup::NEWEST || !unknown.is_empty() {
        out.send(Side::Client, 0, negotiate::build(setting.client.version, &unknown), Why::Reply);
    }
    if setting.principal.is_some() {
        out.send(Side::Client, 0, authentication::done(), Why::Reply);
        return Ok(Some(Box::new(Reaching::ask(setting, out)?)));
    }
    Ok(Some(Box::new(SignIn::offer(setting, out))))
}

/// Sorts the parameters into what is used here, what the target gets, and the names of protocol options that are unknown.
fn read_parameters(setting: &mut Setting, startup: &Startup) -> Result<Vec<Bytes>, Fault> {
    let mut unknown = Vec::new();
    let mut seen: Vec<Vec<u8>> = Vec::new();
    for (name, value) in &startup.parameters {
        let plain = name.to_ascii_lowercase();
        if seen.contains(&plain) {
            return Err(Fault::client("a startup parameter was given twice"));
        }
        seen.push(plain);
        match name.as_ref() {
            b"user" => setting.client.user = utf8(value)?,
            b"database" => setting.client.database = Some(utf8(value)?).filter(|name| !name.is_empty()),
            b"replication" => refuse_replication(value)?,
            [b'_', b'p', b'q', b'_', b'.', ..] => unknown.push(name.clone()),
            b"options" => {
                setting.client.settings.extend(settings::in_options(value)?);
                setting.client.parameters.push((name.clone(), value.clone()));
            }
            name_bytes if settings::may_be_brought(name_bytes) => {
                if name_bytes.eq_ignore_ascii_case(b"application_name") {
                    setting.client.program = Some(String::from_utf8_lossy(value).into_owned());
                }
                setting.client.settings.push((name.clone(), value.clone()));
                setting.client.parameters.push((name.clone(), value.clone()));
            }
            _ => return Err(settings::not_allowed("parameter")),
        }
    }
    if setting.client.user.is_empty() {
        let public = Public::new(Class::Unauthenticated, "no user name was given")
            .with_hint("Sign in as `person` or `person+account`.");
        return Err(Fault::unserved_as(sqlstate::INVALID_AUTHORIZATION, public));
    }
    Ok(unknown)
}

fn utf8(value: &Bytes) -> Result<String, Fault> {
    let refused = || Fault::unserved(Public::new(Class::Protocol, "a name in the startup message is not UTF-8"));
    std::str::from_utf8(value).map(str::to_owned).map_err(|_| refused())
}

fn refuse_replication(value: &[u8]) -> Result<(), Fault> {
    let off: [&[u8]; 4] = [b"false", b"off", b"no", b"0"];
    if off.iter().any(|word| value.eq_ignore_ascii_case(word)) {
        return Ok(());
    }
    Err(Fault::unserved(
        Public::new(Class::Unsupported, "replication is not served here")
            .with_hint("Leave the startup parameter \"replication\" out."),
    ))
}
