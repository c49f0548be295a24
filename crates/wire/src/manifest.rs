//! What a protocol is called, how it is reached, and how a person's own client is pointed at it.

use model::Verb;

use crate::Show;

/// The facts of a protocol from which listeners, configuration, documentation and `signet connect` are made.
pub struct Manifest {
    /// The word used in configuration: `postgres`.
    pub name: &'static str,
    /// The name shown to people: `PostgreSQL`.
    pub title: &'static str,
    /// The usual port.
    pub default_port: u16,
    /// The application protocol (ALPN) by which TLS may begin without a request inside the protocol; it is then required.
    pub direct_tls: Option<&'static str>,
    /// The verbs its commands can have.
    pub verbs: &'static [Verb],
    /// Every `Why::Plumbing` name, with what it is: what may reach a target without a question.
    pub plumbing: &'static [(&'static str, &'static str)],
    /// How stock clients are pointed at a resource.
    pub clients: fn(&Reach<'_>) -> Vec<ClientHelp>,
    /// How a recorded result is read by people: a fresh reading for each.
    pub show: fn() -> Box<dyn Show>,
}

/// How a resource is reached, for making client commands.
pub struct Reach<'a> {
    /// The gateway's host, as clients see it.
    pub host: &'a str,
    /// The listener's port.
    pub port: u16,
    /// The resource.
    pub resource: &'a str,
    /// Whether the port is the resource's own, so that the database is the target's name.
    pub dedicated: bool,
    /// `person` or `person+account`.
    pub user: &'a str,
    /// The database wanted, when one was named.
    pub database: Option<&'a str>,
    /// A file with the certificate authority of the gateway, when it is not publicly trusted.
    pub ca_file: Option<&'a str>,
}

/// One way to connect with a stock client. Passwords are never part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientHelp {
    /// The word by which it is chosen: `psql`, `jdbc`, `service`.
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
    /// A command that can be run, program first; empty when `text` is what matters.
    pub argv: Vec<String>,
    /// A line or a file section to paste.
    pub text: String,
}
