//! How sessions end: revoked, idle, too old, drained, cut, half-closed, by a target that leaves.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use engine::{Cause, EngineLimits};
use model::{Action, Class, Public};
use testkit::house::{TestHouse, allow, settle};
use testkit::peer::{Heard, Peer, Said};
use testkit::toy::client::{Client, command};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use wire::Side;

use crate::scene::{answers, hello, house, last_error, listener, say, signed_in, tags, with_limits};

/// A client that says nothing.
struct Mute;

impl Peer for Mute {
    fn hears(&mut self, _: Heard<'_>, _: &mut Vec<Said>) {}
}

fn short() -> EngineLimits {
    EngineLimits {
        idle: Some(Duration::from_secs(60)),
        session: Some(Duration::from_secs(600)),
        handshake: Duration::from_secs(30),
        ..EngineLimits::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_revoked_session_is_cut_at_once() {
    let house = house(|_| allow());
    let (visitor, _) = signed_in(&house).await;
    say(&visitor.remote, &["slow"]);
    settle().await;
    let before = tokio::time::Instant::now();
    house.people.revoke();
    assert_eq!(visitor.session.await.unwrap().cause, Cause::Stopped(Class::Unauthenticated));
    assert!(before.elapsed() < Duration::from_secs(1));
    assert!(last_error(&visitor.remote).contains("revoked"));
    assert!(visitor.remote.ended());
}

#[tokio::test(start_paused = true)]
async fn an_idle_session_ends_and_a_busy_one_lives_its_longest() {
    let house = with_limits(|_| allow(), short());
    let (idle, _) = signed_in(&house).await;
    let begun = tokio::time::Instant::now();
    assert_eq!(idle.session.await.unwrap().cause, Cause::Stopped(Class::Shutdown));
    assert_eq!(begun.elapsed().as_secs(), 59, "a moment of it had passed before");

    let (busy, _) = signed_in(&house).await;
    let begun = tokio::time::Instant::now();
    while !busy.session.is_finished() {
        say(&busy.remote, &["get a"]);
        tokio::time::sleep(Duration::from_secs(20)).await;
    }
    let lived = begun.elapsed().as_secs();
    assert!((580..=620).contains(&lived), "{lived} seconds");
    assert!(last_error(&busy.remote).contains("longest"));
}

#[tokio::test(start_paused = true)]
async fn who_does_not_sign_in_is_sent_away() {
    let house = with_limits(|_| allow(), short());
    let begun = tokio::time::Instant::now();
    let visitor = house.visit(Box::new(Mute));
    assert_eq!(visitor.session.await.unwrap().cause, Cause::TooSlow);
    assert_eq!(begun.elapsed().as_secs(), 30);
    assert!(house.journal.is_empty(), "a connection that says nothing makes no session");

    let visitor = house.visit(Box::new(Mute));
    visitor.remote.say(&b"\0\0"[..]);
    assert_eq!(visitor.session.await.unwrap().cause, Cause::TooSlow);
}

#[tokio::test(start_paused = true)]
async fn a_stranger_reaches_nothing() {
    let house = house(|_| allow());
    let visitor = house.visit(Box::new(Mute));
    let hello = [&b"mallory\0\0"[..], &[0; 32]].concat();
    visitor.remote.say(testkit::toy::frame::write(b'H', &hello));
    say(&visitor.remote, &["set a 1"]);
    let receipt = visitor.session.await.unwrap();
    assert!(house.dialer.dialled().is_empty());
    assert_eq!(house.record_types(), ["signin.refused"]);
    assert_eq!(tags(&visitor.remote), "E");
    assert!(!last_error(&visitor.remote).contains("unknown person"), "the client is not told why");
    assert!(matches!(receipt.cause, Cause::Closed(_)));
}

#[tokio::test(start_paused = true)]
async fn a_drain_lets_what_runs_come_to_its_end() {
    let house = house(|_| allow());
    let (resting, _) = signed_in(&house).await;
    let (working, target) = signed_in(&house).await;
    say(&working.remote, &["slow"]);
    settle().await;
    let _ended = house.gateway.drain(stopping()).await;
    settle().await;
    assert!(resting.session.is_finished(), "who rests leaves at once");
    assert!(last_error(&resting.remote).contains("stopping"));
    assert!(!working.session.is_finished());
    target.says(Said::Bytes(0, testkit::toy::frame::write(b'Z', &[0])));
    assert_eq!(working.session.await.unwrap().cause, Cause::Closed("drained"));
    assert_eq!(tags(&working.remote), "HKZE");
}

fn stopping() -> Public {
    Public::new(Class::Shutdown, "the gateway is stopping")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drain_says_whether_every_session_ended() {
    let at_once = EngineLimits { drain: Duration::ZERO, linger: Duration::ZERO, ..EngineLimits::default() };
    let (inside, leave) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let stuck = {
        let (inside, leave) = (Arc::clone(&inside), Arc::clone(&leave));
        let rule = move |_: &Action| {
            inside.wait();
            leave.wait();
            allow()
        };
        with_limits(rule, at_once)
    };
    let address = stuck.gateway.listen(listener()).await.unwrap();
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(&[hello("ada", ""), command("set a 1")].concat()).await.unwrap();
    inside.wait();
    let ended = stuck.gateway.drain(stopping()).await;
    leave.wait();
    assert!(!ended, "a session is stuck in its decision");

    let house = house(|_| allow());
    let address = house.gateway.listen(listener()).await.unwrap();
    let _client = TcpStream::connect(address).await.unwrap();
    assert!(house.gateway.drain(stopping()).await);
}

#[tokio::test(start_paused = true)]
async fn a_cut_waits_for_nothing() {
    let house = house(|_| allow());
    let (working, _) = signed_in(&house).await;
    say(&working.remote, &["slow"]);
    settle().await;
    house.gateway.cut(Public::new(Class::Shutdown, "now"));
    assert_eq!(working.session.await.unwrap().cause, Cause::Stopped(Class::Shutdown));
    assert_eq!(house.record_types().last(), Some(&"session.end"));
}

#[tokio::test(start_paused = true)]
async fn a_half_close_goes_through() {
    let house = house(|_| allow());
    let visitor = house.visit(Box::new(Client::new(&["set a 1", "upgrade"])));
    let receipt = visitor.session.await.unwrap();
    assert_eq!(receipt.cause, Cause::Closed("the target ended"));
    let target = &house.dialer.dialled()[0];
    assert!(target.heard(0).ends_with(b"raw bytes") && target.ended(), "the client's end reached the target");
    assert!(visitor.remote.heard(0).ends_with(b"raw bytes") && visitor.remote.ended());
}

#[tokio::test(start_paused = true)]
async fn a_target_that_dies_is_told_to_the_client() {
    for broken in [false, true] {
        let house = house(|_| allow());
        let (visitor, target) = signed_in(&house).await;
        say(&visitor.remote, &["slow"]);
        settle().await;
        if broken {
            target.break_off()
        } else {
            target.says(Said::End)
        }
        let receipt = visitor.session.await.unwrap();
        assert!(matches!(receipt.cause, Cause::Closed("the target left")), "{:?}", receipt.cause);
        assert!(last_error(&visitor.remote).contains("target closed"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_ends_gets_its_answers_first() {
    let house = house(|_| allow());
    let (visitor, target) = signed_in(&house).await;
    target.stall(true);
    say(&visitor.remote, &["set a 1", "set b 2", "get a"]);
    visitor.remote.says(Said::End);
    settle().await;
    target.stall(false);
    let receipt = visitor.session.await.unwrap();
    assert_eq!(answers(&visitor.remote).len(), 3);
    assert_eq!(target.effects().len(), 2);
    assert!(!matches!(receipt.cause, Cause::Left(Side::Target)));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_does_not_keep_a_session_alive() {
    let house: TestHouse = with_limits(|_| allow(), short());
    let (visitor, _) = signed_in(&house).await;
    visitor.remote.stall(true);
    house.people.revoke();
    let begun = tokio::time::Instant::now();
    let _ = visitor.session.await.unwrap();
    assert!(begun.elapsed() <= Duration::from_secs(6), "the linger time");
    assert_eq!(house.record_types().last(), Some(&"session.end"));
}

#[tokio::test(start_paused = true)]
async fn what_a_target_said_before_it_broke_is_heard() {
    let house = house(|_| allow());
    let (visitor, target) = signed_in(&house).await;
    target.turn_deaf();
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    target.says(Said::Bytes(0, testkit::toy::frame::error(0, "terminated by an administrator")));
    target.says(Said::End);
    let receipt = visitor.session.await.unwrap();
    assert_eq!(receipt.cause, Cause::Closed("the target left"));
    assert_eq!(tags(&visitor.remote), "HKEE", "its reason, and that it is gone");
    assert!(String::from_utf8_lossy(&visitor.remote.heard(0)).contains("an administrator"));
}

#[tokio::test(start_paused = true)]
async fn a_target_that_broke_and_says_nothing_is_not_waited_for() {
    let house = house(|_| allow());
    let (visitor, target) = signed_in(&house).await;
    target.turn_deaf();
    say(&visitor.remote, &["set a 1"]);
    let begun = tokio::time::Instant::now();
    let _ = visitor.session.await.unwrap();
    assert!(begun.elapsed() <= Duration::from_secs(21));
    assert!(last_error(&visitor.remote).contains("target closed"));
}

#[tokio::test(start_paused = true)]
async fn what_runs_for_a_client_that_vanished_is_cancelled() {
    for reading in [false, true] {
        let house = house(|_| allow());
        let (visitor, target) = signed_in(&house).await;
        say(&visitor.remote, &["slow"]);
        settle().await;
        if reading {
            visitor.remote.break_off();
        } else {
            // It is noticed when something is sent to it.
            visitor.remote.turn_deaf();
            target.says(Said::Bytes(0, testkit::toy::frame::write(b'N', b"a notice")));
        }
        let begun = tokio::time::Instant::now();
        let receipt = visitor.session.await.unwrap();
        assert!(begun.elapsed() <= Duration::from_secs(21), "reading: {reading}");
        assert_eq!(receipt.cause, Cause::Left(Side::Client));
        let probe = house.dialer.dialled().get(1).cloned().expect("a connection for the cancel");
        assert_eq!(tags(&probe), "X");
    }
}
