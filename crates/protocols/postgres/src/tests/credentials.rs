//! What is asked about says which of its bytes are credentials, whatever message they came in.

use model::{Action, ActionText};

use super::messages as m;
use super::relay;

/// Text and parameters as they stand in a record.
fn recorded(action: &Action) -> String {
    let record = ActionText::from(action);
    let parameters = record.parameters.iter().flatten().map(|value| String::from_utf8_lossy(value).into_owned());
    let all: Vec<_> = std::iter::once(String::from_utf8_lossy(&record.text).into_owned()).chain(parameters).collect();
    all.join("|").replace(model::LEFT_OUT, "~")
}

#[test]
fn each_statement_of_a_query_has_its_own() {
    relay(|driver| {
        driver.client(&m::query("select 'x'; alter role a password 'one'; set a.token = 'two'"));
        let all: Vec<_> = driver.actions.iter().map(recorded).collect();
        assert_eq!(all, ["select 'x'", "alter role a password ~", "set a.token = ~"]);
        assert_eq!(driver.actions[1].text, "alter role a password 'one'", "decided as it was typed");
    });
}

#[test]
fn a_prepared_statement_keeps_them() {
    relay(|driver| {
        driver.client(&m::parse("s", "update t set password = $1, x = 'password=one' where y = $2"));
        driver.target(&m::frame(b'1', b""));
        driver.client(&[m::bind("", "s", &["two", "host=h password=three"]), m::execute("")].concat());
        let all: Vec<_> = driver.actions.iter().map(recorded).collect();
        let text = "update t set password = $1, x = 'password=~' where y = $2";
        assert_eq!(all, [text.to_owned(), format!("{text}|~|host=h password=~")]);
    });
}

#[test]
fn a_parameter_of_what_is_not_known_is_looked_through() {
    relay(|driver| {
        driver.client(&[m::bind("", "nowhere", &["password=one"]), m::execute("")].concat());
        assert_eq!(recorded(&driver.actions[0]), "nowhere|password=~");
    });
}

/// A backslash may be an escape or not: both readings count, as in a text that nobody can read.
#[test]
fn while_a_setting_is_in_doubt() {
    relay(|driver| {
        driver.client(&m::query("set standard_conforming_strings = off"));
        driver.client(&m::query("alter role a password 'o\\'ne' login"));
        driver.client(&m::query("alter role é password 'two' login"));
        assert!(!recorded(&driver.actions[1]).contains("ne"), "{}", recorded(&driver.actions[1]));
        assert_eq!(recorded(&driver.actions[2]), "alter role é password ~ login");
        assert_eq!(driver.actions[2].name, "unreadable text");
    });
}
