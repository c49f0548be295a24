//! When live sessions end, and that approvals of access never reach commands.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use model::{Public, Requirement, Verb, Verdict};
use ports::{Decider, Later};

use super::world::{NOON, command, engine, policies};
use crate::{Gives, Grant};

const ON_REQUEST: &str = r#"
@id("all") permit (principal, action, resource);
@id("ask") @approve("group:leads")
forbid (principal, action in [Action::"connect", Action::"write"], resource) unless { context.approvals.contains("group:leads") };
"#;

fn grant(from_us: u64, until_us: u64) -> Grant {
    let met: Requirement = "group:leads".parse().unwrap();
    Grant { gives: Gives::Access, met: vec![met], from_us, until_us, purpose: None }
}

fn poll(wait: &mut Later<Public>) -> Option<Public> {
    match Pin::new(wait).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(reason) => Some(reason),
        Poll::Pending => None,
    }
}

#[test]
fn a_session_ends_when_its_group_is_left() {
    let (engine, world, ada) = engine("@id(\"dba\") permit (principal in Group::\"dba\", action, resource);", &["dba"]);
    let mut ended = engine.ended(ada.who());
    assert_eq!(poll(&mut ended), None);
    world.put("bob", &[]);
    assert_eq!(poll(&mut ended), None, "a change of somebody else");
    world.put("ada", &["users"]);
    assert_eq!(poll(&mut ended).unwrap().message, "no policy lets you use resource prod as account app");
}

#[test]
fn a_session_ends_when_the_policy_says_so() {
    let (engine, _, ada) = engine("@id(\"all\") permit (principal, action, resource);", &[]);
    let mut ended = engine.ended(ada.who());
    assert_eq!(poll(&mut ended), None);
    engine.replace(policies(2, "@id(\"all\") permit (principal, action, resource);")).unwrap();
    assert_eq!(poll(&mut ended), None);
    engine.replace(policies(3, "")).unwrap();
    assert!(poll(&mut ended).is_some());
}

#[test]
fn a_session_ends_with_its_grant() {
    let (engine, world, ada) = engine(ON_REQUEST, &[]);
    assert!(matches!(engine.admit(ada.who()).verdict, Verdict::Hold { .. }));
    world.grant(grant(NOON + 1, NOON + 1000));
    assert!(matches!(engine.admit(ada.who()).verdict, Verdict::Hold { .. }), "it has not begun");
    world.at(NOON + 1);
    assert!(matches!(engine.admit(ada.who()).verdict, Verdict::Allow { .. }));
    let mut ended = engine.ended(ada.who());
    assert_eq!(poll(&mut ended), None);
    assert_eq!(engine.next_us(ada.who()), Some(NOON + 1000));
    world.at(NOON + 1000);
    world.bell.ring();
    let reason = poll(&mut ended).unwrap();
    assert_eq!(reason.message, "your access to resource prod as account app is over");
    assert!(reason.hint.unwrap().contains("signet requests create prod"));
}

#[test]
fn a_revoked_grant_ends_its_session() {
    let (engine, world, ada) = engine(ON_REQUEST, &[]);
    world.grant(grant(0, u64::MAX));
    let mut ended = engine.ended(ada.who());
    assert_eq!(poll(&mut ended), None);
    world.grants.lock().unwrap().clear();
    world.bell.ring();
    assert!(poll(&mut ended).is_some());
}

#[test]
fn a_change_before_the_first_poll_is_not_missed() {
    let (engine, world, ada) = engine("@id(\"dba\") permit (principal in Group::\"dba\", action, resource);", &["dba"]);
    let mut ended = engine.ended(ada.who());
    world.put("ada", &[]);
    assert!(poll(&mut ended).is_some());
}

#[test]
fn sessions_are_asked_about_at_the_times_that_policies_name() {
    let by_hour = "@id(\"day\") permit (principal, action, resource) when { context.hour < 13 };";
    let (engine, world, ada) = engine(by_hour, &[]);
    assert_eq!(engine.next_us(ada.who()), Some(NOON + 30_000_000), "the next whole minute");
    let mut ended = engine.ended(ada.who());
    assert_eq!(poll(&mut ended), None);
    world.at(NOON + 3_600_000_000);
    world.bell.ring();
    assert!(poll(&mut ended).is_some());
    let observed = "@id(\"all\") permit (principal, action, resource);@id(\"l\") @observe(\"2026-07-02\") forbid (principal, action, resource == Resource::\"prod\");";
    engine.replace(policies(2, observed)).unwrap();
    world.at(NOON);
    assert_eq!(engine.next_us(ada.who()), Some(1_782_950_400_000_000));
}

#[test]
fn approval_of_access_is_no_approval_of_commands() {
    let (engine, world, ada) = engine(ON_REQUEST, &[]);
    world.grant(grant(0, u64::MAX));
    assert!(matches!(engine.admit(ada.who()).verdict, Verdict::Allow { .. }));
    assert!(matches!(engine.decide(ada.who(), &command(Verb::Write), &[]).verdict, Verdict::Hold { .. }));
    let met: Requirement = "group:leads".parse().unwrap();
    assert!(matches!(engine.decide(ada.who(), &command(Verb::Write), &[met]).verdict, Verdict::Allow { .. }));
    assert!(matches!(engine.decide(ada.who(), &command(Verb::Write), &[]).verdict, Verdict::Hold { .. }), "once");
}

#[test]
fn waits_that_are_given_up_leave_nothing() {
    let (engine, world, ada) = engine("@id(\"all\") permit (principal, action, resource);", &[]);
    let mut waits: Vec<_> = (0..10).map(|_| engine.ended(ada.who())).collect();
    assert!(waits.iter_mut().all(|wait| poll(wait).is_none()));
    assert_eq!((engine.bell().waiting(), world.bell.waiting()), (10, 10));
    drop(waits);
    assert_eq!((engine.bell().waiting(), world.bell.waiting()), (0, 0));
    assert_eq!(Arc::strong_count(&world), 2);
}
