//! Tests of deciding: who may, once, in time, and on record. The attacks of the list have their numbers in their names.

mod reading;
mod revealing;

use model::{Around, Kind, RequestId, Wait};
use ports::{HoldEnd, HoldRequest};

use crate::house::{House, MINUTE, asked, caller, end, id};
use crate::{Error, RequestState, Role};

const LEADS: &[&str] = &["group:leads"];

fn not_allowed<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::NotAllowed { .. }))
}

#[tokio::test]
async fn an_approver_sees_everything_that_will_run_and_the_requester_goes_on() {
    let house = House::new().await;
    let around = Some(Around { before: "BEGIN;".into(), after: "; \0\u{e9}".into() });
    let asked = HoldRequest { around, ..asked("ada", "UPDATE x SET y = 1", LEADS, Wait::Session) };
    let held = house.held(&asked).await;
    let [shown] = house.list("bob").await.try_into().unwrap();
    assert!(shown.yours_to_decide);
    let command = shown.command.clone().unwrap();
    let text = command.text.unwrap();
    assert_eq!((text.text, text.parameters), (asked.action.text.clone(), asked.action.parameters.clone()));
    assert_eq!(text.around, asked.around);
    assert_eq!((shown.database.as_deref(), shown.program.as_deref()), (Some("shop"), Some("psql")));
    assert_eq!((command.verb.as_str(), command.phase.as_str(), command.number), ("write", "run", 7));
    let note = Some("looks right".to_owned());
    let approved = house.control.approve(&caller("bob"), asked.id, note.clone()).await.unwrap();
    assert_eq!(approved.approvals[0].note, note);
    let HoldEnd::Approved { by, met } = end(held).await else { panic!("not approved") };
    assert_eq!((by, met), (vec![id("bob")], asked.terms.requirements.clone()));
    assert_eq!(house.state(asked.id).await, RequestState::Used);
    assert_eq!(house.journal.acts(), ["request.approve"]);
}

#[tokio::test]
async fn f1_nobody_approves_their_own_wish_by_whatever_name() {
    let house = House::new().await;
    let one = asked("ada", "UPDATE 1", LEADS, Wait::Session);
    let of_service = asked("ada-job", "UPDATE 2", LEADS, Wait::Session);
    let of_agent = asked("ada-agent", "UPDATE 3", LEADS, Wait::Session);
    let _waits = [house.held(&one).await, house.held(&of_service).await, house.held(&of_agent).await];
    for id in [one.id, of_service.id, of_agent.id] {
        for name in ["ada", "ada2", "ada-job", "ada-agent"] {
            let refused = house.control.approve(&caller(name), id, None).await;
            assert!(not_allowed(&refused) || matches!(refused, Err(Error::NotFound)), "{name}: {refused:?}");
        }
        // An administrator is not exempt, and the role alone entitles nobody.
        let refused = house.control.approve(&caller("adam"), id, None).await;
        assert!(not_allowed(&refused), "{refused:?}");
        assert_eq!(house.state(id).await, RequestState::Pending);
    }
    assert_eq!(house.journal.count("request.approve"), 0);
}

#[tokio::test]
async fn f1_services_and_agents_approve_nothing_and_an_alias_found_out_later_counts_too() {
    let house = House::new().await;
    house.people.add("bob-job", Kind::Service { owner: id("bob") }, "bob", &["leads"], &[Role::Approver]);
    let asked = asked("ada", "UPDATE", LEADS, Wait::Session);
    let held = house.held(&asked).await;
    let refused = house.control.approve(&caller("bob-job"), asked.id, None).await;
    assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    // It turns out that ada and carl are one.
    house.people.change("ada", |standing| standing.human = id("carl"));
    assert!(not_allowed(&house.control.approve(&caller("carl"), asked.id, None).await));
    drop(held);
}

/// Who made a token for somebody may know it, and ask with it under their name.
#[tokio::test]
async fn f1_who_made_the_token_of_the_requester_does_not_decide() {
    let house = House::new().await;
    let token = |id: &str, revoked_us: Option<u64>| store::Token {
        id: id.to_owned(),
        person: "ada".to_owned(),
        stored_key: [0; 32],
        server_key: [0; 32],
        created_us: 0,
        expires_us: u64::MAX,
        revoked_us,
        digest: None,
        made_by: Some("local/bob".to_owned()),
    };
    let store = &house.control.parts.store;
    store.keep_salt("ada", [0; 16]).await.unwrap();
    store.create_token(&token("over", Some(1))).await.unwrap();
    let before = asked("ada", "UPDATE", LEADS, Wait::Session);
    let held = house.held(&before).await;
    house.control.approve(&caller("bob"), before.id, None).await.unwrap();
    assert!(matches!(end(held).await, HoldEnd::Approved { .. }), "a token that was revoked before");
    store.create_token(&token("good", None)).await.unwrap();
    let asked = asked("ada", "UPDATE again", LEADS, Wait::Session);
    let _held = house.held(&asked).await;
    assert!(not_allowed(&house.control.approve(&caller("bob"), asked.id, None).await));
}

#[tokio::test]
async fn two_accounts_of_one_human_are_one_vote() {
    let house = House::new().await;
    let asked = asked("ada", "UPDATE", &["2 of group:leads"], Wait::Session);
    let held = house.held(&asked).await;
    for name in ["bob", "bob2", "bob"] {
        let seen = house.control.approve(&caller(name), asked.id, None).await.unwrap();
        assert_eq!((seen.state, seen.approvals.len()), (RequestState::Pending, 1));
    }
    assert_eq!(house.journal.count("request.approve"), 1);
    house.control.approve(&caller("dora"), asked.id, None).await.unwrap();
    let HoldEnd::Approved { by, .. } = end(held).await else { panic!("not approved") };
    assert_eq!(by, [id("bob"), id("dora")]);
}

#[tokio::test]
async fn two_who_turn_out_to_be_one_are_one_vote_from_then_on() {
    let house = House::new().await;
    let asked = asked("ada", "UPDATE", &["2 of group:leads"], Wait::Resubmit);
    end(house.hold(&asked)).await;
    house.control.approve(&caller("bob"), asked.id, None).await.unwrap();
    let seen = house.control.approve(&caller("carl"), asked.id, None).await.unwrap();
    assert_eq!(seen.state, RequestState::Approved);
    house.people.change("carl", |carl| carl.human = id("bob"));
    let again = ports::HoldRequest { id: house.control.request_id(), ..asked.clone() };
    assert!(matches!(end(house.hold(&again)).await, HoldEnd::Deferred(_)));
    assert_eq!(house.state(asked.id).await, RequestState::Void);
}

#[tokio::test]
async fn f5_an_approval_counts_only_while_whoever_gave_it_may_give_it() {
    type Change = fn(&mut crate::Standing);
    let changes: [(&str, Change); 4] = [
        ("left the group", |bob| bob.groups.clear()),
        ("lost the role", |bob| {
            bob.roles.remove(&Role::Approver);
        }),
        ("turned out to be the requester", |bob| bob.human = id("ada")),
        ("became a service", |bob| bob.principal.kind = Kind::Service { owner: id("bob") }),
    ];
    for (what, change) in changes {
        let house = House::new().await;
        let asked = asked("ada", "UPDATE", LEADS, Wait::Resubmit);
        end(house.hold(&asked)).await;
        house.control.approve(&caller("bob"), asked.id, None).await.unwrap();
        house.people.change("bob", change);
        let again = ports::HoldRequest { id: house.control.request_id(), ..asked.clone() };
        let end = end(house.hold(&again)).await;
        assert!(matches!(end, HoldEnd::Deferred(_)), "who agreed {what}: {end:?}");
        assert_eq!(house.state(asked.id).await, RequestState::Void, "{what}");
    }
}

#[tokio::test]
async fn f5_what_entitles_must_be_older_than_the_request_and_hold_when_it_is_used() {
    let house = House::new().await;
    let asked = asked("ada", "UPDATE", &["2 of group:leads"], Wait::Session);
    let held = house.held(&asked).await;
    let now = house.control.now();
    house.people.change("eve", |eve| {
        eve.groups.insert("leads".to_owned(), now);
        eve.roles.insert(Role::Approver, 1);
    });
    let late = house.control.approve(&caller("eve"), asked.id, None).await;
    assert!(matches!(&late, Err(Error::NotAllowed { why }) if why.contains("after the request")), "{late:?}");
    house.people.change("dora", |dora| {
        dora.roles.insert(Role::Approver, now);
    });
    assert!(not_allowed(&house.control.approve(&caller("dora"), asked.id, None).await));
    house.control.approve(&caller("bob"), asked.id, None).await.unwrap();
    // Bob leaves the group before the second one agrees: his agreement counts no more.
    house.people.change("bob", |bob| {
        bob.groups.clear();
    });
    let seen = house.control.approve(&caller("carl"), asked.id, None).await.unwrap();
    assert_eq!(seen.state, RequestState::Pending);
    drop(held);
}

#[tokio::test]
async fn f6_requests_and_approvals_come_no_faster_than_people_read() {
    let house = House::new().await;
    let mut waits = Vec::new();
    for _ in 0..20 {
        waits.push(house.held(&asked("ada", "UPDATE", LEADS, Wait::Session)).await);
    }
    // Her service has no places of its own.
    let refused = end(house.hold(&asked("ada-job", "UPDATE", LEADS, Wait::Session))).await;
    assert!(matches!(&refused, HoldEnd::Rejected { reason, .. } if reason.message.contains("too many")), "{refused:?}");
    assert_eq!(house.list("ada").await.len(), 20);
    for name in ["eve", "carl"] {
        house.people.add(name, Kind::Human, name, &[], &[]);
        for _ in 0..10 {
            waits.push(house.held(&asked(name, "UPDATE", LEADS, Wait::Session)).await);
        }
    }
    let all: Vec<RequestId> = house.list("bob").await.iter().map(|request| request.id).collect();
    assert_eq!(all.len(), 40);
    for id in &all[..30] {
        house.control.approve(&caller("bob"), *id, None).await.unwrap();
    }
    let fast = house.control.approve(&caller("bob"), all[30], None).await;
    assert!(matches!(fast, Err(Error::TooMany(_))), "{fast:?}");
    house.pass(MINUTE).await;
    house.control.approve(&caller("bob"), all[30], None).await.unwrap();
}

#[tokio::test]
async fn f8_while_the_journal_is_down_nothing_changes() {
    let house = House::new().await;
    let asked = asked("ada", "UPDATE", LEADS, Wait::Session);
    let _held = house.held(&asked).await;
    house.journal.fail();
    let bob = caller("bob");
    let down = |result: Result<crate::Request, Error>| matches!(result, Err(Error::JournalDown));
    assert!(down(house.control.approve(&bob, asked.id, None).await));
    assert!(down(house.control.reject(&bob, asked.id, "no".to_owned()).await));
    assert!(down(house.control.withdraw(&caller("ada"), asked.id).await));
    assert_eq!(house.state(asked.id).await, RequestState::Pending);
    assert!(house.control.request(&bob, asked.id).await.unwrap().approvals.is_empty());
}

#[tokio::test]
async fn a_hundred_who_approve_at_once_are_counted_once_and_used_once() {
    let house = House::new().await;
    let asked = asked("ada", "UPDATE", &["2 of group:leads"], Wait::Session);
    let held = house.held(&asked).await;
    let calls = (0..100).map(|number| {
        let (control, id) = (house.control.clone(), asked.id);
        tokio::spawn(async move { control.approve(&caller(["bob", "dora"][number % 2]), id, None).await })
    });
    for call in calls.collect::<Vec<_>>() {
        let seen = call.await.unwrap().unwrap();
        assert!(!seen.approvals.is_empty());
    }
    assert!(matches!(end(held).await, HoldEnd::Approved { .. }));
    assert_eq!(house.journal.count("request.approve"), 2);
    assert_eq!(house.state(asked.id).await, RequestState::Used);
}

#[tokio::test]
async fn one_rejection_ends_it_with_the_reason() {
    let house = House::new().await;
    let asked = asked("ada", "UPDATE", &["2 of group:leads"], Wait::Session);
    let held = house.held(&asked).await;
    house.control.approve(&caller("bob"), asked.id, None).await.unwrap();
    for reason in ["", " \t", "two\nlines", "\u{1b}[31m"] {
        let unfit = house.control.reject(&caller("carl"), asked.id, reason.to_owned()).await;
        assert!(matches!(unfit, Err(Error::Invalid(_))), "{unfit:?}");
    }
    house.control.reject(&caller("carl"), asked.id, "not on a Friday".to_owned()).await.unwrap();
    let HoldEnd::Rejected { by, reason } = end(held).await else { panic!("not rejected") };
    assert_eq!(by, [id("carl")]);
    assert!(reason.message.contains("not on a Friday"), "{reason}");
    let late = house.control.approve(&caller("dora"), asked.id, None).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
}

/// A requirement names bob; an administrator makes bob the same human as carl after the request was made.
#[tokio::test]
async fn who_becomes_the_same_human_as_somebody_named_is_not_named() {
    let house = House::new().await;
    let asked = asked("ada", "UPDATE 1", &["person:local/bob"], Wait::Session);
    let _held = house.held(&asked).await;
    house.people.change("bob", |bob| bob.human = id("carl"));
    let done = house.control.approve(&caller("carl"), asked.id, None).await;
    assert!(done.is_err(), "{done:?}");
    house.control.approve(&caller("bob"), asked.id, None).await.unwrap();
}
