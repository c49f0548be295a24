//! Names of statements that SQL gives: PREPARE and EXECUTE, and those that are shared with Parse.

use bytes::Bytes;
use model::{Action, Certainty, Verb};

use super::driver::{Driver, Says};
use super::messages as m;
use super::relay;

/// One Query whose statements complete with these tags.
pub(super) fn runs(driver: &mut Driver, text: &str, tags: &[&str], state: u8) {
    driver.client(&m::query(text));
    let mut answers: Vec<u8> = tags.iter().flat_map(|tag| m::done(tag)).collect();
    answers.extend(m::ready(state));
    driver.target(&answers);
    assert!(driver.violation.is_none(), "{text}: {:?}", driver.violation);
}

/// One Query that fails.
pub(super) fn fails(driver: &mut Driver, text: &str, state: u8) {
    driver.client(&m::query(text));
    driver.target(&[m::error("42P05"), m::ready(state)].concat());
    assert!(driver.violation.is_none(), "{text}: {:?}", driver.violation);
}

pub(super) fn last(driver: &Driver) -> &Action {
    driver.actions.last().unwrap()
}

/// What stands behind the last command.
pub(super) fn behind(driver: &Driver) -> Option<&str> {
    last(driver).behind.as_ref().map(|behind| std::str::from_utf8(behind).unwrap())
}

/// What would run by that name.
pub(super) fn executed(driver: &mut Driver, name: &str) -> Option<String> {
    runs(driver, &format!("execute {name}"), &["SELECT 1"], b'I');
    behind(driver).map(str::to_owned)
}

#[test]
fn execute_does_what_it_has_a_name_for() {
    relay(|driver| {
        runs(driver, "prepare p (int) as delete from t", &["PREPARE"], b'I');
        runs(driver, "execute P (1)", &["DELETE 1"], b'I');
        let run = last(driver);
        assert_eq!((run.verb, run.name, run.certainty), (Verb::Write, "EXECUTE", Certainty::Lexed));
        assert!(run.facts.unbounded_write && run.facts.names);
        assert_eq!(run.text.as_ref(), b"execute P (1)");
        let reading = run.reading.clone().unwrap();
        assert_eq!(reading.relations.first().map(ToString::to_string).as_deref(), Some("t"));
        assert_eq!(behind(driver), Some("prepare p (int) as delete from t"));
        runs(driver, "execute p (mine(1))", &["DELETE 1"], b'I');
        assert_eq!((last(driver).verb, last(driver).reading.is_none()), (Verb::Call, true), "arguments run code");
    });
}

#[test]
fn a_name_that_is_not_known_stays_unknown() {
    relay(|driver| {
        runs(driver, "execute p (1)", &["DELETE 1"], b'I');
        assert_eq!((last(driver).verb, behind(driver)), (Verb::Call, None));
        assert!(last(driver).facts.unbounded_write);
        runs(driver, "fetch all from c", &["FETCH 0"], b'I');
        assert_eq!((last(driver).verb, behind(driver)), (Verb::Session, None));
    });
}

#[test]
fn the_statements_of_one_message_see_one_another() {
    relay(|driver| {
        driver.client(&m::query("prepare p as select 1 ; execute p; deallocate p; execute p"));
        let all: Vec<_> = driver.actions.iter().map(|action| (action.verb, action.behind.clone())).collect();
        let known = Some(Bytes::from_static(b"prepare p as select 1"));
        assert_eq!((all[1].0, &all[1].1, &all[3].1), (Verb::Read, &known, &None));
        driver.target(&[m::done("PREPARE"), m::done("SELECT 1"), m::done("DEALLOCATE")].concat());
        driver.target(&[m::error("26000"), m::ready(b'I')].concat());
        assert!(driver.violation.is_none());
    });
}

#[test]
fn what_is_refused_makes_no_names() {
    relay(|driver| {
        runs(driver, "prepare p as select 1", &["PREPARE"], b'I');
        driver.client(&m::query("deallocate p; prepare p as delete from t; select no"));
        assert_eq!(executed(driver, "p").as_deref(), Some("prepare p as select 1"));
    });
}

#[test]
fn a_prepare_that_failed_changes_nothing_and_one_that_is_rolled_back_stands() {
    relay(|driver| {
        runs(driver, "prepare p as select 1", &["PREPARE"], b'I');
        fails(driver, "prepare p as delete from t", b'I');
        assert_eq!(executed(driver, "p").as_deref(), Some("prepare p as select 1"));
        driver.client(&m::query("begin; prepare q as select 2; rollback"));
        driver.target(&[m::done("BEGIN"), m::done("PREPARE"), m::done("ROLLBACK"), m::ready(b'I')].concat());
        assert_eq!(executed(driver, "q").as_deref(), Some("prepare q as select 2"));
        fails(driver, "prepare r as select 3", b'I');
        assert_eq!(executed(driver, "r"), None);
    });
}

/// What comes behind it in other messages is not skipped when it fails.
#[test]
fn a_prepare_stands_for_other_messages_when_it_is_confirmed() {
    relay(|driver| {
        driver.client(&[m::query("prepare p as select 1"), m::query("execute p")].concat());
        assert_eq!(behind(driver), None);
    });
    relay(|driver| {
        driver.client(&m::query("do $$$$; prepare p as select 1; execute p; do $$$$; execute p"));
        let behind: Vec<_> = driver.actions.iter().map(|action| action.behind.is_some()).collect();
        assert_eq!(behind, [false, false, true, false, false]);
    });
}

#[test]
fn deallocate_discard_and_code_make_names_forgotten() {
    for text in ["deallocate p", "deallocate all", "discard all", "do $$$$", "call f()", "execute other", "select f()"]
    {
        relay(|driver| {
            runs(driver, "prepare p as select 1", &["PREPARE"], b'I');
            runs(driver, text, &["X"], b'I');
            assert_eq!(executed(driver, "p"), None, "{text}");
        });
    }
    for text in ["deallocate q", "discard plans", "close all", "begin", "rollback", "execute p", "select upper(a)"] {
        relay(|driver| {
            runs(driver, "prepare p as select 1", &["PREPARE"], b'I');
            runs(driver, text, &["X"], b'I');
            assert!(executed(driver, "p").is_some(), "{text}");
        });
    }
}

#[test]
fn parse_and_prepare_share_their_names() {
    relay(|driver| {
        driver.client(&[m::parse("S", "delete from t"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::ready(b'I')].concat());
        assert_eq!(executed(driver, "s"), None, "names are folded");
        // What was run was not known, so that it may have changed names.
        assert_eq!(executed(driver, "\"S\""), None);
        driver.client(&[m::parse("T", "delete from t"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::ready(b'I')].concat());
        assert_eq!(executed(driver, "\"T\"").as_deref(), Some("delete from t"));
        assert_eq!(last(driver).verb, Verb::Write);

        runs(driver, "prepare p (int) as /* x */ update t set a = $1", &["PREPARE"], b'I');
        driver.client(&[m::bind("", "p", &["7"]), m::execute(""), m::sync()].concat());
        let run = last(driver);
        assert_eq!((run.verb, run.certainty), (Verb::Write, Certainty::Lexed));
        assert_eq!(run.text.trim_ascii(), b"/* x */ update t set a = $1");
        assert_eq!((&run.parameters, &run.behind), (&vec![Some(Bytes::from("7"))], &None));
    });
}

#[test]
fn it_is_the_same_in_the_extended_protocol() {
    let one = |driver: &mut Driver, text: &str, tag: &str| {
        driver.client(&[m::parse("", text), m::bind("", "", &[]), m::execute(""), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::done(tag), m::ready(b'T')].concat());
        assert!(driver.violation.is_none());
    };
    relay(|driver| {
        one(driver, "PREPARE p AS DELETE FROM t", "PREPARE");
        one(driver, "EXECUTE p", "DELETE 1");
        let both = &driver.actions[driver.actions.len() - 2..];
        assert!(both.iter().all(|action| action.verb == Verb::Write && action.facts.unbounded_write), "{both:?}");
        assert_eq!(behind(driver), Some("PREPARE p AS DELETE FROM t"));
        one(driver, "DECLARE c CURSOR FOR SELECT a FROM t", "DECLARE CURSOR");
        one(driver, "FETCH c", "FETCH 1");
        assert_eq!(behind(driver), Some("DECLARE c CURSOR FOR SELECT a FROM t"));
        one(driver, "CLOSE c", "CLOSE CURSOR");
        one(driver, "FETCH c", "FETCH 1");
        assert_eq!(behind(driver), None);
    });
}

/// The decision is about what the name stands for now, and not about what it stood for at the Parse.
#[test]
fn what_a_name_stands_for_is_looked_up_when_it_runs() {
    relay(|driver| {
        runs(driver, "prepare p as select 1", &["PREPARE"], b'I');
        driver.client(&[m::parse("e", "execute p"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::ready(b'I')].concat());
        assert_eq!(behind(driver), Some("prepare p as select 1"));
        runs(driver, "deallocate p", &["DEALLOCATE"], b'I');
        runs(driver, "prepare p as delete from t", &["PREPARE"], b'I');
        driver.client(&[m::bind("", "e", &[]), m::execute(""), m::sync()].concat());
        assert_eq!((behind(driver), last(driver).verb), (Some("prepare p as delete from t"), Verb::Write));
    });
}

#[test]
fn more_names_than_there_may_be_are_not_known() {
    relay(|driver| {
        for number in 0..6 {
            runs(driver, &format!("prepare p{number} as select {number}"), &["PREPARE"], b'I');
        }
        assert!(executed(driver, "p4").is_some());
        assert_eq!(executed(driver, "p5"), None);
    });
    relay(|driver| {
        let text = format!("prepare p as select '{}'", "x".repeat(200_000));
        for _ in 0..3 {
            runs(driver, &text, &["PREPARE"], b'I');
        }
        assert!(driver.holds() < 600_000);
        runs(driver, "deallocate all", &["DEALLOCATE ALL"], b'I');
        assert_eq!(driver.holds(), 0);
    });
}

#[test]
fn credentials_behind_a_name_are_found() {
    relay(|driver| {
        runs(driver, "prepare p as update t set a = 1 where password = 'geheim'", &["PREPARE"], b'I');
        runs(driver, "execute p", &["UPDATE 1"], b'I');
        let text = model::ActionText::from(last(driver)).text;
        let shown = String::from_utf8_lossy(&text).into_owned();
        assert!(shown.contains("/* runs */ prepare p as update") && shown.ends_with("\n;\nexecute p"), "{shown}");
        assert!(!shown.contains("geheim"), "{shown}");
    });
}

#[test]
fn a_refused_execute_leaves_its_name() {
    relay(|driver| {
        runs(driver, "prepare p as select 1", &["PREPARE"], b'I');
        driver.decide =
            |action| if action.name == "EXECUTE" && action.text.ends_with(b"1") { Says::No } else { Says::Yes };
        driver.client(&m::query("execute p -- 1"));
        assert!(executed(driver, "p").is_some());
    });
}
