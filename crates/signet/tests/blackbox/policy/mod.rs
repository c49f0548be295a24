//! Denials and holds before a real PostgreSQL. What the target did is read from its own log and tables, what the client
//! was told from the wire, and what is known from the journal.

mod bound;
mod credentials;
mod denied_extended;
mod denied_simple;
mod guards;
mod held_and_gone;
mod held_ends;
mod held_extended;
mod held_simple;
mod limits;
mod limits_transactions;
mod overdue;
mod pending;
mod prepared;
mod screen;
mod too_long;

use std::time::Duration;

use crate::harness::desk::HINT;
use crate::harness::inside::{Inside, Plan};
use crate::harness::pipeline::{error, rows};
use crate::harness::wire::{Message, Wire};
use crate::harness::{Client, Postgres, direct, until};

/// A server with one empty table, a gateway with a policy, a client that is signed in; none in direct mode, because there
/// is no policy then.
fn scene() -> Option<(Postgres, Inside, Wire)> {
    scene_of(|server| Plan::before(server).start())
}

fn scene_of(start: impl FnOnce(&Postgres) -> Inside) -> Option<(Postgres, Inside, Wire)> {
    if direct() {
        return None;
    }
    let server = Postgres::start();
    Client::psql(&server.door()).args(["-c", "CREATE TABLE kept (word text)"]).run().ok();
    let inside = start(&server);
    let wire = Wire::sign_in(&inside.door());
    Some((server, inside, wire))
}

/// What stands in the table now, asked around the gateway.
fn kept(server: &Postgres) -> String {
    let sql = "SELECT coalesce(string_agg(word, ',' ORDER BY word), '') FROM kept";
    Client::psql(&server.door()).args(["-c", sql]).run().ok().to_owned()
}

/// The conversation is in step and of use.
fn assert_goes_on(wire: &mut Wire) {
    let messages = wire.query("SELECT 'goes ' || 'on'");
    assert!(rows(&messages).concat().contains("goes on"), "{messages:?}");
}

/// The words of a denial, with what to do about it.
fn assert_denied(messages: &[Message]) {
    let error = error(messages);
    let field = |name| error.field(name);
    assert_eq!(field(b'C').as_deref(), Some("42501"), "{messages:?}");
    assert_eq!(field(b'M').as_deref(), Some("refused: the policy says no"));
    assert_eq!(field(b'H').as_deref(), Some(HINT));
    assert_eq!((field(b'S').as_deref(), field(b'V').as_deref()), (Some("ERROR"), Some("ERROR")));
}

/// How often the target was given a text to run.
fn ran(server: &Postgres, needle: &str) -> usize {
    let log = server.log();
    let given = |line: &&str| line.contains("LOG:  statement: ") || line.contains("LOG:  execute ");
    log.lines().filter(given).filter(|line| line.contains(needle)).count()
}

/// Waits until the target has taken notice of something; its log is written by another process.
fn wait_until_ran(server: &Postgres, needle: &str) {
    until(&format!("the target to run {needle:?}"), Duration::from_secs(15), || {
        (ran(server, needle) > 0).then_some(())
    });
}
