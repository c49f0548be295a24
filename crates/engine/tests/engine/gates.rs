//! Evidence before effect: what waits for the journal, and what happens when it fails.

use engine::Cause;
use model::{Event, Verdict};
use testkit::house::{allow, deny, settle};
use testkit::toy::client::Client;

use crate::scene::{answers, house, last_error, say, signed_in, tags};

#[tokio::test(start_paused = true)]
async fn records_stand_in_order_and_without_gaps() {
    let house = house(|_| allow());
    let visitor = house.visit(Box::new(Client::new(&["set a 1", "get a"])));
    let receipt = visitor.session.await.unwrap();
    assert_eq!(answers(&visitor.remote), ["ok, 0 rows, state 0", "ok, 3 rows, state 0"]);
    let types = house.record_types();
    assert_eq!(types[0], "session.start");
    assert_eq!(types.iter().filter(|kind| **kind == "command").count(), 2);
    assert_eq!(types.iter().filter(|kind| **kind == "outcome").count(), 2);
    assert_eq!(types.last(), Some(&"session.end"));
    let positions: Vec<_> = house.journal.records().iter().map(|record| record.position.unwrap()).collect();
    assert_eq!(positions, (1..=house.journal.len()).collect::<Vec<_>>());
    assert_eq!((receipt.records, receipt.cause), (house.journal.len(), Cause::Closed("the client left")));
}

#[tokio::test(start_paused = true)]
async fn the_target_hears_nothing_before_the_session_is_recorded() {
    let house = house(|_| allow());
    house.journal.by_hand();
    let visitor = house.visit(Box::new(Client::new(&["set a 1"])));
    settle().await;
    assert_eq!(house.record_types(), ["session.start"]);
    let heard = house.dialer.dialled().iter().map(|target| target.heard(0).len()).sum::<usize>();
    assert_eq!(heard, 0, "not even the password of the target");
    assert_eq!(tags(&visitor.remote), "");
    house.journal.catch_up();
    settle().await;
    assert_eq!(tags(&house.dialer.dialled()[0]), "H");
}

#[tokio::test(start_paused = true)]
async fn a_write_leaves_when_its_record_is_durable_and_its_answer_when_the_outcome_is() {
    let house = house(|_| allow());
    let (visitor, target) = signed_in(&house).await;
    house.journal.by_hand();
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    assert_eq!(house.record_types(), ["session.start", "command"]);
    assert_eq!((tags(&target).as_str(), target.effects().len()), ("H", 0));
    house.journal.catch_up();
    settle().await;
    assert_eq!((tags(&target).as_str(), target.effects()), ("HS", vec!["a=1".to_owned()]));
    assert_eq!(house.record_types(), ["session.start", "command", "outcome"]);
    assert!(answers(&visitor.remote).is_empty(), "the outcome is not durable yet");
    house.journal.catch_up();
    settle().await;
    assert_eq!(answers(&visitor.remote).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_read_leaves_at_once_and_its_result_when_its_record_is_durable() {
    let house = house(|_| allow());
    let (visitor, target) = signed_in(&house).await;
    house.journal.by_hand();
    say(&visitor.remote, &["get a"]);
    settle().await;
    assert_eq!(tags(&target), "HG");
    assert_eq!(tags(&visitor.remote), "HK", "no byte of the result before the record of the command");
    let command = house.journal.records().iter().position(|record| matches!(record.event, Event::Command { .. }));
    house.journal.make_durable(u64::try_from(command.unwrap()).unwrap() + 1);
    settle().await;
    assert_eq!(tags(&visitor.remote), "HKCRRR", "no final message before the record of the outcome");
    house.journal.catch_up();
    settle().await;
    assert_eq!(tags(&visitor.remote), "HKCRRRZ");
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_shares_the_waiting() {
    let house = house(|_| allow());
    let (visitor, target) = signed_in(&house).await;
    house.journal.by_hand();
    (0..1000).for_each(|n| say(&visitor.remote, &[format!("set k{n} {n}").as_str()]));
    settle().await;
    assert_eq!(house.journal.len(), 1001, "all are decided and recorded before the first has left");
    assert_eq!(tags(&target), "H");
    house.journal.catch_up();
    settle().await;
    assert_eq!(target.effects().len(), 1000, "one durable mark lets all of them out");
    house.journal.catch_up();
    settle().await;
    assert_eq!(answers(&visitor.remote).len(), 1000);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_recorded_before_it_is_told() {
    let house = house(|_| deny());
    let (visitor, target) = signed_in(&house).await;
    house.journal.by_hand();
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    assert_eq!(tags(&visitor.remote), "HK");
    house.journal.catch_up();
    settle().await;
    assert_eq!((tags(&visitor.remote).as_str(), tags(&target).as_str()), ("HKE", "H"));
    assert_eq!(house.record_types(), ["session.start", "refusal"]);
}

#[tokio::test(start_paused = true)]
async fn a_violation_is_recorded_before_it_is_answered() {
    let house = house(|_| allow());
    let (visitor, target) = signed_in(&house).await;
    house.journal.by_hand();
    // No message has this length.
    visitor.remote.say(&b"\0\0\0\0?"[..]);
    settle().await;
    assert_eq!(house.record_types(), ["session.start", "violation"]);
    assert_eq!(tags(&visitor.remote), "HK");
    house.journal.make_durable(2);
    settle().await;
    assert_eq!((tags(&visitor.remote).as_str(), tags(&target).as_str()), ("HKE", "H"));
}

#[tokio::test(start_paused = true)]
async fn with_a_journal_that_fails_nothing_moves_and_the_client_is_told() {
    for word in ["set a 1", "get a"] {
        let house = house(|_| allow());
        let (visitor, target) = signed_in(&house).await;
        house.journal.by_hand();
        say(&visitor.remote, &[word]);
        settle().await;
        house.journal.fail();
        let receipt = visitor.session.await.unwrap();
        assert_eq!(receipt.cause, Cause::Journal);
        assert_eq!(tags(&visitor.remote), "HKE", "{word}: nothing of a result");
        assert!(last_error(&visitor.remote).contains("journal"), "{word}");
        assert!(target.effects().is_empty(), "{word}");
        assert!(visitor.remote.ended(), "{word}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_is_down_lets_nobody_in() {
    let house = house(|_| allow());
    house.journal.fail();
    let visitor = house.visit(Box::new(Client::new(&["set a 1"])));
    assert_eq!(visitor.session.await.unwrap().cause, Cause::Journal);
    assert!(house.dialer.dialled().iter().all(|target| target.heard(0).is_empty()));
    assert!(last_error(&visitor.remote).contains("journal"));
}

#[tokio::test(start_paused = true)]
async fn a_command_without_an_end_is_sealed_as_unknown() {
    let house = house(|_| allow());
    let (visitor, _) = signed_in(&house).await;
    say(&visitor.remote, &["slow"]);
    settle().await;
    visitor.remote.break_off();
    let _ = visitor.session.await.unwrap();
    let events = house.journal.events();
    let unknown =
        |event: &Event| matches!(event, Event::Outcome { outcome, .. } if outcome.status == model::Status::Unknown);
    assert!(events.iter().any(unknown));
    assert!(matches!(events.last(), Some(Event::SessionEnd { .. })));
}

#[tokio::test(start_paused = true)]
async fn what_is_masked_is_masked_by_the_verdict() {
    let house = house(|_| match allow() {
        Verdict::Allow { policies, mut obligations } => {
            obligations.mask = testkit::masks::rules(&["value"]);
            Verdict::Allow { policies, obligations }
        }
        other => other,
    });
    let (visitor, _) = signed_in(&house).await;
    say(&visitor.remote, &["get secret"]);
    settle().await;
    let heard = String::from_utf8_lossy(&visitor.remote.heard(0)).into_owned();
    assert_eq!(answers(&visitor.remote), ["ok, 3 rows, state 0"]);
    assert!(!heard.contains(testkit::toy::target::CANARY));
    assert!(house.gateway.metrics().render().contains("signet_values_masked_total 3"));
}
