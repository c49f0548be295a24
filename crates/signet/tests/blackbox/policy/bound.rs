//! What the target runs when it binds: a planner calls functions that are said to be immutable, so that no Bind may go
//! without its record, with parameters or without.

use super::{assert_denied, assert_goes_on, scene};
use crate::harness::desk::{allow, deny};
use crate::harness::pipeline::{bind, execute, parse, sync, tags};
use crate::harness::wire::frame;
use crate::harness::{Client, Postgres};

/// A function whose calls can be counted, and which the planner calls.
const COUNTED: &str = "CREATE SEQUENCE calls; CREATE FUNCTION counted() RETURNS bigint IMMUTABLE LANGUAGE sql \
                       AS $$ SELECT nextval('calls') $$;";

fn calls(server: &Postgres) -> String {
    let sql = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM calls";
    Client::psql(&server.door()).args(["-c", sql]).run().ok().to_owned()
}

#[test]
fn a_bind_without_parameters_has_its_record() {
    let Some((server, inside, mut wire)) = scene() else { return };
    Client::psql(&server.door()).args(["-c", COUNTED]).run().ok();
    wire.send(&[parse("s", "SELECT counted()"), sync()].concat());
    assert_eq!(tags(&wire.messages()), "1Z");
    assert_eq!(calls(&server), "0");
    wire.send(&[bind("", "s"), frame(b'H', b"")].concat());
    assert_eq!(wire.receive().unwrap().tag, b'2');
    assert_eq!(calls(&server), "1", "the planner calls it at Bind, before any Execute");
    assert_eq!(inside.recorded("command", "counted()"), 2, "the Parse, and the Bind");
    assert_eq!(inside.recorded("outcome", "\"status\":\"done\""), 2);
    wire.send(&sync());
    wire.messages();

    inside.policy.replace(|_| deny());
    wire.send(&[bind("", "s"), frame(b'H', b""), execute(""), sync()].concat());
    let messages = wire.messages();
    assert_eq!(tags(&messages), "EZ");
    assert_denied(&messages);
    assert_eq!(calls(&server), "1", "a refused Bind runs nothing");
    inside.policy.replace(|_| allow());
    assert_goes_on(&mut wire);
}

/// With its Execute it is one command: one record before it, one after.
#[test]
fn a_bind_and_its_execute_are_one_record() {
    let Some((server, inside, mut wire)) = scene() else { return };
    Client::psql(&server.door()).args(["-c", COUNTED]).run().ok();
    wire.send(&[parse("s", "SELECT counted()"), sync()].concat());
    wire.messages();
    wire.send(&[bind("", "s"), frame(b'D', b"P\0"), execute(""), sync()].concat());
    assert_eq!(tags(&wire.messages()), "2TDCZ");
    assert_eq!((calls(&server).as_str(), inside.recorded("command", "\"phase\":\"run\"")), ("1", 1));
    assert_eq!(inside.recorded("command", "counted()"), 2);
    inside.policy.replace(|_| deny());
    wire.send(&[bind("", "s"), execute(""), sync()].concat());
    assert_eq!(tags(&wire.messages()), "EZ");
    assert_eq!(calls(&server), "1");
}
