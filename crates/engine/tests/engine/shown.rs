//! What a client was shown stands with the outcome of its command, and what waits for records is a matter of the mode.

use bytes::Bytes;
use engine::EngineLimits;
use model::{Durability, Event, Obligations, Recording, Shown, Verdict};
use testkit::house::{TestHouse, allow, settle};
use testkit::toy::Toy;
use testkit::toy::client::Client;
use testkit::toy::subject::frames;
use testkit::toy::target::Target;

use crate::scene::{answers, house, say, signed_in, tags};

fn recorded(record: Recording, mask: &[&str]) -> TestHouse {
    let mask = testkit::masks::rules(mask);
    house(move |_| Verdict::Allow {
        policies: Vec::new(),
        obligations: Obligations { mask: mask.clone(), record, ..Obligations::default() },
    })
}

/// What was recorded as shown, command by command.
fn shown(house: &TestHouse) -> Vec<Shown> {
    let outcomes = house.journal.events().into_iter().filter_map(|event| match event {
        Event::Outcome { shown, .. } => shown,
        _ => None,
    });
    outcomes.collect()
}

/// The client's stream without its greeting and what is no answer.
fn heard(client: &testkit::legs::Remote) -> Vec<u8> {
    let answers = frames(&client.heard(0)).into_iter().filter(|frame| !b"HKN".contains(&frame.tag));
    answers.flat_map(|frame| frame.bytes).collect()
}

#[tokio::test(start_paused = true)]
async fn what_the_client_heard_is_what_is_recorded_masks_applied() {
    for mask in [&[][..], &["value"][..]] {
        let house = recorded(Recording::Whole, mask);
        let (visitor, _) = signed_in(&house).await;
        say(&visitor.remote, &["set a 1", "get a", "get b", "nonsense", "set b 2", "get b"]);
        settle().await;
        let recorded = shown(&house);
        assert!(recorded.len() >= 5, "{recorded:?}");
        let all: Vec<u8> = recorded.iter().flat_map(|shown| shown.kept.clone()).collect();
        assert_eq!(all, heard(&visitor.remote), "mask {mask:?}");
        let counted = recorded.iter().map(|shown| shown.total).sum::<u64>();
        assert_eq!(counted, all.len() as u64);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cap_cuts_what_is_kept_and_not_what_is_shown() {
    let house = recorded(Recording::UpTo(3), &[]);
    let (visitor, _) = signed_in(&house).await;
    say(&visitor.remote, &["get a"]);
    settle().await;
    assert_eq!(answers(&visitor.remote).len(), 1);
    let [only] = &shown(&house)[..] else { panic!("one outcome") };
    assert_eq!(only.kept, Bytes::copy_from_slice(&heard(&visitor.remote)[..3]));
    assert!(only.is_cut());
    assert_eq!(only.total, heard(&visitor.remote).len() as u64);
}

#[tokio::test(start_paused = true)]
async fn an_outcome_counts_its_bytes_and_has_a_duration() {
    let house = recorded(Recording::default(), &[]);
    let (visitor, _) = signed_in(&house).await;
    say(&visitor.remote, &["get a"]);
    settle().await;
    let outcome = house.journal.events().into_iter().find_map(|event| match event {
        Event::Outcome { outcome, duration_us, .. } => Some((outcome.bytes, duration_us)),
        _ => None,
    });
    let (bytes, duration) = outcome.unwrap();
    assert_eq!(bytes, heard(&visitor.remote).len() as u64);
    assert!(duration.is_some());
}

fn in_mode(durability: Durability) -> TestHouse {
    let target = || Box::new(Target::default()) as Box<_>;
    TestHouse::in_mode(&Toy, Box::new(|_| allow()), Box::new(target), EngineLimits::default(), durability)
}

#[tokio::test(start_paused = true)]
async fn with_output_commit_a_write_goes_at_once_and_its_answer_waits() {
    let house = in_mode(Durability::OutputCommit);
    let (visitor, target) = signed_in(&house).await;
    house.journal.by_hand();
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    assert_eq!(target.effects(), ["a=1"]);
    assert!(answers(&visitor.remote).is_empty(), "nothing is durable yet");
    house.journal.catch_up();
    settle().await;
    assert_eq!(answers(&visitor.remote).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn with_async_nothing_waits_and_everything_is_recorded() {
    let house = in_mode(Durability::Async);
    let (visitor, target) = signed_in(&house).await;
    house.journal.by_hand();
    say(&visitor.remote, &["set a 1", "get a"]);
    settle().await;
    assert_eq!(target.effects(), ["a=1"]);
    assert_eq!(answers(&visitor.remote).len(), 2);
    assert_eq!(house.record_types(), ["session.start", "command", "command", "outcome", "outcome"]);
}

#[tokio::test(start_paused = true)]
async fn a_session_still_begins_with_its_record_in_every_mode() {
    for mode in [Durability::Strict, Durability::OutputCommit, Durability::Async] {
        let house = in_mode(mode);
        house.journal.by_hand();
        let visitor = house.visit(Box::new(Client::new(&["set a 1"])));
        settle().await;
        assert_eq!(tags(&visitor.remote), "", "{mode:?}");
        assert!(house.dialer.dialled().iter().all(|target| target.heard(0).is_empty()), "{mode:?}");
    }
}
