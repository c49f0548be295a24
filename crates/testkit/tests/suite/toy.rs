//! The toy protocol: the properties of every protocol, and what is its own.

use std::sync::Arc;

use model::{Class, Public, Status};
use testkit::conformance::{Subject, say, setup};
use testkit::driver::{Cuts, Decision, Event, Reason, Run, Setup, ada, allow_all, denied, opening, run};
use testkit::peer::{Peer, Said};
use testkit::replay;
use testkit::toy::client::Client;
use testkit::toy::frame::{self, tag};
use testkit::toy::subject::{ToySubject, frames};
use wire::{Head, Opening, Plan, Probe, Side, Stop};

testkit::conformance!(ToySubject);

fn played(setup: Setup) -> (Run, Vec<frame::Frame>) {
    let run = run(setup);
    let frames = frames(&run.bytes(Side::Client, 0));
    (run, frames)
}

#[test]
fn what_was_said_is_replayed_cut_anywhere() {
    for words in ToySubject.scenes() {
        let played = say(&ToySubject, &words, Cuts::Whole, allow_all());
        let again = replay::replays(&ToySubject, &played.fed, testkit::random::seed(), 40);
        assert_eq!(again.bytes(Side::Client, 0), played.bytes(Side::Client, 0));
    }
}

#[test]
fn the_target_learns_the_password_and_the_client_does_not() {
    let run = say(&ToySubject, &["get a"], Cuts::Whole, allow_all());
    let hello = frame::write(tag::HELLO, b"app\0hunter2");
    assert!(run.bytes(Side::Target, 0).starts_with(&hello));
    assert!(!run.bytes(Side::Client, 0).windows(7).any(|bytes| bytes == b"hunter2"));
}

#[test]
fn a_cancel_goes_to_the_target_with_its_own_key() {
    let words = ["get slow", "set a 1"];
    let mut setup = setup(&ToySubject, &words, Cuts::Whole, allow_all());
    setup.client = Box::new(Client::new(&words).that_stays());
    setup.script.push_back((Side::Client, Said::Cancel));
    let run = run(setup);
    let shown = ToySubject.answers(&run.bytes(Side::Client, 0)).unwrap();
    assert_eq!(shown, ["error, state 0", "ok, 0 rows, state 0"]);
    let keys = run.events.iter().filter_map(|event| match event {
        Event::Interruptible(key) => Some(key.0.clone()),
        Event::Aside(Probe::Cancel(key)) => Some(key.0.clone()),
        _ => None,
    });
    let keys: Vec<_> = keys.collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(&keys[1][..], b"the target's own");
    assert!(!run.bytes(Side::Client, 0).windows(16).any(|bytes| bytes == b"the target's own"));
    assert!(run.bytes(Side::Client, 0).windows(16).any(|bytes| bytes == &keys[0][..]));
}

#[test]
fn a_cancel_connection_asks_and_ends() {
    let mut setup = setup(&ToySubject, &[], Cuts::Bytes, allow_all());
    setup.client = Box::new(replay::Silent);
    setup.script.push_back((Side::Client, Said::Bytes(0, frame::write(tag::CANCEL, &[9; 16]))));
    let run = run(setup);
    assert_eq!(run.events, [Event::Interrupt(wire::InterruptKey(vec![9; 16].into())), Event::Close("cancel")]);
}

#[test]
fn a_cancel_without_anything_to_cancel_is_dropped() {
    let mut setup = setup(&ToySubject, &[], Cuts::Whole, allow_all());
    setup.client = Box::new(Client::new(&[]).that_stays());
    setup.script.push_back((Side::Client, Said::Cancel));
    assert!(!run(setup).events.iter().any(|event| matches!(event, Event::Aside(_))));
}

#[test]
fn an_upgrade_becomes_raw_bytes_under_the_same_leave() {
    for cuts in [Cuts::Whole, Cuts::Bytes, Cuts::Seeded(5)] {
        let run = say(&ToySubject, &["get a", "upgrade"], cuts, allow_all());
        assert!(run.events.contains(&Event::Became));
        assert!(run.bytes(Side::Target, 0).ends_with(b"raw bytes"));
        assert!(run.bytes(Side::Client, 0).ends_with(b"raw bytes"));
        let ends = run.events.iter().rev().take(3).collect::<Vec<_>>();
        assert!(matches!(ends[..], [Event::Close(_), Event::End(Side::Client), Event::Outcome(..)]), "{ends:?}");
    }
}

#[test]
fn what_cannot_be_masked_is_not_upgraded() {
    let run = say(
        &ToySubject,
        &["upgrade"],
        Cuts::Whole,
        Box::new(|_| {
            Decision::Plan(Plan { mask: Some(Arc::new(testkit::masks::ByName::new(&[]))), ..Plan::default() })
        }),
    );
    assert_eq!(ToySubject.refusals(&run.bytes(Side::Client, 0)), 1);
    assert!(!run.events.contains(&Event::Became));
}

fn watching(decide: testkit::driver::Decide) -> Run {
    struct Watcher;
    impl Peer for Watcher {
        fn begin(&mut self, said: &mut Vec<Said>) {
            said.push(Said::Head(Head { line: "watch".to_owned(), fields: vec![("key".to_owned(), "a".into())] }));
        }
        fn hears(&mut self, _: testkit::peer::Heard<'_>, _: &mut Vec<Said>) {}
    }
    let mut setup = setup(&ToySubject, &[], Cuts::Seeded(9), decide);
    setup.opening = Opening { principal: Some(ada()), ..opening() };
    setup.client = Box::new(Watcher);
    run(setup)
}

#[test]
fn a_watch_has_a_head_two_lanes_and_progress() {
    let run = watching(allow_all());
    let is_command = |event: &Event| matches!(event, Event::Head(Side::Target, _, Reason::Command(_)));
    assert!(run.events.iter().any(is_command));
    assert_eq!((run.bytes(Side::Client, 0).len(), run.bytes(Side::Client, 1).len()), (1400, 700));
    let progress = run.events.iter().filter_map(|event| match event {
        Event::Progress(_, outcome) => Some(outcome.bytes),
        _ => None,
    });
    let progress: Vec<_> = progress.collect();
    assert_eq!(progress, [1024, 2048]);
}

#[test]
fn a_refused_watch_has_a_head_of_ours() {
    let run = watching(Box::new(|_| Decision::Deny(denied())));
    let heads = run.events.iter().filter_map(|event| match event {
        Event::Head(side, head, _) => Some((*side, head.line.as_str())),
        _ => None,
    });
    let heads: Vec<_> = heads.collect();
    assert_eq!(heads, [(Side::Client, "refused")]);
}

#[test]
fn a_drain_finishes_what_runs_and_a_cut_does_not() {
    let why = Public::new(Class::Shutdown, "the gateway is stopping");
    let words: Vec<String> = (0..50).map(|n| format!("set k{n} {n}")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    for after in 1..200 {
        for stop in [Stop::Drain(why.clone()), Stop::Cut(why.clone())] {
            let mut setup = setup(&ToySubject, &words, Cuts::Bytes, allow_all());
            setup.stop = Some((after, stop.clone()));
            let (run, frames) = played(setup);
            let last = frames.last().unwrap();
            assert!(last.body()[1..].starts_with(b"signet: the gateway is stopping"), "{stop:?} after {after}");
            let outcomes =
                run.events.iter().filter(|event| matches!(event, Event::Outcome(_, end) if end.status == Status::Done));
            let done = frames.iter().filter(|frame| frame.tag == tag::DONE).count();
            assert_eq!(outcomes.count(), done, "{stop:?} after {after}");
            if matches!(stop, Stop::Drain(_)) {
                assert_eq!(run.effects.len(), done, "a drain forgot what was under way, after {after}");
            }
        }
    }
}

/// The second is overdue while the first runs: a cancel for it would hit the first.
#[test]
fn a_command_is_cancelled_when_its_turn_has_come() {
    let words = ["get slow", "get endless", "set a 1"];
    let decide = Box::new(|action: &model::Action| match action.name {
        "GET" => Decision::Overdue,
        _ => Decision::Allow,
    });
    let mut setup = setup(&ToySubject, &words, Cuts::Whole, decide);
    setup.client = Box::new(Client::new(&words).that_stays());
    let (run, frames) = played(setup);
    let shown = ToySubject.answers(&run.bytes(Side::Client, 0)).unwrap();
    assert_eq!(shown, ["error, state 0", "error, state 0", "ok, 0 rows, state 0"]);
    assert!(!frames.iter().any(|frame| frame.tag == tag::ROW), "nothing was shown of what came too late");
    assert_eq!(run.events.iter().filter(|event| matches!(event, Event::Aside(_))).count(), 2);
}

/// Behind a cancel of ours nothing is sent before it is over: it would be cancelled instead.
#[test]
fn nothing_is_sent_behind_a_cancel() {
    let plan = Plan { max_rows: Some(1), ..Plan::default() };
    let run = say(
        &ToySubject,
        &["get a", "set b 1"],
        Cuts::Whole,
        Box::new(move |action| match action.name {
            "GET" => Decision::Plan(plan.clone()),
            _ => Decision::Allow,
        }),
    );
    let asked = run.acts().map(|(ticket, _)| ticket).collect::<Vec<_>>();
    let place = |wanted: &dyn Fn(&Event) -> bool| run.events.iter().position(wanted).unwrap();
    let [over] = run.probed[..] else { panic!("one cancel") };
    let cancel = place(&|event| matches!(event, Event::Aside(_)));
    let next = place(&|event| matches!(event, Event::Sent(Side::Target, _, _, Reason::Command(of)) if *of == asked[1]));
    let end = place(&|event| matches!(event, Event::Outcome(of, _) if *of == asked[0]));
    assert!(cancel < end && end < over && over <= next);
    assert_eq!(run.effects, ["b=1"]);
}

#[test]
fn a_watch_ends_at_its_limits() {
    let (bytes, rows) =
        (Plan { max_bytes: Some(900), ..Plan::default() }, Plan { max_rows: Some(9), ..Plan::default() });
    let run = watching(Box::new(move |_| Decision::Plan(bytes.clone())));
    let shown = [0, 1].map(|lane| run.bytes(Side::Client, lane).len());
    assert_eq!(shown.iter().sum::<usize>(), 900);
    let failed = |event: &Event| matches!(event, Event::Outcome(_, end) if end.status == Status::Failed);
    assert!(run.events.iter().any(failed));
    assert_eq!(run.closed(), Some("it was too large"));
    let run = watching(Box::new(move |_| Decision::Plan(rows.clone())));
    assert_eq!(run.closed(), Some("refused"), "it has no rows that could be counted");
}

#[test]
fn what_cannot_be_counted_is_not_upgraded() {
    let plan = Plan { max_bytes: Some(9), ..Plan::default() };
    let run = say(&ToySubject, &["upgrade"], Cuts::Whole, Box::new(move |_| Decision::Plan(plan.clone())));
    assert_eq!(ToySubject.refusals(&run.bytes(Side::Client, 0)), 1);
    assert!(!run.events.contains(&Event::Became));
}
