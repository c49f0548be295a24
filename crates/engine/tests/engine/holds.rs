//! A hold waits in the live session, ends by event, and is taken back when the client is gone.

use model::{Class, Event, PrincipalId, Public};
use ports::HoldEnd;
use testkit::house::{TestHouse, allow, hold, settle};
use testkit::peer::Said;

use crate::scene::{answers, house, last_error, say, signed_in, tags};

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
    assert!(house.approvals.end(0, HoldEnd::Approved { by: vec![grace()], met: testkit::house::terms().requirements }));
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
        assert!(
            !house.approvals.end(0, HoldEnd::Approved { by: vec![grace()], met: testkit::house::terms().requirements }),
            "nobody waits for the approval any more"
        );
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
    house.approvals.end(0, HoldEnd::Approved { by: vec![grace()], met: testkit::house::terms().requirements });
    while answers(&visitor.remote).len() < 100_001 {
        settle().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_masked_command_stays_masked_when_it_was_held() {
    // A hold has no obligations in `Verdict`, so a hold of something masked cannot be expressed; this pins what there is.
    let house = house(|action| if action.name == "GET" { hold() } else { allow() });
    let (visitor, target) = signed_in(&house).await;
    say(&visitor.remote, &["get a"]);
    settle().await;
    assert_eq!(tags(&target), "H");
    house.approvals.end(0, HoldEnd::Approved { by: vec![grace()], met: testkit::house::terms().requirements });
    settle().await;
    assert_eq!(answers(&visitor.remote), ["ok, 3 rows, state 0"]);
}
