//! A17: a statement is decided when it runs, by the policy of that moment, however long ago it was prepared.

use model::Phase;

use super::{assert_denied, assert_goes_on, kept, ran, scene};
use crate::harness::desk::{allow, deny, hold};
use crate::harness::pipeline::{bind, execute, parse, sync, tags};
use crate::harness::wire::{frame, query};

#[test]
fn a17_a_policy_that_changed_after_parse() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&[parse("s", "INSERT INTO kept VALUES ('prepared')"), bind("", "s"), execute(""), sync()].concat());
    assert_eq!(tags(&wire.messages()), "12CZ");
    inside.policy.replace(|_| deny());
    wire.send(&[bind("", "s"), execute(""), sync()].concat());
    let messages = wire.messages();
    assert_eq!(tags(&messages), "EZ");
    assert_denied(&messages);
    assert_eq!((kept(&server).as_str(), ran(&server, "prepared")), ("prepared", 1));
    assert_eq!(inside.recorded("refusal", "\"phase\":\"run\""), 1);
    assert_eq!(inside.recorded("command", "\"phase\":\"run\""), 1);
}

/// The change falls between the Bind and the Execute of a portal that is open.
#[test]
fn a17_a_policy_that_changed_after_bind() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&[parse("s", "INSERT INTO kept VALUES ('bound')"), bind("p", "s"), frame(b'H', b"")].concat());
    assert_eq!([wire.receive(), wire.receive()].map(|message| message.unwrap().tag), [b'1', b'2']);
    inside.policy.replace(|_| deny());
    wire.send(&[execute("p"), sync()].concat());
    let messages = wire.messages();
    assert_eq!(tags(&messages), "EZ");
    assert_denied(&messages);
    assert_eq!((kept(&server).as_str(), ran(&server, "bound")), ("", 0));
    inside.assert_recorded("refusal", "bound");
}

/// What SQL prepares under a name runs under the policy, too, by whichever way: what it does is known by the text behind the name.
#[test]
fn a17_prepared_by_sql_and_run_by_name() {
    let Some((server, inside, mut wire)) = scene() else { return };
    inside.policy.replace(|action| match action.phase {
        Phase::Run if action.verb == model::Verb::Write && action.name != "PREPARE" => hold(),
        _ => allow(),
    });
    wire.query("PREPARE s AS INSERT INTO kept VALUES ('by sql')");
    wire.send(&[bind("", "s"), execute(""), sync()].concat());
    inside.desk.next().reject("not by its name alone");
    assert_eq!(tags(&wire.messages()), "EZ");
    wire.send(&query("EXECUTE s"));
    inside.desk.next().reject("nor by SQL");
    assert_eq!(tags(&wire.messages()), "EZ");
    assert_goes_on(&mut wire);
    assert_eq!(kept(&server), "");
    inside.assert_recorded("refusal", "not by its name alone");
    inside.assert_recorded("refusal", "nor by SQL");
    inside.assert_recorded("hold", "/* runs */ PREPARE s AS INSERT INTO kept VALUES ('by sql')");
}
