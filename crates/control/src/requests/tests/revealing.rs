//! Tests of asking to be shown what is masked.

use std::time::Duration;

use crate::house::{House, MINUTE, caller, id};
use crate::{Error, Page, RequestKind, RevealWish};

use super::not_allowed;

fn wish() -> RevealWish {
    RevealWish {
        resource: "prod".to_owned(),
        policy: "cards".to_owned(),
        lasts: Duration::from_secs(1800),
        reason: "a dispute about order 7".to_owned(),
    }
}

/// The policies that mask nothing for somebody on prod now.
fn lifted(house: &House, name: &str) -> Vec<String> {
    let grants = house.control.parts.grants.revealed(&id(name), &"prod".parse().unwrap(), house.control.now());
    grants.into_iter().flat_map(|grant| grant.policies).collect()
}

#[tokio::test]
async fn what_is_masked_is_shown_to_who_asked_for_its_time_and_until_it_is_revoked() {
    let house = House::new().await;
    let asked = house.control.create_reveal(&caller("ada"), wish()).await.unwrap();
    assert_eq!((asked.kind, asked.masks.as_slice()), (RequestKind::Reveal, &["cards.number".to_owned()][..]));
    assert_eq!(asked.requirements, ["group:leads".parse().unwrap()]);
    assert!(lifted(&house, "ada").is_empty());
    let mut changed = house.control.parts.grants.subscribe();
    house.control.approve(&caller("bob"), asked.id, None).await.unwrap();
    assert!(changed.has_changed().unwrap());
    changed.borrow_and_update();
    assert_eq!(lifted(&house, "ada"), ["cards"]);
    for other in ["ada2", "ada-job", "bob"] {
        assert!(lifted(&house, other).is_empty(), "{other}");
    }
    let now = house.control.now();
    let grants = &house.control.parts.grants;
    assert!(grants.access(&id("ada"), &"prod".parse().unwrap(), "app", now).is_empty(), "it gives no access");
    assert!(grants.broken_glass(&id("ada"), &"prod".parse().unwrap(), now).is_none());
    let listed = house.control.list_grants(&caller("ada"), true, Page::default()).await.unwrap().items;
    assert_eq!(
        (listed[0].policies.as_slice(), listed[0].reason.as_deref()),
        (&["cards".to_owned()][..], Some("a dispute about order 7"))
    );
    house.pass(30 * MINUTE).await;
    assert!(lifted(&house, "ada").is_empty() && changed.has_changed().unwrap());
    let again = house.control.create_reveal(&caller("ada"), wish()).await.unwrap().id;
    house.control.approve(&caller("bob"), again, None).await.unwrap();
    house.control.revoke_grant(&caller("bob"), again, "enough".to_owned()).await.unwrap();
    assert!(lifted(&house, "ada").is_empty());
    let once = ["request.create", "request.approve", "grant.give"];
    assert_eq!(house.journal.acts(), [&once[..], &once[..], &["grant.give_up"][..]].concat());
    assert!(house.journal.text().contains("cards"), "records name the policy");
}

#[tokio::test]
async fn nobody_shows_themselves_what_is_masked() {
    let house = House::new().await;
    for asker in ["ada", "ada-agent"] {
        let asked = house.control.create_reveal(&caller(asker), wish()).await.unwrap().id;
        for name in ["ada", "ada2", "ada-job", "ada-agent", "adam"] {
            let refused = house.control.approve(&caller(name), asked, None).await;
            assert!(not_allowed(&refused) || matches!(refused, Err(Error::NotFound)), "{name}: {refused:?}");
        }
        house.control.reject(&caller("bob"), asked, "no".to_owned()).await.unwrap();
        let late = house.control.approve(&caller("carl"), asked, None).await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
        assert!(lifted(&house, asker).is_empty());
    }
}

#[tokio::test]
async fn what_cannot_be_lifted_or_lasts_too_long_is_not_asked_for() {
    let house = House::new().await;
    for wrong in [
        RevealWish { policy: "salaries".to_owned(), ..wish() },
        RevealWish { resource: "none".to_owned(), ..wish() },
        RevealWish { lasts: Duration::from_secs(24 * 3600 + 1), ..wish() },
        RevealWish { reason: " ".to_owned(), ..wish() },
    ] {
        let refused = house.control.create_reveal(&caller("ada"), wrong).await;
        assert!(matches!(refused, Err(Error::NotAllowed { .. } | Error::Invalid(_))), "{refused:?}");
    }
    assert!(house.journal.acts().is_empty());
    let asked = house.control.create_reveal(&caller("ada"), wish()).await.unwrap().id;
    house.journal.fail();
    let refused = house.control.approve(&caller("bob"), asked, None).await;
    assert!(matches!(refused, Err(Error::JournalDown)), "{refused:?}");
    assert!(lifted(&house, "ada").is_empty());
}
