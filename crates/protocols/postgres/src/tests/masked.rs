//! Results with a mask, message by message.

use wire::{Input, Side};

use super::driver::{Driver, Says};
use super::messages as m;
use super::relay;

const CANARY: &str = "canary";

/// A column: its name, its type and whether its values come in binary form.
fn described(columns: &[(&str, u32, bool)]) -> Vec<u8> {
    let mut body = u16::try_from(columns.len()).unwrap().to_be_bytes().to_vec();
    for (name, type_id, binary) in columns {
        body.extend(format!("{name}\0").into_bytes());
        body.extend([0; 6]);
        body.extend(type_id.to_be_bytes());
        body.extend([0xff; 6]);
        body.extend([0, u8::from(*binary)]);
    }
    m::frame(b'T', &body)
}

fn text(names: &[&str]) -> Vec<u8> {
    described(&names.iter().map(|name| (*name, 25, false)).collect::<Vec<_>>())
}

fn values(values: &[Option<&[u8]>]) -> Vec<u8> {
    let mut body = u16::try_from(values.len()).unwrap().to_be_bytes().to_vec();
    for value in values {
        body.extend(value.map_or(u32::MAX, |value| u32::try_from(value.len()).unwrap()).to_be_bytes());
        body.extend(value.unwrap_or_default());
    }
    m::frame(b'D', &body)
}

fn mask(driver: &mut Driver) {
    driver.decide = |action| if action.text.starts_with(b"all") { Says::Yes } else { Says::Mask };
}

fn holds(driver: &Driver, part: &str) -> bool {
    driver.sent(Side::Client).windows(part.len()).any(|window| window == part.as_bytes())
}

fn complaint(fields: &str) -> Vec<u8> {
    m::frame(b'E', format!("SERROR\0VERROR\0C22P02\0M{CANARY}\0{fields}\0").as_bytes())
}

#[test]
fn rows_are_masked_and_counted() {
    let log = relay(|driver| {
        mask(driver);
        driver.client(&m::query("select"));
        driver.target(&text(&["a", "hidden", "missing"]));
        let row = values(&[Some(b"1"), Some(CANARY.as_bytes()), Some(CANARY.as_bytes())]);
        driver.target(&[row, values(&[Some(b"2"), None, None]), m::done("SELECT 2"), m::ready(b'I')].concat());
        assert!(!holds(driver, CANARY));
        let shown = [values(&[Some(b"1"), Some(b"***"), None]), values(&[Some(b"2"), None, None])].concat();
        assert!(holds(driver, std::str::from_utf8(&shown[..30]).unwrap_or("T")), "rows");
        let sent = driver.sent(Side::Client);
        assert!(sent.windows(shown.len()).any(|window| window == shown));
    });
    assert_eq!(log[1..], ["client < T D D", "outcome (2) Done rows 2 masked 2", "client < C(SELECT 2) Z(I)"]);
}

#[test]
fn both_forms_of_numbers() {
    relay(|driver| {
        mask(driver);
        driver.client(&m::query("fetch"));
        driver.target(&described(&[
            ("hidden", 23, true),
            ("hidden", 20, false),
            ("hidden", 17, true),
            ("a", 23, true),
        ]));
        let row = values(&[Some(&[0, 0, 1, 0]), Some(b"256"), Some(b"canary"), Some(&[0, 0, 1, 0])]);
        driver.target(&[row, m::done("FETCH 1"), m::ready(b'I')].concat());
        let shown = values(&[Some(&[0, 0, 0, 7]), Some(b"7"), None, Some(&[0, 0, 1, 0])]);
        assert!(driver.sent(Side::Client).windows(shown.len()).any(|window| window == shown));
    });
}

/// A value that is not one of its type is missing, and not clear.
#[test]
fn what_is_not_understood_is_missing() {
    relay(|driver| {
        mask(driver);
        driver.client(&m::query("select"));
        driver.target(&[described(&[("hidden", 23, false)]), values(&[Some(CANARY.as_bytes())])].concat());
        driver.target(&[values(&[Some(b"\xff\xfe")]), m::done("SELECT 2"), m::ready(b'I')].concat());
        assert!(!holds(driver, CANARY));
        let shown = values(&[None]).repeat(2);
        assert!(driver.sent(Side::Client).windows(shown.len()).any(|window| window == shown));
    });
}

/// Each statement of a message has its own columns, and so has each portion of a cursor.
#[test]
fn every_statement_of_a_message() {
    let log = relay(|driver| {
        mask(driver);
        driver.client(&m::query("select; fetch; all"));
        driver.target(&[text(&["hidden"]), values(&[Some(CANARY.as_bytes())]), m::done("SELECT 1")].concat());
        driver.target(&[text(&["a", "hidden"]), values(&[Some(b"1"), Some(CANARY.as_bytes())])].concat());
        driver.target(&m::done("FETCH 1"));
        driver.target(&[m::select_one(), m::ready(b'I')].concat());
        assert!(!holds(driver, CANARY));
    });
    let outcomes: Vec<_> = log.iter().filter(|line| line.starts_with("outcome")).cloned().collect();
    let expected = ["outcome (2) Done rows 1 masked 1", "outcome (3) Done rows 1 masked 1", "outcome (4) Done rows 1"];
    assert_eq!(outcomes, expected);
}

/// The gateway asks for the columns itself and keeps the answer: the client sees what it asked for and nothing else.
#[test]
fn an_execute_is_described_first() {
    let log = relay(|driver| {
        mask(driver);
        driver.client(&[m::parse("", "select"), m::bind("", "", &[]), m::execute(""), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b"")].concat());
        driver.target(&[text(&["hidden"]), values(&[Some(CANARY.as_bytes())])].concat());
        driver.target(&[m::done("SELECT 1"), m::ready(b'I')].concat());
        assert!(!holds(driver, CANARY));
    });
    assert_eq!(
        log,
        [
            "target < P (command (2))",
            "target < B (command (3))",
            "target < D (describe masked)",
            "target < E (command (3))",
            "target < S (sync)",
            "outcome (2) Done masked 0",
            "client < 1 2 D",
            "outcome (3) Done rows 1 masked 1",
            "client < C(SELECT 1) Z(I)",
        ]
    );
}

#[test]
fn what_the_client_asks_for_is_its_own() {
    let log = relay(|driver| {
        mask(driver);
        driver.client(&[m::extended("select"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b"")].concat());
        driver.target(&[text(&["hidden"]), text(&["hidden"]), values(&[Some(CANARY.as_bytes())])].concat());
        driver.target(&[m::done("SELECT 1"), m::ready(b'I')].concat());
        assert!(!holds(driver, CANARY));
    });
    assert_eq!(log[1..3], ["target < B D (command (3))", "target < D (describe masked)"]);
    assert!(log.contains(&"client < 1 2 T D".to_owned()), "{log:?}");
}

/// A portal in portions, and one that runs again without being described.
#[test]
fn portions_and_second_runs() {
    let log = relay(|driver| {
        mask(driver);
        driver.client(&[m::parse("s", "select"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::ready(b'I')].concat());
        for end in [m::frame(b's', b""), m::done("SELECT 1")] {
            driver.client(&[m::bind("", "s", &[]), m::execute(""), m::sync()].concat());
            driver.target(&[m::frame(b'2', b""), text(&["hidden"]), values(&[Some(CANARY.as_bytes())])].concat());
            driver.target(&[end, m::ready(b'T')].concat());
        }
        driver.client(&[m::execute(""), m::sync()].concat());
        driver.target(&[text(&["hidden"]), values(&[Some(CANARY.as_bytes())]), m::done("SELECT 1")].concat());
        driver.target(&m::ready(b'I'));
        assert!(!holds(driver, CANARY));
    });
    assert_eq!(log.iter().filter(|line| line.contains("masked 1")).count(), 3);
    assert_eq!(log.iter().filter(|line| line.as_str() == "target < D (describe masked)").count(), 3);
}

/// When the Bind fails, the target drops our Describe with everything else.
#[test]
fn a_bind_that_fails_takes_our_describe_with_it() {
    for answers in [vec![complaint("")], vec![m::frame(b'2', b""), complaint("")]] {
        let log = relay(|driver| {
            mask(driver);
            driver.client(&m::parse("", "select"));
            driver.target(&m::frame(b'1', b""));
            driver.client(&[m::bind("", "", &[]), m::execute(""), m::sync(), m::query("all")].concat());
            driver.target(&[answers.concat(), m::ready(b'I'), m::select_one(), m::ready(b'I')].concat());
            assert!(!holds(driver, CANARY));
        });
        assert!(log.iter().any(|line| line == "outcome (3) Failed masked 0 22P02"), "{log:?}");
        assert_eq!(log.last().unwrap(), "client < C(SELECT 1) Z(I)");
    }
}

#[test]
fn an_execute_that_shows_nothing() {
    let log = relay(|driver| {
        mask(driver);
        driver.client(&[m::parse("", "insert"), m::bind("", "", &[]), m::execute(""), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::frame(b'n', b"")].concat());
        driver.target(&[m::done("INSERT 0 1"), m::ready(b'I')].concat());
    });
    assert_eq!(log[6..], ["client < 1 2", "outcome (3) Done rows 1 masked 0", "client < C(INSERT 0 1) Z(I)"]);
}

/// Rows that come although nothing was described are no rows of a protocol that is kept.
#[test]
fn rows_without_a_description() {
    let log = relay(|driver| {
        mask(driver);
        driver.client(&[m::parse("", "select"), m::bind("", "", &[]), m::execute(""), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::frame(b'n', b"")].concat());
        driver.target(&values(&[Some(CANARY.as_bytes())]));
        driver.target(&[complaint(""), m::ready(b'I')].concat());
        assert!(!holds(driver, CANARY));
    });
    assert!(log.iter().any(|line| line.starts_with("aside cancel")), "{log:?}");
}

const REFUSED: &str = "E(ERROR 42501 refused: nobody knows what this shows)";

/// What cannot be masked is not shown, and ends as a refusal.
#[test]
fn a_result_that_cannot_be_masked() {
    let log = relay(|driver| {
        mask(driver);
        driver.client(&m::query("select"));
        driver.target(&[text(&["a", "unmaskable"]), values(&[Some(b"1"), Some(CANARY.as_bytes())])].concat());
        driver.target(&[complaint(""), m::ready(b'I')].concat());
        assert!(!holds(driver, CANARY));
    });
    assert_eq!(log[1], "aside cancel [0, 0, 0, 7, 1, 2, 3, 4]");
    assert_eq!(log[2..], ["outcome (2) Failed masked 0 42501", &format!("client < {REFUSED} Z(I)")]);
}

#[test]
fn an_execute_that_cannot_be_masked() {
    let log = relay(|driver| {
        mask(driver);
        driver.client(&[m::extended("select"), m::sync(), m::query("all")].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), text(&["a"]), text(&["unmaskable"])].concat());
        driver.target(&[values(&[Some(CANARY.as_bytes())]), m::done("SELECT 1"), m::ready(b'I')].concat());
        driver.input(Input::Probed);
        driver.target(&[m::select_one(), m::ready(b'I')].concat());
        assert!(!holds(driver, CANARY));
    });
    let at = log.iter().position(|line| line == "outcome (3) Done rows 1 masked 0 42501").expect("its outcome");
    assert_eq!(log[at + 1], format!("client < {REFUSED} Z(I) T D"));
    assert!(log.contains(&"client < C(SELECT 1) Z(I)".to_owned()), "{log:?}");
}

/// A row that is too large to be held is not shown.
#[test]
fn a_row_is_masked_whole_or_not_at_all() {
    for (length, shown) in [(200_000, true), (300_000, false)] {
        let log = relay(|driver| {
            mask(driver);
            driver.client(&m::query("select"));
            let row = values(&[Some(&vec![b'x'; length]), Some(CANARY.as_bytes())]);
            driver.target(&[text(&["a", "hidden"]), row, m::done("SELECT 1"), m::ready(b'I')].concat());
            assert!(!holds(driver, CANARY));
        });
        assert_eq!(log[1] == "client < T D", shown, "{log:?}");
        assert_eq!(log.iter().any(|line| line.contains("too large to be masked")), !shown, "{log:?}");
    }
}

/// With nothing to hide in it, a result passes as it came, large rows in pieces.
#[test]
fn a_result_without_anything_to_hide_passes() {
    let log = relay(|driver| {
        mask(driver);
        driver.client(&m::query("select"));
        let row = values(&[Some(&vec![b'x'; 300_000])]);
        driver.target(&[text(&["a"]), row, m::done("SELECT 1"), m::ready(b'I')].concat());
    });
    assert_eq!(log[1..], ["client < T D", "outcome (2) Done rows 1 masked 0", "client < C(SELECT 1) Z(I)"]);
}
