//! A cancel on another connection: what it does, and when it may leave.

use testkit::house::{allow, hold, settle};
use testkit::peer::{Heard, Peer, Said, say as says};
use testkit::toy::frame::write;

use crate::scene::{answers, house, key, last_error, say, signed_in, tags};

/// A connection that says one cancel.
struct Canceller(Vec<u8>);

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
