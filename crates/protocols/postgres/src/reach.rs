//! Where to: the resource and database that the client named, and the wait until the target's leg is open.

use model::{Class, Public};
use wire::{Answer, Ask, Input, Out, Route, Side, Stop, Ticket, Wanted};

use crate::brought;
use crate::conversation::{Next, Over, Setting, Stage};
use crate::fault::Fault;

/// Waits for the target's leg.
pub(crate) struct Reaching {
    ticket: Ticket,
}

impl Reaching {
    /// Asks for the target.
    pub(crate) fn ask(setting: &mut Setting, out: &mut dyn Out) -> Result<Self, Fault> {
        let wanted = wanted(setting)?;
        // From here on the database is the target's own name.
        setting.client.database.clone_from(&wanted.database);
        Ok(Self { ticket: out.ask(Side::Client, Ask::Connect(wanted)) })
    }
}

fn wanted(setting: &Setting) -> Result<Wanted, Fault> {
    let client = &setting.client;
    let program = client.program.clone();
    let mut settings = client.parameters.clone();
    settings.retain(|(name, _)| !name.eq_ignore_ascii_case(b"application_name"));
    settings.sort();
    let named_by_tls = setting.tls.as_ref().is_some_and(|facts| facts.resource.is_some());
    if named_by_tls || matches!(setting.route, Route::Fixed(_)) {
        return Ok(Wanted { resource: None, database: client.database.clone(), program, settings });
    }
    let named = client.database.as_deref().unwrap_or_default();
    let (resource, database) = match named.split_once('/') {
        Some((resource, database)) => (resource, Some(database.to_owned()).filter(|name| !name.is_empty())),
        None => (named, None),
    };
    if resource.is_empty() {
        return Err(Fault::refused(Public::new(Class::NotFound, "no resource was named").with_hint(
            "Name it as the database: `resource` or `resource/database`, as in `psql -d resource/database`.",
        )));
    }
    Ok(Wanted { resource: Some(resource.to_owned()), database, program, settings })
}

impl Stage for Reaching {
    fn input(&mut self, setting: &mut Setting, input: Input<'_>, out: &mut dyn Out) -> Result<Next, Fault> {
        match input {
            Input::Answer(ticket, answer) if ticket == self.ticket => match answer {
                Answer::Connected(upstream) => Ok(Some(brought::decide(setting, upstream, out))),
                Answer::Refuse(public) => Err(Fault::refused(public)),
                _ => Err(Fault::refused(Public::internal())),
            },
            Input::End(Side::Client, _) => {
                out.withdraw(self.ticket);
                Ok(Over::close("client left", out))
            }
            Input::Stop(Stop::Drain(public) | Stop::Cut(public)) => Err(Fault::refused(public)),
            _ => Ok(None),
        }
    }

    fn wants(&self, _: Side) -> usize {
        0
    }
}
