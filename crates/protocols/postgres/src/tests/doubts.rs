//! Texts and names that are not certain, and who a session acts as behind a name.

use model::{Certainty, Verb};

use super::messages as m;
use super::named::{behind, executed, last, runs};
use super::relay;

#[test]
fn texts_that_may_be_read_in_two_ways_make_names_forgotten() {
    relay(|driver| {
        runs(driver, "prepare p as select 1", &["PREPARE"], b'I');
        driver.target(&m::status("standard_conforming_strings", "off"));
        runs(driver, "prepare q as select 'a\\'", &["PREPARE"], b'I');
        assert_eq!((executed(driver, "p"), executed(driver, "q")), (None, None));
    });
}

/// SQL can execute what was parsed and is no query; DO and CALL run what nobody sees.
#[test]
fn who_a_session_acts_as_is_told_behind_names_too() {
    for (text, verb) in [
        ("set role admin", Verb::SessionIdentity),
        ("set session authorization admin", Verb::SessionIdentity),
        ("reset role", Verb::SessionIdentity),
        ("reset all", Verb::SessionIdentity),
        ("discard all", Verb::SessionIdentity),
        ("set statement_timeout = 0", Verb::SessionGuard),
        ("do $$ begin perform set_config('role', 'admin', false); end $$", Verb::Call),
        ("call becomes_admin()", Verb::Call),
    ] {
        relay(|driver| {
            driver.client(&[m::parse("s", text), m::sync()].concat());
            driver.target(&[m::frame(b'1', b""), m::ready(b'I')].concat());
            assert_eq!(last(driver).verb, verb, "{text}");
            runs(driver, "execute s", &["X"], b'I');
            assert_eq!((last(driver).verb, behind(driver)), (verb, Some(text)));
            driver.client(&[m::bind("", "s", &[]), m::execute(""), m::sync()].concat());
            let known = !["discard", "do", "call"].iter().any(|word| text.starts_with(word));
            assert_eq!(last(driver).verb, if known { verb } else { Verb::Unknown }, "{text}");
        });
    }
}

#[test]
fn in_another_encoding_only_ascii_is_understood() {
    relay(|driver| {
        driver.target(&m::status("client_encoding", "LATIN1"));
        runs(driver, "select 'a' from t", &["SELECT 1"], b'I');
        assert_eq!(last(driver).verb, Verb::Read);
        for text in ["select '\u{e4}' from t", "prepare p as select '\u{e4}'", "-- \u{e4}\nselect 1"] {
            runs(driver, text, &["SELECT 1"], b'I');
            assert_eq!((last(driver).verb, last(driver).certainty), (Verb::Unknown, Certainty::Opaque), "{text}");
        }
        assert_eq!(executed(driver, "p"), None);
        driver.target(&m::status("client_encoding", "UTF8"));
        runs(driver, "select '\u{e4}' from t", &["SELECT 1"], b'I');
        assert_eq!(last(driver).verb, Verb::Read);
    });
}

/// A message that calls a function is code that nobody knows: SQL finds nothing by the names of before, and drivers go on.
#[test]
fn behind_code_that_is_not_known_names_are_in_doubt_for_sql() {
    relay(|driver| {
        driver.client(&[m::parse("s", "select 1"), m::parse("u", "call f()"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'1', b""), m::ready(b'I')].concat());
        driver.client(&[m::bind("p", "u", &[]), m::sync()].concat());
        driver.target(&[m::frame(b'2', b""), m::ready(b'I')].concat());
        driver.client(&[m::bind("", "s", &[]), m::execute(""), m::sync()].concat());
        assert_eq!((last(driver).text.as_ref(), last(driver).verb), (&b"select 1"[..], Verb::Read));
        driver.target(&[m::frame(b'2', b""), m::done("SELECT 1"), m::ready(b'I')].concat());
        assert_eq!(executed(driver, "s"), None);
    });
}
