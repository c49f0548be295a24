//! Tests of what approved requests give, until when; and of the review of broken glass.

use std::time::Duration;

use model::RequestId;

use crate::house::{House, MINUTE, caller, id};
use crate::{AccessWish, BreakGlassWish, Error, Page, RequestState, Role};

fn access(from_us: Option<u64>) -> AccessWish {
    AccessWish {
        resource: "prod".to_owned(),
        account: None,
        from_us,
        lasts: Duration::from_secs(3600),
        reason: "a look at order 7".to_owned(),
    }
}

fn glass() -> BreakGlassWish {
    BreakGlassWish {
        resource: "prod".to_owned(),
        lasts: Duration::from_secs(3600),
        reason: "prod is down".to_owned(),
        reviewer: id("olga"),
    }
}

/// How many grants of access to prod as app ada has now.
fn held_by(house: &House, name: &str) -> usize {
    let now = house.control.now();
    house.control.parts.grants.access(&id(name), &"prod".parse().unwrap(), "app", now).len()
}

fn broken(house: &House) -> bool {
    let now = house.control.now();
    house.control.parts.grants.broken_glass(&id("ada"), &"prod".parse().unwrap(), now).is_some()
}

async fn broken_glass(house: &House) -> RequestId {
    let asked = house.control.create_break_glass(&caller("ada"), glass()).await.unwrap().id;
    house.control.approve(&caller("bob"), asked, None).await.unwrap();
    house.control.approve(&caller("adam"), asked, None).await.unwrap();
    asked
}

#[tokio::test]
async fn approved_access_holds_for_its_time_and_account() {
    let house = House::new().await;
    let mut changed = house.control.parts.grants.subscribe();
    let asked = house.control.create_access(&caller("ada"), access(None)).await.unwrap();
    assert_eq!(held_by(&house, "ada"), 0);
    house.control.approve(&caller("bob"), asked.id, None).await.unwrap();
    assert!(changed.has_changed().unwrap());
    changed.borrow_and_update();
    assert_eq!((held_by(&house, "ada"), held_by(&house, "ada2")), (1, 0));
    let (grants, now) = (std::sync::Arc::clone(&house.control.parts.grants), house.control.now());
    assert!(grants.access(&id("ada"), &"prod".parse().unwrap(), "owner", now).is_empty());
    let [grant] =
        house.control.list_grants(&caller("ada"), true, Page::default()).await.unwrap().items.try_into().unwrap();
    assert_eq!((grant.met, grant.until_us - grant.from_us), (asked.requirements, 60 * MINUTE));
    house.pass(60 * MINUTE).await;
    assert_eq!(held_by(&house, "ada"), 0);
    assert!(changed.has_changed().unwrap(), "sessions must look again when a grant ends");
    assert_eq!(house.journal.acts(), ["request.create", "request.approve", "grant.give"]);
}

#[tokio::test]
async fn access_from_a_time_on_begins_then_and_is_never_longer_than_asked_for() {
    let house = House::new().await;
    let from = house.control.now() + 10 * MINUTE;
    let asked = house.control.create_access(&caller("ada"), access(Some(from))).await.unwrap().id;
    let late = house.control.create_access(&caller("ada"), access(Some(from - 5 * MINUTE))).await.unwrap().id;
    house.control.approve(&caller("bob"), asked, None).await.unwrap();
    assert_eq!(held_by(&house, "ada"), 0);
    let mut changed = house.control.parts.grants.subscribe();
    house.pass(11 * MINUTE).await;
    assert_eq!(held_by(&house, "ada"), 1);
    assert!(changed.has_changed().unwrap(), "sessions must look again when a grant begins");
    changed.borrow_and_update();
    house.control.approve(&caller("bob"), late, None).await.unwrap();
    let grants = house.control.list_grants(&caller("ada"), true, Page::default()).await.unwrap().items;
    let late = grants.iter().find(|grant| grant.id == late).unwrap();
    assert_eq!(late.until_us, from + 55 * MINUTE);
}

#[tokio::test]
async fn access_is_asked_for_with_a_reason_and_within_bounds_and_where_the_policy_lets_it() {
    let house = House::new().await;
    let ada = caller("ada");
    let now = house.control.now();
    let wishes = [
        AccessWish { reason: " ".to_owned(), ..access(None) },
        AccessWish { lasts: Duration::from_secs(59), ..access(None) },
        AccessWish { lasts: Duration::from_secs(8 * 24 * 3600), ..access(None) },
        access(Some(now - 61 * MINUTE)),
        access(Some(now + 31 * 24 * 60 * MINUTE)),
    ];
    for wish in wishes {
        let unfit = house.control.create_access(&ada, wish).await;
        assert!(matches!(unfit, Err(Error::Invalid(_))), "{unfit:?}");
    }
    for wish in [
        AccessWish { resource: "nowhere".to_owned(), ..access(None) },
        AccessWish { account: Some("root".to_owned()), ..access(None) },
        AccessWish { account: Some("owner".to_owned()), ..access(None) },
    ] {
        let denied = house.control.create_access(&ada, wish).await;
        assert!(matches!(denied, Err(Error::NotAllowed { .. })), "{denied:?}");
    }
    assert!(house.journal.acts().is_empty());
}

#[tokio::test]
async fn a_revoked_grant_ends_at_once_and_on_other_gateways() {
    let house = House::new().await;
    let other = house.gateway("two").await;
    let asked = house.control.create_access(&caller("ada"), access(None)).await.unwrap().id;
    house.control.approve(&caller("bob"), asked, None).await.unwrap();
    for name in ["eve", "carl", "olga"] {
        let refused = house.control.revoke_grant(&caller(name), asked, "no".to_owned()).await;
        assert!(matches!(refused, Err(Error::NotFound | Error::NotAllowed { .. })), "{name}: {refused:?}");
    }
    other.keep_up().await.unwrap();
    let prod = "prod".parse().unwrap();
    assert_eq!(other.parts.grants.access(&id("ada"), &prod, "app", house.control.now()).len(), 1);
    house.control.revoke_grant(&caller("bob"), asked, "enough".to_owned()).await.unwrap();
    assert_eq!(held_by(&house, "ada"), 0);
    other.keep_up().await.unwrap();
    assert!(other.parts.grants.access(&id("ada"), &prod, "app", house.control.now()).is_empty());
    let twice = house.control.revoke_grant(&caller("adam"), asked, "no".to_owned()).await;
    assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
}

#[tokio::test]
async fn grants_that_cannot_be_read_do_not_hold() {
    let house = House::new().await;
    let asked = house.control.create_access(&caller("ada"), access(None)).await.unwrap().id;
    house.control.approve(&caller("bob"), asked, None).await.unwrap();
    assert_eq!(held_by(&house, "ada"), 1);
    house.control.parts.store.close().await;
    assert!(house.control.keep_up().await.is_err());
    assert_eq!(held_by(&house, "ada"), 0);
}

#[tokio::test]
async fn requests_for_access_expire_and_that_is_on_record() {
    let house = House::new().await;
    let asked = house.control.create_access(&caller("ada"), access(None)).await.unwrap().id;
    house.pass(15 * MINUTE).await;
    assert_eq!(house.state(asked).await, RequestState::Expired);
    assert_eq!(house.journal.acts(), ["request.create", "request.expire"]);
    let late = house.control.approve(&caller("bob"), asked, None).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
}

#[tokio::test]
async fn two_others_agree_to_break_the_glass_and_a_third_reviews_it() {
    let house = House::new().await;
    let control = &house.control;
    let asked = control.create_break_glass(&caller("ada"), glass()).await.unwrap().id;
    for name in ["ada", "ada2", "ada-agent", "olga", "eve"] {
        let refused = control.approve(&caller(name), asked, None).await;
        assert!(matches!(refused, Err(Error::NotAllowed { .. } | Error::NotFound)), "{name}: {refused:?}");
    }
    for name in ["bob", "bob2"] {
        control.approve(&caller(name), asked, None).await.unwrap();
        assert!(!broken(&house), "one human broke the glass");
    }
    control.approve(&caller("adam"), asked, None).await.unwrap();
    assert!(broken(&house));
    let open = control.review(&caller("olga"), asked, "fine".to_owned()).await;
    assert!(matches!(open, Err(Error::Conflict(_))), "{open:?}");
    house.pass(60 * MINUTE).await;
    assert!(!broken(&house));
    for name in ["ada", "ada2", "bob", "bob2", "adam", "eve"] {
        let refused = control.review(&caller(name), asked, "fine".to_owned()).await;
        assert!(matches!(refused, Err(Error::NotAllowed { .. } | Error::NotFound)), "{name}: {refused:?}");
    }
    let [review] = control.list_reviews(&caller("olga")).await.unwrap().try_into().unwrap();
    assert!(!review.overdue);
    house.pass(8 * 24 * 60 * MINUTE).await;
    let [review] = control.list_reviews(&caller("olga")).await.unwrap().try_into().unwrap();
    assert!(review.overdue && review.owner == id("olga") && review.reason == "prod is down");
    let [open] = control.open_reviews(&caller("olga")).await.unwrap().try_into().unwrap();
    assert_eq!((open.id, open.overdue), (asked, true));
    assert!(control.open_reviews(&caller("eve")).await.unwrap().is_empty());
    assert!(control.list_reviews(&caller("ada")).await.unwrap()[0].overdue, "their own");
    assert_eq!(
        house.journal.count("glass.read"),
        2,
        "who looks at what is not theirs leaves a record, who counts none"
    );
    let done = control.review(&caller("olga"), asked, "it was down".to_owned()).await.unwrap();
    assert!(done.done.is_some() && !done.overdue);
    let twice = control.review(&caller("carl"), asked, "fine".to_owned()).await;
    assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
    assert!(control.open_reviews(&caller("olga")).await.unwrap().is_empty());
    let [review] = control.list_reviews(&caller("olga")).await.unwrap().try_into().unwrap();
    assert!(!review.overdue);
    assert_eq!(house.journal.count("glass.agree"), 2);
    assert_eq!(house.journal.count("glass.review"), 1);
}

#[tokio::test]
async fn the_glass_is_broken_by_people_for_hours_with_a_reviewer_who_had_no_hand_in_it() {
    let house = House::new().await;
    let control = &house.control;
    let agent = control.create_break_glass(&caller("ada-agent"), glass()).await;
    assert!(matches!(agent, Err(Error::NotAllowed { .. })), "{agent:?}");
    for unfit in [
        BreakGlassWish { lasts: Duration::from_secs(4 * 3600 + 1), ..glass() },
        BreakGlassWish { reviewer: id("ada2"), ..glass() },
        BreakGlassWish { reviewer: id("eve"), ..glass() },
        BreakGlassWish { reviewer: id("nobody"), ..glass() },
    ] {
        let refused = control.create_break_glass(&caller("ada"), unfit).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    let by_bob = BreakGlassWish { reviewer: id("bob"), ..glass() };
    let asked = control.create_break_glass(&caller("ada"), by_bob).await.unwrap().id;
    for name in ["bob", "bob2"] {
        let refused = control.approve(&caller(name), asked, None).await;
        assert!(matches!(refused, Err(Error::NotAllowed { .. })), "{name}: {refused:?}");
    }
    // Who made themselves an administrator after it was asked for does not count.
    let now = control.now();
    house.people.change("eve", |eve| {
        eve.roles.insert(Role::Administrator, now);
    });
    assert!(control.approve(&caller("eve"), asked, None).await.is_err());
}

#[tokio::test]
async fn a_glass_that_was_given_back_can_be_reviewed_at_once() {
    let house = House::new().await;
    let asked = broken_glass(&house).await;
    house.control.revoke_grant(&caller("ada"), asked, "it is up again".to_owned()).await.unwrap();
    assert!(!broken(&house));
    house.control.review(&caller("olga"), asked, "fine".to_owned()).await.unwrap();
}

#[tokio::test]
async fn whoever_gets_the_name_of_somebody_removed_has_none_of_their_grants_and_requests() {
    let house = House::new().await;
    let asked = house.control.create_access(&caller("ada"), access(None)).await.unwrap().id;
    house.control.approve(&caller("bob"), asked, None).await.unwrap();
    let waits = house.control.create_access(&caller("ada"), access(None)).await.unwrap().id;
    assert_eq!(held_by(&house, "ada"), 1);
    house.control.parts.store.remove_person(&id("ada"), Some("ada"), house.control.now()).await.unwrap();
    house.control.keep_up().await.unwrap();
    assert_eq!(held_by(&house, "ada"), 0);
    let state = house.control.parts.store.request(waits).await.unwrap().unwrap().state;
    assert_eq!(state, RequestState::Void);
    assert!(house.control.approve(&caller("bob"), waits, None).await.is_err());
    assert_eq!(held_by(&house, "ada"), 0);
}
