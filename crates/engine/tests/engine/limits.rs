//! What a command may take: time, rows, bytes. The engine counts the time, the protocol the rest.

use std::time::Duration;

use engine::EngineLimits;
use model::{Event, Obligations, Status, Verdict};
use testkit::house::{TestHouse, settle};
use testkit::peer::Said;

use crate::scene::{answers, house, last_error, say, signed_in, tags, with_limits};

const TIMEOUT: Duration = Duration::from_secs(5);

fn obliged(obligations: Obligations) -> TestHouse {
    house(move |_| Verdict::Allow { policies: Vec::new(), obligations: obligations.clone() })
}

fn timed() -> TestHouse {
    obliged(Obligations { timeout: Some(TIMEOUT), ..Obligations::default() })
}

/// How the commands ended.
fn outcomes(house: &TestHouse) -> Vec<Status> {
    let events = house.journal.events();
    let ends = events.iter().filter_map(|event| match event {
        Event::Outcome { outcome, .. } => Some(outcome.status),
        _ => None,
    });
    ends.collect()
}

#[tokio::test(start_paused = true)]
async fn what_runs_for_too_long_is_cancelled_and_the_session_goes_on() {
    let house = timed();
    let (visitor, _) = signed_in(&house).await;
    say(&visitor.remote, &["get slow", "set a 1"]);
    tokio::time::sleep(TIMEOUT - Duration::from_millis(1)).await;
    assert_eq!(house.dialer.dialled().len(), 1, "not before its time");
    tokio::time::sleep(Duration::from_millis(2)).await;
    settle().await;
    assert_eq!(house.dialer.dialled().len(), 2, "a connection for the cancel");
    assert_eq!(last_error(&visitor.remote), "signet: it ran for longer than the policy allows");
    assert_eq!(answers(&visitor.remote), ["error, state 0", "ok, 0 rows, state 0"]);
    assert_eq!(outcomes(&house), [Status::Failed, Status::Done]);
    tokio::time::sleep(TIMEOUT * 3).await;
    assert_eq!(house.dialer.dialled().len(), 2, "it is overdue once");
    say(&visitor.remote, &["get a"]);
    settle().await;
    assert_eq!(answers(&visitor.remote).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_has_ended_is_never_overdue() {
    let house = timed();
    let (visitor, target) = signed_in(&house).await;
    say(&visitor.remote, &["get a", "set a 1"]);
    settle().await;
    assert_eq!(answers(&visitor.remote).len(), 2);
    house.rules.change(|_| testkit::house::allow());
    say(&visitor.remote, &["get slow"]);
    tokio::time::sleep(TIMEOUT * 3).await;
    assert_eq!(house.dialer.dialled().len(), 1, "what runs now has all the time");
    target.says(Said::Bytes(0, testkit::toy::frame::write(b'Z', &[0])));
    settle().await;
    assert_eq!(answers(&visitor.remote).len(), 3);
}

/// What waits at the target for others to end does not run: nothing is taken for slow because it was said early.
#[tokio::test(start_paused = true)]
async fn the_time_of_a_command_begins_with_its_turn() {
    let house = timed();
    let (visitor, _) = signed_in(&house).await;
    say(&visitor.remote, &["get slow", "get endless", "set a 1"]);
    tokio::time::sleep(TIMEOUT + Duration::from_millis(1)).await;
    assert_eq!(answers(&visitor.remote), ["error, state 0"]);
    tokio::time::sleep(TIMEOUT - Duration::from_millis(2)).await;
    assert_eq!(answers(&visitor.remote).len(), 1);
    tokio::time::sleep(Duration::from_millis(2)).await;
    settle().await;
    assert_eq!(answers(&visitor.remote), ["error, state 0", "error, state 0", "ok, 0 rows, state 0"]);
    assert_eq!(outcomes(&house), [Status::Failed, Status::Failed, Status::Done]);
    assert_eq!(house.dialer.dialled().len(), 3, "one cancel for each");
}

#[tokio::test(start_paused = true)]
async fn every_command_of_a_long_pipeline_has_its_time() {
    let house = timed();
    let (visitor, target) = signed_in(&house).await;
    target.stall(true);
    let words: Vec<String> = (0..2000).map(|at| format!("set k{at} 1")).collect();
    words.iter().for_each(|word| say(&visitor.remote, &[word]));
    tokio::time::sleep(TIMEOUT * 2).await;
    target.stall(false);
    tokio::time::sleep(TIMEOUT * 2).await;
    assert_eq!(answers(&visitor.remote).len(), 2000);
    assert_eq!(outcomes(&house).len(), 2000);
}

#[tokio::test(start_paused = true)]
async fn a_time_without_end_is_none() {
    let house = obliged(Obligations { timeout: Some(Duration::MAX), ..Obligations::default() });
    let (visitor, _) = signed_in(&house).await;
    say(&visitor.remote, &["get a"]);
    settle().await;
    assert_eq!(answers(&visitor.remote).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_result_that_is_too_large_is_refused_with_a_cancel() {
    let rows = Obligations { max_rows: Some(2), ..Obligations::default() };
    let bytes = Obligations { max_bytes: Some(60), ..Obligations::default() };
    for obligations in [rows, bytes] {
        let house = obliged(obligations);
        let (visitor, _) = signed_in(&house).await;
        say(&visitor.remote, &["get endless", "set a 1"]);
        settle().await;
        assert_eq!(last_error(&visitor.remote), "signet: the result is larger than the policy allows");
        assert_eq!(answers(&visitor.remote), ["error, state 0", "ok, 0 rows, state 0"]);
        assert!((1..=2).contains(&tags(&visitor.remote).matches('R').count()), "what is allowed is shown");
        assert_eq!(outcomes(&house), [Status::Failed, Status::Done]);
        assert_eq!(house.dialer.dialled().len(), 2);
    }
}

/// The deadlines of commands and those of the session ring beside one another.
#[tokio::test(start_paused = true)]
async fn a_session_ends_in_time_although_commands_have_times_of_their_own() {
    let limits = EngineLimits { session: Some(TIMEOUT * 2), ..EngineLimits::default() };
    let obligations = Obligations { timeout: Some(TIMEOUT * 10), ..Obligations::default() };
    let house = with_limits(move |_| Verdict::Allow { policies: Vec::new(), obligations: obligations.clone() }, limits);
    let (visitor, _) = signed_in(&house).await;
    let begun = tokio::time::Instant::now();
    say(&visitor.remote, &["get slow"]);
    let _ = visitor.session.await.unwrap();
    assert!(begun.elapsed() <= TIMEOUT * 2);
    assert!(last_error(&visitor.remote).contains("longest"));
}
