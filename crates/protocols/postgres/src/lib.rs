//! PostgreSQL, as inputs and outputs: start-up, sign-in on both sides, and a relay that decides every command.
//!
//! `conversation` is the table of contents: opening -> client_auth -> reach -> brought -> target_auth -> relay.

mod brought;
mod cancel;
mod client_auth;
mod connect_help;
mod conversation;
mod copy_options;
mod fault;
mod frame;
mod lineage;
mod message;
mod offline;
mod opening;
mod protection;
mod reach;
mod relay;
mod resolution;
mod scram;
mod settings;
mod show;
mod sqlstate;
mod target_auth;
mod target_refusal;
#[cfg(test)]
mod tests;
mod told;
mod values;
mod words;

use model::code::Object;
use model::{Action, Catalogue, Lineage, Mentions, Verb};
use wire::{Manifest, Opening, Probe, Protocol, Stream};

use crate::cancel::Cancel;
use crate::conversation::Conversation;

/// The PostgreSQL protocol, versions 3.0 and 3.2.
#[derive(Clone, Copy, Debug, Default)]
pub struct Postgres;

static MANIFEST: Manifest = Manifest {
    name: "postgres",
    title: "PostgreSQL",
    default_port: 5432,
    direct_tls: Some("postgresql"),
    verbs: &[
        Verb::Read,
        Verb::Session,
        Verb::Transaction,
        Verb::CopyOut,
        Verb::CopyIn,
        Verb::Write,
        Verb::Ddl,
        Verb::SessionIdentity,
        Verb::SessionGuard,
        Verb::Grant,
        Verb::Call,
        Verb::Unknown,
    ],
    plumbing: &[
        ("ssl request", "asks the target for TLS"),
        ("startup", "names the upstream account, the database and harmless settings; others go with a leave"),
        ("password", "the upstream password, inside TLS only"),
        ("sasl initial response", "begins SCRAM with the target"),
        ("sasl response", "proves the upstream password to the target"),
        ("cancel request", "cancels what the client wants cancelled, on a connection of its own"),
        ("empty query", "a Query without a statement"),
        ("describe", "asks what a statement or portal looks like"),
        ("describe masked", "asks what a portal shows before it is run with a mask; the answer stays here"),
        ("close", "forgets a statement or portal"),
        ("flush", "asks for replies"),
        ("sync", "ends a pipeline"),
        ("refused query", "stands for a refused Query: a text that cannot be parsed"),
        ("refused bind", "stands for a refused extended message: a Bind to a statement that cannot exist"),
        ("terminate", "says goodbye"),
    ],
    clients: connect_help::clients,
    show: show::show,
};

impl Protocol for Postgres {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn stream(&self, opening: Opening) -> Box<dyn Stream> {
        Box::new(Conversation::new(opening))
    }

    fn probe(&self, probe: Probe, opening: Opening) -> Box<dyn Stream> {
        let Probe::Cancel(key) = probe;
        Box::new(Conversation::without_client(Box::new(Cancel::new(key)), opening))
    }

    fn resolve(&self, action: Action, catalogue: &Catalogue, shadowed: bool) -> Action {
        resolution::resolve(action, catalogue, shadowed)
    }

    fn objects(&self, action: &Action, catalogue: &Catalogue) -> Vec<Object> {
        resolution::objects(action, catalogue)
    }

    fn lineage(&self, action: &Action, catalogue: &Catalogue) -> Lineage {
        lineage::lineage(action, catalogue)
    }

    fn mentions(&self, text: &[u8]) -> Mentions {
        sql::mentions(text)
    }

    fn read(&self, text: &[u8]) -> Vec<Action> {
        offline::read(text)
    }
}
