//! A hold waits in the live session, ends by event, and is taken back when the client is gone.

use std::time::Duration;

use engine::{Cause, EngineLimits};
use model::{Class, Event, HoldEnded, Obligations, PrincipalId, Public, Verdict};
use ports::HoldEnd;
use testkit::house::{REPEAT, TestHouse, allow, approved, deny, hold, settle};
use testkit::peer::Said;

use crate::cancels::Canceller;
use crate::scene::{answers, house, key, last_error, say, signed_in, tags, with_limits};

fn grace() -> PrincipalId {
    PrincipalId { issuer: "local".to_owned(), subject: "grace".to_owned() }
}

fn writes_are_held() -> TestHouse {
    house(|action| if action.name == "SET" { hold() } else { allow() })
}

#[tokio::test(start_paused = true)]
async fn the_client_is_told_before_the_approval_and_woken_by_it() {
    let house = writes_are_held();
    let (visitor, target) = signed_in(&house).await;
    say(&visitor.remote, &["get a", "set a 1", "get b"]);
    settle().await;
    assert_eq!(tags(&visitor.remote).matches('N').count(), 1, "the notice is there while it waits");
    assert_eq!(tags(&target), "HG", "what stands behind a held command waits too");
    let before = tokio::time::Instant::now();
    assert!(house.approvals.end(0, approved()));
    while target.effects().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(before.elapsed().as_millis(), 0, "woken by the event, not by a clock");
    settle().await;
    assert_eq!(answers(&visitor.remote).len(), 3);
    let approved = |event: &Event| matches!(event, Event::Command { approved: true, .. });
    assert!(house.journal.events().iter().any(approved));
    assert!(house.record_types().contains(&"hold"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_hold_is_a_refusal() {
    let house = writes_are_held();
    let (visitor, target) = signed_in(&house).await;
    say(&visitor.remote, &["begin t", "set a 1", "commit u"]);
    settle().await;
    house
        .approvals
        .end(0, HoldEnd::Rejected { by: vec![grace()], reason: Public::new(Class::NotApproved, "grace said no") });
    settle().await;
    assert_eq!(last_error(&visitor.remote), "signet: grace said no");
    assert_eq!(answers(&visitor.remote).len(), 3);
    assert!(target.effects().is_empty());
    assert!(house.record_types().contains(&"refusal"));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_takes_its_hold_back() {
    for broken in [false, true] {
        let house = writes_are_held();
        let (visitor, target) = signed_in(&house).await;
        say(&visitor.remote, &["set a 1", "get b"]);
        settle().await;
        assert!(house.approvals.requests()[0].1, "it waits");
        if broken {
            visitor.remote.break_off()
        } else {
            visitor.remote.says(Said::End)
        }
        let _ = visitor.session.await.unwrap();
        assert!(!house.approvals.requests()[0].1, "it was taken back");
        assert!(!house.approvals.end(0, approved()), "nobody waits for the approval any more");
        settle().await;
        assert!(target.effects().is_empty() && !tags(&target).contains('S'));
        assert_eq!(house.record_types().last(), Some(&"session.end"));
        assert!(!house.record_types().contains(&"command"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_read_ahead_of_a_paused_client_is_bounded() {
    let house = writes_are_held();
    let (visitor, _) = signed_in(&house).await;
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    (0..100_000).for_each(|n| say(&visitor.remote, &[format!("get key-number-{n}-with-a-long-name").as_str()]));
    let said = visitor.remote.untaken();
    settle().await;
    let taken = said - visitor.remote.untaken();
    assert!(taken > 0 && taken <= 80 * 1024, "{taken} bytes were read ahead");
    house.approvals.end(0, approved());
    while answers(&visitor.remote).len() < 100_001 {
        settle().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_approved_comes_with_the_obligations_of_the_policy_in_force() {
    let house = house(|action| if action.name == "GET" { hold() } else { allow() });
    let (visitor, target) = signed_in(&house).await;
    let mask = Obligations { mask: testkit::masks::rules(&["value"]), ..Obligations::default() };
    house.rules.once_approved(move |_| Verdict::Allow { policies: Vec::new(), obligations: mask.clone() });
    say(&visitor.remote, &["get a"]);
    settle().await;
    assert_eq!(tags(&target), "H");
    house.approvals.end(0, approved());
    settle().await;
    assert_eq!(answers(&visitor.remote), ["ok, 3 rows, state 0"]);
    assert!(!String::from_utf8_lossy(&visitor.remote.heard(0)).contains("the value of"));
}

/// The policy has changed while the command waited: what was approved is decided again.
#[tokio::test(start_paused = true)]
async fn an_approval_does_not_lift_what_the_policy_denies_by_now() {
    let house = writes_are_held();
    let (visitor, target) = signed_in(&house).await;
    say(&visitor.remote, &["begin t", "set a 1", "commit u"]);
    settle().await;
    house.rules.change(|action| if action.name == "SET" { deny() } else { allow() });
    house.approvals.end(0, approved());
    settle().await;
    assert_eq!(last_error(&visitor.remote), "signet: not here");
    assert_eq!(answers(&visitor.remote).len(), 3);
    assert!(target.effects().is_empty());
    let records = house.record_types();
    let ends: Vec<_> = records.iter().filter(|kind| ["hold", "hold.end", "refusal"].contains(kind)).collect();
    assert_eq!(ends, [&"hold", &"hold.end", &"refusal"], "who approved stands there, and that it was refused");
}

#[tokio::test(start_paused = true)]
async fn an_approval_is_not_enough_when_the_policy_asks_for_more_by_now() {
    let house = writes_are_held();
    let (visitor, target) = signed_in(&house).await;
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    house.rules.once_approved(|_| hold());
    house.approvals.end(0, approved());
    settle().await;
    assert!(last_error(&visitor.remote).contains("asks for another approval"), "{}", last_error(&visitor.remote));
    assert!(target.effects().is_empty());
    assert_eq!(house.approvals.requests().len(), 1, "it does not wait again by itself");
    house.rules.once_approved(|_| allow());
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    assert!(house.approvals.end(1, approved()));
    settle().await;
    assert_eq!(target.effects(), ["a=1"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_to_be_sent_again_is_refused_with_the_words_of_the_desk() {
    let house = writes_are_held();
    let (visitor, target) = signed_in(&house).await;
    say(&visitor.remote, &["set a 1", "get b"]);
    settle().await;
    let told = Public::new(Class::NotApproved, "it needs an approval: request 7");
    house.approvals.end(0, HoldEnd::Deferred(told));
    settle().await;
    assert_eq!(last_error(&visitor.remote), "signet: it needs an approval: request 7");
    assert_eq!(answers(&visitor.remote).len(), 2, "the session goes on");
    assert!(target.effects().is_empty());
    let deferred = |event: &Event| matches!(event, Event::HoldEnded { how: HoldEnded::Deferred, .. });
    assert!(house.journal.events().iter().any(deferred));
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    let (first, again) = (house.approvals.requests()[0].0.clone(), house.approvals.requests()[1].0.clone());
    assert_eq!(again.binding, first.binding, "the desk knows it again");
    assert_ne!((again.id, again.command), (first.id, first.command));
}

/// Virtual time passes in steps; the timers in between ring.
async fn wait(seconds: u64) {
    for _ in 0..seconds {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_notice_comes_again_while_it_waits_and_not_after() {
    let house = writes_are_held();
    let (visitor, _) = signed_in(&house).await;
    let notices = || tags(&visitor.remote).matches('N').count();
    say(&visitor.remote, &["get a", "set a 1"]);
    settle().await;
    assert_eq!(notices(), 1);
    wait(REPEAT.as_secs() * 3).await;
    assert_eq!(notices(), 4);
    house.approvals.end(0, approved());
    settle().await;
    wait(REPEAT.as_secs() * 3).await;
    assert_eq!(notices(), 4);
    assert_eq!(answers(&visitor.remote).len(), 2);
    let holds = house.record_types().iter().filter(|kind| **kind == "hold").count();
    assert_eq!(holds, 1, "a notice is no record");
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_hold_is_told_no_more() {
    let house = writes_are_held();
    let (visitor, _) = signed_in(&house).await;
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    let canceller = house.visit(Box::new(Canceller(key(&visitor.remote))));
    let _ = canceller.session.await.unwrap();
    settle().await;
    let heard = tags(&visitor.remote);
    wait(REPEAT.as_secs() * 3).await;
    assert_eq!(tags(&visitor.remote), heard);
}

#[tokio::test(start_paused = true)]
async fn notices_for_a_client_that_takes_nothing_do_not_pile_up() {
    let house = writes_are_held();
    let (visitor, _) = signed_in(&house).await;
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    visitor.remote.stall(true);
    wait(REPEAT.as_secs() * 20).await;
    visitor.remote.stall(false);
    settle().await;
    assert_eq!(tags(&visitor.remote).matches('N').count(), 2, "one was on its way");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_waits_is_not_idle() {
    // Shorter than the time between two notices.
    let limits = EngineLimits { idle: Some(REPEAT / 3), ..EngineLimits::default() };
    let house = with_limits(|action| if action.name == "SET" { hold() } else { allow() }, limits);
    let (visitor, target) = signed_in(&house).await;
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    wait(REPEAT.as_secs() * 3 + 29).await;
    assert!(!visitor.session.is_finished());
    house.journal.by_hand();
    house.approvals.end(0, approved());
    wait(5).await;
    assert!(!visitor.session.is_finished(), "it has moved just now");
    house.journal.catch_up();
    settle().await;
    assert_eq!(target.effects(), ["a=1"]);
    house.journal.catch_up();
    settle().await;
    assert_eq!(answers(&visitor.remote), ["ok, 0 rows, state 0"], "and was not told to leave");
    let begun = tokio::time::Instant::now();
    assert_eq!(visitor.session.await.unwrap().cause, Cause::Stopped(Class::Shutdown));
    assert!(begun.elapsed() <= REPEAT, "after that it is idle like any other");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_ending_runs_nothing_that_is_approved_by_then() {
    let house = writes_are_held();
    let (visitor, target) = signed_in(&house).await;
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    visitor.remote.stall(true);
    // The target breaks the protocol: the stream is not told to stop, and its goodbye cannot be delivered at once.
    target.says(Said::Bytes(0, testkit::toy::frame::write(b'Z', &[0])));
    settle().await;
    assert!(!visitor.session.is_finished());
    house.approvals.end(0, approved());
    let _ = visitor.session.await.unwrap();
    assert!(target.effects().is_empty());
    assert!(!house.record_types().contains(&"command"));
}
