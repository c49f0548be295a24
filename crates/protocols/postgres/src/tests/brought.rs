//! Settings that a client brings to the start of a session, and how they are decided.

use model::{Certainty, Class, Phase, Public, TlsMode, Verb};
use wire::{Answer, Side, Stop, TlsFacts};

use super::both;
use super::driver::{Driver, Says};
use super::messages as m;

/// Says yes to nothing.
fn nothing(_: &model::Action) -> Says {
    Says::No
}

fn begun(parameters: &[(&str, &str)], decide: fn(&model::Action) -> Says) -> Driver {
    let mut driver = Driver::new(usize::MAX);
    driver.decide = decide;
    driver.client(&m::startup(m::V3_0, &[&[("user", "ada")], parameters].concat()));
    driver
}

#[test]
fn harmless_settings_are_not_asked_about() {
    let parameters = [
        ("application_name", "psql"),
        ("DateStyle", "ISO"),
        ("TimeZone", "UTC; SET x = 1"),
        ("options", "-c geqo=off --default-transaction-isolation=serializable -cenable_seqscan=off"),
    ];
    let driver = begun(&parameters, nothing);
    assert!(driver.actions.is_empty(), "{:?}", driver.actions);
    assert!(driver.log().last().unwrap().ends_with("(startup)"), "{:?}", driver.log());
}

#[test]
fn what_a_set_would_have_to_ask_is_asked_before_the_target_hears_of_it() {
    let parameters = [
        ("Lock_Timeout", "it's 1"),
        ("options", "-c geqo=off --statement-timeout=0 -c default_transaction_read_only=off"),
        ("application_name", "x"),
    ];
    let driver = begun(&parameters, nothing);
    let [action] = driver.actions.as_slice() else { panic!("{:?}", driver.actions) };
    let text = "SET Lock_Timeout = 'it''s 1'; SET statement_timeout = '0'; SET default_transaction_read_only = 'off'";
    assert_eq!(String::from_utf8_lossy(&action.text), text);
    assert_eq!((action.verb, action.name), (Verb::SessionGuard, "SET"));
    assert_eq!((action.certainty, action.phase), (Certainty::Lexed, Phase::Run));
    assert_eq!(driver.sent(Side::Target), b"", "the target heard of it");
    let log = driver.log().join("\n");
    assert!(log.contains("E(FATAL 42501 policy says no") && log.ends_with("close: refused"), "{log}");
    assert!(String::from_utf8_lossy(&driver.sent(Side::Client)).contains("ask somebody It is about settings"), "{log}");
}

#[test]
fn a_name_that_is_no_word_stays_one_name() {
    let driver = begun(&[("enable_x = 1; DROP TABLE t; SET \"y", "1")], nothing);
    assert!(driver.actions.is_empty(), "a setting of the planner, whatever it is called: {:?}", driver.actions);
    let driver = begun(&[("options", "-c statement_timeout=0';DROP\\ TABLE\\ t;--")], nothing);
    let [action] = driver.actions.as_slice() else { panic!("{:?}", driver.actions) };
    assert_eq!(action.text, "SET statement_timeout = '0'';DROP TABLE t;--'");
    assert_eq!(action.verb, Verb::SessionGuard, "a value is not code");
}

#[test]
fn leave_goes_out_with_the_startup_message_and_ends_with_it() {
    let parameters = [("user", "ada"), ("options", "-c statement_timeout=5s")];
    let log = both(|driver| {
        driver.client(&m::startup(m::V3_0, &parameters));
        driver.target(&m::welcome());
        driver.client(&m::query("SELECT 1"));
    });
    let at = |part: &str| log.iter().position(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}: {log:?}"));
    assert!(log[at("target < ")].ends_with("(command (2))"), "{log:?}");
    assert!(at("target < ") < at("outcome (2) Done"), "{log:?}");
    assert!(log.last().unwrap().contains("(command (3))"), "{log:?}");

    let mut driver = begun(&parameters[1..], |_| Says::Yes);
    driver.target(&m::frame(b'E', b"SFATAL\0VFATAL\0C22023\0Mbad\0\0"));
    let log = driver.log().join("\n");
    assert!(log.contains("outcome (2) Failed 22023") && log.contains("E(FATAL 22023"), "{log}");
}

#[test]
fn a_hold_is_shown_and_waited_for() {
    let mut driver = begun(&[("options", "-c statement_timeout=5s")], |_| Says::Wait);
    let log = driver.log().join("\n");
    assert!(log.contains("N(NOTICE 00000 waiting for approval") && !log.contains("target <"), "{log}");
    assert_eq!((driver.wants(Side::Client), driver.wants(Side::Target)), (0, 0));
    let ticket = driver.waiting[0];
    driver.approve(ticket);
    driver.target(&m::welcome());
    assert!(driver.log().join("\n").contains("outcome (2) Done"), "{:?}", driver.log());
}

#[test]
fn whoever_stops_waiting_takes_it_back() {
    let stop = || Stop::Cut(Public::new(Class::Shutdown, "time to go"));
    let ends: [fn(&mut Driver, Stop); 3] =
        [|driver, _| driver.end(Side::Client), |driver, _| driver.end(Side::Target), |driver, stop| driver.stop(stop)];
    for (number, end) in ends.into_iter().enumerate() {
        let mut driver = begun(&[("options", "-c statement_timeout=5s")], |_| Says::Wait);
        end(&mut driver, stop());
        let log = driver.log().join("\n");
        assert!(log.contains("withdrawn") && log.contains("close:") && !log.contains("target <"), "{number}: {log}");
        let ticket = driver.waiting[0];
        driver.approve(ticket);
        assert_eq!(log, driver.log().join("\n"), "{number}: it is over");
    }
    let mut driver = begun(&[("options", "-c statement_timeout=5s")], |_| Says::Wait);
    let ticket = driver.waiting[0];
    driver.reply(ticket, Answer::Refuse(Public::new(Class::NotApproved, "they said no")));
    assert!(driver.log().join("\n").contains("they said no"));
}

#[test]
fn nothing_is_sent_before_the_leg_is_inside_tls() {
    let mut driver = Driver::new(usize::MAX);
    driver.upstream.tls = TlsMode::VerifyFull;
    driver.client(&m::startup(m::V3_0, &[("user", "ada"), ("options", "-c statement_timeout=5s")]));
    assert!(!driver.log().join("\n").contains("command (2)"), "{:?}", driver.log());
    driver.target(b"S");
    driver.secured(Side::Target, TlsFacts::default());
    assert!(driver.log().join("\n").contains("(command (2))"), "{:?}", driver.log());
}

#[test]
fn a_target_that_never_lets_us_in_is_left() {
    let mut driver = begun(&[("options", "-c statement_timeout=5s")], |_| Says::Yes);
    driver.wake();
    let log = driver.log().join("\n");
    assert!(log.contains("the resource does not answer") && log.contains("outcome (2) Unknown"), "{log}");
}
