//! The list of live sessions, orders that end them, and sessions that would not be let in any more.

use bytes::Bytes;
use engine::{Activity, Cause, LiveSession};
use model::{Class, Event, Public, SessionId};
use testkit::house::{TestHouse, allow, approved, hold, settle};
use testkit::peer::{Heard, Peer, Said};
use testkit::toy::client::Client;
use wire::Head;

use crate::cancels::Canceller;
use crate::scene::{house, key, last_error, say, signed_in};

fn listed(house: &TestHouse) -> Vec<LiveSession> {
    house.gateway.sessions().list()
}

fn activity(house: &TestHouse) -> (Activity, u64) {
    let [only] = &listed(house)[..] else { panic!("one session") };
    (only.activity, only.commands)
}

fn why() -> Public {
    Public::new(Class::Denied, "grace has ended this session")
}

/// Why the session ended, as it stands in its last record.
fn recorded(house: &TestHouse) -> String {
    match house.journal.events().last() {
        Some(Event::SessionEnd { cause, .. }) => cause.clone(),
        other => panic!("the last record is {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_list_says_who_is_there_and_what_runs() {
    let house = house(|action| if action.name == "SET" { hold() } else { allow() });
    assert!(listed(&house).is_empty());
    let (visitor, _) = signed_in(&house).await;
    let only = listed(&house).remove(0);
    assert_eq!((only.principal.name.as_str(), only.credential.0.as_str()), ("Ada", "token-1"));
    assert_eq!((only.resource.as_str(), only.account.as_str(), only.protocol), ("prod", "app", "toy"));
    assert_eq!(only.client.to_string(), "127.0.0.1");
    assert!(only.since_us > 0);
    assert_eq!(activity(&house), (Activity::Idle, 0));
    say(&visitor.remote, &["get slow"]);
    settle().await;
    assert_eq!(activity(&house), (Activity::Running, 1));
    let _ = house.visit(Box::new(Canceller(key(&visitor.remote)))).session.await.unwrap();
    settle().await;
    assert_eq!(activity(&house), (Activity::Idle, 1));
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    assert_eq!(activity(&house), (Activity::Held, 1));
    house.approvals.end(0, approved());
    settle().await;
    assert_eq!(activity(&house), (Activity::Idle, 2));
    visitor.remote.says(Said::End);
    let receipt = visitor.session.await.unwrap();
    assert_eq!(receipt.session, only.id);
    assert!(listed(&house).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_command_is_held_no_more() {
    let house = house(|_| hold());
    let (visitor, _) = signed_in(&house).await;
    say(&visitor.remote, &["set a 1"]);
    settle().await;
    assert_eq!(activity(&house), (Activity::Held, 0));
    house.approvals.end(0, ports::HoldEnd::Expired(why()));
    settle().await;
    assert_eq!(activity(&house), (Activity::Idle, 0));
}

#[tokio::test(start_paused = true)]
async fn who_is_not_let_in_is_not_listed() {
    let house = house(|_| allow());
    let visitor = house.visit(Box::new(Client::new(&[])));
    house.journal.fail();
    let _ = visitor.session.await.unwrap();
    assert!(listed(&house).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_killed_session_is_cut_at_once_and_no_other() {
    let house = house(|action| if action.name == "SET" { hold() } else { allow() });
    for word in ["get slow", "set a 1"] {
        let (other, _) = signed_in(&house).await;
        let (visitor, target) = signed_in(&house).await;
        say(&visitor.remote, &[word]);
        settle().await;
        let id = listed(&house).into_iter().find(|session| session.activity != Activity::Idle).unwrap().id;
        let begun = tokio::time::Instant::now();
        assert!(house.gateway.sessions().kill(id, why()));
        let receipt = visitor.session.await.unwrap();
        assert_eq!((receipt.session, receipt.cause), (id, Cause::Killed));
        assert!(begun.elapsed().as_secs() < 1);
        assert_eq!(last_error(&visitor.remote), "signet: grace has ended this session");
        assert_eq!(recorded(&house), "killed");
        assert!(target.effects().is_empty());
        assert!(!house.gateway.sessions().kill(id, why()), "it is over");
        assert!(!other.session.is_finished());
        other.remote.says(Said::End);
        let _ = other.session.await.unwrap();
    }
    assert!(house.approvals.requests().iter().all(|(_, waits)| !waits), "what waited was withdrawn");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_killed_by_a_name_that_there_is_not() {
    let house = house(|_| allow());
    let (visitor, _) = signed_in(&house).await;
    assert!(!house.gateway.sessions().kill(SessionId(uuid::Uuid::nil()), why()));
    settle().await;
    assert!(!visitor.session.is_finished());
}

/// Opens a watch.
struct Watcher;

impl Peer for Watcher {
    fn begin(&mut self, said: &mut Vec<Said>) {
        said.push(Said::Head(Head { line: "watch".to_owned(), fields: vec![("key".to_owned(), Bytes::from("a"))] }));
    }

    fn hears(&mut self, _: Heard<'_>, _: &mut Vec<Said>) {}
}

#[tokio::test(start_paused = true)]
async fn a_session_with_many_streams_is_killed_whole() {
    for busy in [true, false] {
        let house = house(|_| allow());
        let (opener, session) = house.visit_with_many();
        let watch = opener.open(Box::new(Watcher));
        settle().await;
        assert!(watch.ended());
        let streams: Vec<_> = (0..if busy { 3 } else { 0 })
            .map(|_| opener.open(Box::new(Client::new(&["get slow"]).that_stays())))
            .collect();
        settle().await;
        let [only] = &listed(&house)[..] else { panic!("one session of several streams") };
        assert_eq!(only.activity, if busy { Activity::Running } else { Activity::Idle });
        assert!(house.gateway.sessions().kill(only.id, why()));
        let receipt = session.await.unwrap();
        assert_eq!(receipt.cause, Cause::Killed, "the client may open no more streams either");
        for stream in &streams {
            assert_eq!(last_error(stream), "signet: grace has ended this session");
        }
        assert_eq!(recorded(&house), "killed");
        assert!(listed(&house).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_would_not_be_let_in_any_more_is_cut_with_its_reason() {
    let house = house(|_| allow());
    let (visitor, _) = signed_in(&house).await;
    let (opener, many) = house.visit_with_many();
    let streams: Vec<_> = (0..2).map(|_| opener.open(Box::new(Client::new(&[]).that_stays()))).collect();
    say(&visitor.remote, &["get slow"]);
    settle().await;
    house.rules.end(Public::new(Class::Denied, "your access to prod has run out"));
    assert_eq!(visitor.session.await.unwrap().cause, Cause::Ended);
    assert_eq!(last_error(&visitor.remote), "signet: your access to prod has run out");
    settle().await;
    for stream in &streams {
        assert_eq!(last_error(stream), "signet: your access to prod has run out");
    }
    drop(opener);
    let _ = many.await.unwrap();
    let ends: Vec<_> = house
        .journal
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::SessionEnd { cause, .. } => Some(cause),
            _ => None,
        })
        .collect();
    assert_eq!(ends, ["access ended", "access ended"]);
    assert!(listed(&house).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_session_whose_task_panics_leaves_the_list() {
    let house = crate::rogues::panicking();
    let visitor = house.visit(Box::new(Client::new(&[]).that_stays()));
    settle().await;
    assert_eq!(listed(&house).len(), 1);
    say(&visitor.remote, &["set a 1"]);
    assert_eq!(visitor.session.await.unwrap().cause, Cause::Panic);
    assert!(listed(&house).is_empty());
}
