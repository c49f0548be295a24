//! A Bind and its Execute are one command; a Bind without one is a command of its own.

use bytes::Bytes;
use model::{Certainty, Phase};
use wire::{Input, Side, Stop};

use super::driver::{Driver, Says};
use super::messages as m;
use super::relay;

const REFUSED: &str = "E(ERROR 42501 refused: policy says no)";

fn phases(driver: &Driver) -> Vec<Phase> {
    driver.actions.iter().map(|action| action.phase).collect()
}

/// Signs in, prepares `s`, and forgets what was done.
fn prepared(driver: &mut Driver) {
    driver.client(&[m::parse("s", "select $1"), m::sync()].concat());
    driver.target(&[m::frame(b'1', b""), m::ready(b'I')].concat());
    driver.forget();
}

#[test]
fn bind_describe_and_execute_are_one_question() {
    let log = relay(|driver| {
        prepared(driver);
        driver.client(&[m::bind("p", "s", &["7"]), m::describe_portal("p"), m::describe_statement("s")].concat());
        assert!(driver.actions.is_empty(), "nothing is asked before it is known what follows");
        driver.client(&[m::execute("p"), m::sync()].concat());
        let run = &driver.actions[0];
        assert_eq!((run.phase, run.certainty, run.text.as_ref()), (Phase::Run, Certainty::Lexed, &b"select $1"[..]));
        assert_eq!(run.parameters, [Some(Bytes::from_static(b"7"))]);
        let answers = [m::frame(b'2', b""), m::columns(&["a"]), m::frame(b't', b"\0\0"), m::columns(&["a"])].concat();
        driver.target(&[answers, m::row(&["7"]), m::done("SELECT 1"), m::ready(b'I')].concat());
        assert_eq!(phases(driver), [Phase::Run]);
    });
    assert_eq!(
        log,
        [
            "target < B D D E (command (3))",
            "target < S (sync)",
            "client < 2 T t T D",
            "outcome (3) Done rows 1",
            "client < C(SELECT 1) Z(I)",
        ]
    );
}

#[test]
fn what_is_proven_stays_proven_without_names_and_parameters() {
    relay(|driver| {
        driver.client(&m::extended("select 1"));
        assert_eq!(driver.actions[1].certainty, Certainty::Full);
        driver.client(&[m::parse("", "select 1"), m::bind("", "", &["x"]), m::execute("")].concat());
        assert_eq!(driver.actions[3].certainty, Certainty::Lexed, "its parameters are not part of the proof");
        driver.client(&[m::bind("p", "", &[]), m::execute("p")].concat());
        assert_eq!(driver.actions[4].certainty, Certainty::Lexed, "a name proves nothing");
    });
}

/// Whatever comes instead of its Execute, the Bind has been asked about and sent before it.
#[test]
fn a_bind_that_is_not_executed_is_asked_about_on_its_own() {
    let others = [
        (m::sync(), "S (sync)"),
        (m::frame(b'H', b""), "H (flush)"),
        (m::frame(b'C', b"Ss\0"), "C (close)"),
        (m::query(""), "Q() (empty query)"),
        (m::query("select 2"), "Q(select 2) (command (4))"),
        (m::parse("", "select 2"), "P (command (4))"),
        (m::execute("other"), "E (command (4))"),
        (m::frame(b'y', b"whatever"), "y (command (4))"),
        ([m::bind("q", "s", &[]), m::execute("q")].concat(), "B E (command (4))"),
    ];
    for (other, sent) in others {
        let log = relay(|driver| {
            prepared(driver);
            driver.client(&[m::bind("p", "s", &[]), other.clone()].concat());
            let bind = &driver.actions[0];
            assert_eq!((bind.phase, bind.certainty, bind.name), (Phase::Bind, Certainty::Lexed, "SELECT"));
        });
        let target: Vec<_> = log.iter().filter(|line| line.starts_with("target")).collect();
        assert_eq!(target, ["target < B (command (3))", &format!("target < {sent}")]);
    }
    let log = relay(|driver| {
        prepared(driver);
        driver.client(&[m::bind("p", "s", &[]), m::frame(b'd', b"data"), m::sync()].concat());
    });
    assert_eq!(log, ["target < B (command (3))", "target < S (sync)"], "COPY data that nobody wants");
}

#[test]
fn its_describes_follow_a_bind_that_goes_alone() {
    let log = relay(|driver| {
        prepared(driver);
        driver.client(&[m::bind("", "s", &["7"]), m::describe_portal(""), m::frame(b'H', b"")].concat());
        driver.target(&[m::frame(b'2', b""), m::columns(&["a"])].concat());
        driver.client(&[m::execute(""), m::sync()].concat());
        driver.target(&[m::row(&["7"]), m::done("SELECT 1"), m::ready(b'I')].concat());
        assert_eq!(phases(driver), [Phase::Bind, Phase::Run]);
        assert_eq!(driver.actions[1].parameters, [Some(Bytes::from_static(b"7"))]);
    });
    assert_eq!(
        log,
        [
            "target < B (command (3))",
            "target < D (describe)",
            "target < H (flush)",
            "outcome (3) Done",
            "client < 2 T",
            "target < E (command (4))",
            "target < S (sync)",
            "client < D",
            "outcome (4) Done rows 1",
            "client < C(SELECT 1) Z(I)",
        ]
    );
}

#[test]
fn a_refused_group_leaves_nothing_at_the_target() {
    let group = [m::bind("", "s", &[]), m::describe_portal(""), m::execute("")].concat();
    let log = relay(|driver| {
        prepared(driver);
        driver.decide = |_| Says::No;
        driver.client(&[group.clone(), m::query("select 2"), m::sync()].concat());
        driver.target(&m::ready(b'I'));
        driver.client(&[m::bind("", "s", &[]), m::sync()].concat());
        driver.target(&m::ready(b'I'));
    });
    let both = [format!("client < {REFUSED}"), "target < S (sync)".to_owned(), "client < Z(I)".to_owned()];
    let then = format!("client < Z(I) {REFUSED}");
    assert_eq!(log, [both[0].as_str(), &both[1], &then, &both[1], &both[2]]);
    let log = relay(|driver| {
        driver.client(&m::query("begin"));
        driver.target(&[m::done("BEGIN"), m::ready(b'T')].concat());
        driver.decide = |_| Says::No;
        driver.client(&[group.clone(), m::sync()].concat());
        driver.target(&[m::error("26000"), m::ready(b'E')].concat());
    });
    let end =
        ["target < B (refused bind)".to_owned(), "target < S (sync)".to_owned(), format!("client < {REFUSED} Z(E)")];
    assert_eq!(log[log.len() - 3..], end);
}

#[test]
fn an_error_at_any_message_of_a_group_is_its_outcome() {
    let answers = [m::frame(b'2', b""), m::columns(&["a"]), m::row(&["1"])];
    for before in 0..=answers.len() {
        let log = relay(|driver| {
            prepared(driver);
            let one = [m::bind("", "s", &[]), m::describe_portal(""), m::execute("")].concat();
            driver.client(&[one.clone(), one.clone(), m::execute(""), m::sync()].concat());
            driver.target(&[answers[..before].concat(), m::error("22012"), m::ready(b'I')].concat());
            assert!(driver.violation.is_none());
        });
        let outcomes: Vec<_> = log.iter().filter(|line| line.starts_with("outcome")).collect();
        let rows = if before == 3 { " rows 1" } else { "" };
        let failed = format!("outcome (3) Failed{rows} 22012");
        assert_eq!(outcomes, [&failed, "outcome (4) NotRun", "outcome (5) NotRun"]);
        assert_eq!(log.last().unwrap(), "client < Z(I)");
    }
}

/// A Describe that stands alone is part of no command, so its error fails none.
#[test]
fn an_error_at_a_describe_of_its_own_fails_no_command() {
    let log = relay(|driver| {
        prepared(driver);
        driver.client(&[m::describe_statement("x"), m::bind("", "s", &[]), m::execute(""), m::sync()].concat());
        driver.target(&[m::error("26000"), m::ready(b'I')].concat());
    });
    assert_eq!(log[3], "outcome (3) NotRun");
}

#[test]
fn a_bind_that_failed_is_a_portal_that_is_not_known() {
    relay(|driver| {
        prepared(driver);
        driver.client(&[m::bind("p", "s", &[]), m::execute("p"), m::sync()].concat());
        driver.target(&[m::error("22012"), m::ready(b'I')].concat());
        driver.client(&m::execute("p"));
        assert_eq!(driver.actions.last().unwrap().certainty, Certainty::Opaque);
    });
}

#[test]
fn a_held_bind_goes_with_its_client() {
    let leaves = ["target < X (terminate)", "end Target"];
    let left: fn(&mut Driver) = |driver| driver.end(Side::Client);
    let said_goodbye: fn(&mut Driver) = |driver| driver.client(&m::terminate());
    for leave in [left, said_goodbye] {
        let log = relay(|driver| {
            prepared(driver);
            driver.client(&[m::bind("", "s", &[]), m::describe_portal("")].concat());
            leave(driver);
            assert!(driver.actions.is_empty());
        });
        assert_eq!(log, leaves);
    }
}

#[test]
fn cancels_and_stops_find_a_held_bind() {
    let log = relay(|driver| {
        prepared(driver);
        driver.client(&m::bind("", "s", &[]));
        driver.input(Input::Cancel);
        driver.client(&[m::execute(""), m::sync()].concat());
    });
    assert_eq!(log, ["target < B E (command (3))", "target < S (sync)"], "an idle cancel is nothing");
    relay(|driver| {
        prepared(driver);
        driver.client(&m::bind("", "s", &[]));
        driver.stop(Stop::Drain(model::Public::new(model::Class::Shutdown, "stopping")));
        driver.client(&[m::execute(""), m::sync()].concat());
        assert!(!driver.effects.closed, "something is under way");
        driver.target(&[m::frame(b'2', b""), m::done("SELECT 0"), m::ready(b'I')].concat());
        assert!(driver.effects.closed);
    });
    let log = relay(|driver| {
        prepared(driver);
        driver.client(&m::bind("", "s", &[]));
        driver.stop(Stop::Cut(model::Public::new(model::Class::Shutdown, "stopping")));
    });
    assert!(log.iter().all(|line| !line.contains("< B")), "{log:?}");
}

/// The target drops what follows an error up to Sync, so a Bind that waits then is dropped too.
#[test]
fn a_held_bind_is_part_of_its_pipeline() {
    let log = relay(|driver| {
        prepared(driver);
        driver.client(&[m::parse("", "select 2"), m::bind("", "", &[])].concat());
        driver.target(&m::error("42601"));
        driver.client(&[m::execute(""), m::sync()].concat());
        driver.target(&m::ready(b'I'));
    });
    assert_eq!(
        log[1..],
        ["outcome (3) Failed 42601", "client < E(ERROR 42601 theirs)", "target < S (sync)", "client < Z(I)",]
    );
}

#[test]
fn a_waiting_group_is_withdrawn_whole() {
    let log = relay(|driver| {
        prepared(driver);
        driver.decide = |_| Says::Wait;
        driver.client(&[m::bind("", "s", &[]), m::execute(""), m::sync()].concat());
        driver.input(Input::Cancel);
        driver.target(&m::ready(b'I'));
    });
    assert_eq!(
        log[1..],
        [
            "withdrawn",
            "client < E(ERROR 57014 canceling statement due to user request)",
            "target < S (sync)",
            "client < Z(I)",
        ]
    );
}

/// What is held is bounded: a Bind that has grown too large, or has too many Describes, goes alone.
#[test]
fn a_group_has_an_end() {
    relay(|driver| {
        prepared(driver);
        driver.client(&[m::bind("", "s", &[]), m::describe_portal("").repeat(8)].concat());
        assert!(driver.actions.is_empty());
        let kept = driver.holds();
        driver.client(&m::describe_portal(""));
        assert!(kept >= 8 * m::describe_portal("").len() + driver.holds(), "what is held counts");
        assert_eq!(phases(driver), [Phase::Bind]);
        assert_eq!(driver.untaken(Side::Client), 0, "the Describe follows");
    });
    relay(|driver| {
        prepared(driver);
        let large = m::bind("", "s", &[&"x".repeat(65_000)]);
        driver.client(&[large, m::describe_statement(&"s".repeat(600))].concat());
        assert_eq!(phases(driver), [Phase::Bind]);
    });
    let mut driver = Driver::new(usize::MAX);
    driver.enter();
    prepared(&mut driver);
    driver.client(&m::bind("", "s", &[&"x".repeat(70_000)]));
    assert_eq!(phases(&driver), [Phase::Bind], "too large to be held at all");
}

#[test]
fn a_thousand_groups_in_one_pipeline() {
    let mut opening = super::driver::opening();
    opening.limits.pipeline = 10_000;
    let mut driver = Driver::with(opening, usize::MAX);
    driver.enter();
    prepared(&mut driver);
    let one = [m::bind("", "s", &["7"]), m::describe_portal(""), m::execute("")].concat();
    driver.client(&[one.repeat(1_000), m::sync()].concat());
    assert_eq!(phases(&driver), [Phase::Run; 1_000]);
    let answers = [m::frame(b'2', b""), m::columns(&["a"]), m::row(&["7"]), m::done("SELECT 1")].concat();
    driver.target(&[answers.repeat(1_000), m::ready(b'I')].concat());
    assert!(driver.violation.is_none());
    let log = driver.log();
    assert_eq!(log.iter().filter(|line| line.ends_with("Done rows 1")).count(), 1_000);
    assert!(log.last().unwrap().ends_with("Z(I)"));
}
