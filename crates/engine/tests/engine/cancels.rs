//! A cancel on another connection: what it does, and when it may leave.

use std::time::Duration;

use testkit::house::{allow, hold, settle};
use testkit::peer::{Heard, Peer, Said, say as says};
use testkit::toy::frame::write;

use crate::scene::{answers, house, key, last_error, say, signed_in, tags};

/// A connection that says one cancel.
pub(crate) struct Canceller(pub(crate) Vec<u8>);

impl Peer for Canceller {
    fn begin(&mut self, said: &mut Vec<Said>) {
        says(said, write(b'X', &self.0));
    }

    fn hears(&mut self, _: Heard<'_>, _: &mut Vec<Said>) {}
}

#[tokio::test(start_paused = true)]
async fn what_runs_is_cancelled_at_the_target() {
    let house = house(|_| allow());
    let (visitor, _) = signed_in(&house).await;
    say(&visitor.remote, &["slow"]);
    settle().await;
    let canceller = house.visit(Box::new(Canceller(key(&visitor.remote))));
    let _ = canceller.session.await.unwrap();
    settle().await;
    assert_eq!(last_error(&visitor.remote), "cancelled");
    assert_eq!(house.dialer.dialled().len(), 2, "on a connection of its own");
    assert!(house.record_types().contains(&"cancel"));
}

#[tokio::test(start_paused = true)]
async fn a_cancel_waits_until_the_statement_has_left() {
    let house = house(|_| allow());
    let (visitor, target) = signed_in(&house).await;
    house.journal.by_hand();
    say(&visitor.remote, &["slow"]);
    settle().await;
    let canceller = house.visit(Box::new(Canceller(key(&visitor.remote))));
    let _ = canceller.session.await.unwrap();
    settle().await;
    assert_eq!(tags(&target), "H", "the statement waits for its record");
    assert_eq!(house.dialer.dialled().len(), 1, "and so does the cancel");
    for _ in 0..5 {
        house.journal.catch_up();
        settle().await;
    }
    assert_eq!(tags(&target), "H?");
    assert_eq!(last_error(&visitor.remote), "cancelled");
}

#[tokio::test(start_paused = true)]
async fn a_cancel_does_not_wait_for_what_came_after_it() {
    let house = house(|_| allow());
    let (visitor, target) = signed_in(&house).await;
    say(&visitor.remote, &["slow"]);
    settle().await;
    house.journal.by_hand();
    let _canceller = house.visit(Box::new(Canceller(key(&visitor.remote))));
    settle().await;
    let cancel = house.journal.len();
    target.stall(true);
    say(&visitor.remote, &["set a 1", "get b"]);
    settle().await;
    assert_eq!(house.dialer.dialled().len(), 1, "the wish is not recorded yet");
    house.journal.make_durable(cancel);
    settle().await;
    assert_eq!(house.dialer.dialled().len(), 2, "what came later stands behind a gate, and the target takes nothing");
    house.journal.catch_up();
    settle().await;
    assert_eq!(last_error(&visitor.remote), "cancelled");
}

#[tokio::test(start_paused = true)]
async fn a_cancel_goes_although_the_target_takes_nothing() {
    let house = house(|_| allow());
    let (visitor, target) = signed_in(&house).await;
    say(&visitor.remote, &["slow"]);
    settle().await;
    // Busy with what runs, it takes no more of the pipeline.
    target.stall(true);
    say(&visitor.remote, &["set a 1", "set b 2"]);
    settle().await;
    let _canceller = house.visit(Box::new(Canceller(key(&visitor.remote))));
    settle().await;
    assert_eq!(house.dialer.dialled().len(), 1, "what was sent before it may be on its way");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(house.dialer.dialled().len(), 2);
    assert_eq!(last_error(&visitor.remote), "cancelled");
    target.stall(false);
    settle().await;
    assert_eq!(target.effects().len(), 2, "the rest of the pipeline runs");
}

#[tokio::test(start_paused = true)]
async fn no_more_cancels_are_under_way_than_do_any_good() {
    let house = house(|_| allow());
    let (visitor, target) = signed_in(&house).await;
    say(&visitor.remote, &["slow"]);
    settle().await;
    target.stall(true);
    say(&visitor.remote, &["set a 1"]);
    for _ in 0..20 {
        house.visit(Box::new(Canceller(key(&visitor.remote))));
        settle().await;
    }
    assert_eq!(house.dialer.dialled().len(), 1);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(house.dialer.dialled().len(), 1 + 8);
    assert!(house.gateway.metrics().render().contains("signet_probes_dropped_total 12"));
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_withdrawn() {
    let house = house(|_| hold());
    let (visitor, target) = signed_in(&house).await;
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    let canceller = house.visit(Box::new(Canceller(key(&visitor.remote))));
    let _ = canceller.session.await.unwrap();
    settle().await;
    assert_eq!(last_error(&visitor.remote), "signet: cancelled by the client");
    assert!(!house.approvals.requests()[0].1);
    assert_eq!((tags(&target).as_str(), house.dialer.dialled().len()), ("H", 1));
    assert!(house.record_types().contains(&"refusal"));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_and_an_idle_session_do_nothing() {
    let house = house(|_| allow());
    let (visitor, _) = signed_in(&house).await;
    for wrong in [vec![0; 16], key(&visitor.remote)] {
        let canceller = house.visit(Box::new(Canceller(wrong)));
        let _ = canceller.session.await.unwrap();
        assert!(canceller.remote.heard(0).is_empty(), "who asks learns nothing");
    }
    settle().await;
    assert_eq!(house.dialer.dialled().len(), 1);
    say(&visitor.remote, &["get a"]);
    settle().await;
    assert_eq!(answers(&visitor.remote), ["ok, 3 rows, state 0"]);
}
