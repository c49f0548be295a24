//! Tests of reading: who sees which request, in lists and as it changes.

use model::Wait;
use ports::HoldEnd;

use super::{LEADS, not_allowed};
use crate::house::{House, asked, caller, end, hold, within};
use crate::{Error, Page, RequestFilter, RequestState, Role};

#[tokio::test]
async fn only_who_may_know_of_a_request_finds_it_and_reading_as_an_auditor_is_on_record() {
    let house = House::new().await;
    let asked = asked("ada", "UPDATE", LEADS, Wait::Session);
    let _held = house.held(&asked).await;
    assert!(house.list("eve").await.is_empty());
    // An agent sees what is its own, not what is its human's.
    for name in ["eve", "nobody", "ada-agent"] {
        let hidden = house.control.request(&caller(name), asked.id).await;
        assert!(matches!(hidden, Err(Error::NotFound | Error::NotAllowed { .. })), "{hidden:?}");
        let act = house.control.reject(&caller(name), asked.id, "no".to_owned()).await;
        assert!(matches!(act, Err(Error::NotFound | Error::NotAllowed { .. })), "{act:?}");
    }
    assert_eq!(house.journal.acts(), [""; 0]);
    for name in ["olga", "adam"] {
        let [listed] = house.list(name).await.try_into().unwrap();
        assert_eq!(listed.command.unwrap().text, None, "a list gives no text of others");
        let whole = house.control.request(&caller(name), asked.id).await.unwrap();
        assert!(whole.command.unwrap().text.is_some());
    }
    assert_eq!(house.journal.acts(), ["request.read"; 4]);
    let mut without = caller("olga");
    without.roles = [Role::User].into();
    assert!(
        matches!(house.control.request(&without, asked.id).await, Err(Error::NotFound)),
        "a token without the role"
    );
}

#[tokio::test]
async fn lists_come_in_parts_newest_first_and_are_filtered() {
    let house = House::new().await;
    let mut waits = Vec::new();
    for _ in 0..5 {
        let mut asked = asked("ada", "UPDATE", LEADS, Wait::Session);
        asked.id = house.control.request_id();
        house.clock.fetch_add(2000, std::sync::atomic::Ordering::SeqCst);
        waits.push((asked.id, house.held(&asked).await));
    }
    let (bob, mut page, mut seen) = (caller("bob"), Page { after: None, limit: 2 }, Vec::new());
    loop {
        let part = house.control.list_requests(&bob, RequestFilter::default(), page).await.unwrap();
        seen.extend(part.items.iter().map(|request| request.id));
        let Some(next) = part.next else { break };
        page.after = Some(next);
    }
    assert_eq!(seen, waits.iter().rev().map(|(id, _)| *id).collect::<Vec<_>>());
    house.control.reject(&bob, seen[0], "no".to_owned()).await.unwrap();
    let listed = async |filter| house.control.list_requests(&bob, filter, Page::default()).await.unwrap().items.len();
    assert_eq!(listed(RequestFilter { to_decide: true, ..RequestFilter::default() }).await, 4);
    assert_eq!(listed(RequestFilter { mine: true, ..RequestFilter::default() }).await, 0);
    let rejected = RequestFilter { states: vec![RequestState::Rejected], ..RequestFilter::default() };
    assert_eq!(listed(rejected).await, 1);
}

#[tokio::test]
async fn who_watches_sees_what_waits_then_each_change_and_only_what_they_may() {
    let house = House::new().await;
    let one = asked("ada", "UPDATE 1", LEADS, Wait::Session);
    let _one = house.held(&one).await;
    let mut bob = house.control.watch_requests(&caller("bob"), None);
    let mut eve = house.control.watch_requests(&caller("eve"), None);
    let first = bob.next().await.unwrap();
    assert_eq!((first.len(), first[0].id), (1, one.id));
    let others = asked("ada", "UPDATE 2", &["group:others"], Wait::Session);
    let _others = house.held(&others).await;
    house.control.reject(&caller("carl"), one.id, "no".to_owned()).await.unwrap();
    let change = bob.next().await.unwrap();
    assert_eq!((change[0].id, change[0].state, change.len()), (one.id, RequestState::Rejected, 1));
    let mut again = house.control.watch_requests(&caller("bob"), Some(first[0].revision));
    assert_eq!(again.next().await.unwrap()[0].revision, change[0].revision);
    let nothing = std::future::poll_fn(|context| {
        let next = std::pin::pin!(eve.next());
        std::task::Poll::Ready(std::future::Future::poll(next, context).is_pending())
    });
    assert!(nothing.await, "eve sees what is not hers");
    house.people.remove("bob");
    let _more = house.held(&asked("ada", "UPDATE 3", LEADS, Wait::Session)).await;
    assert!(not_allowed(&bob.next().await), "who is gone sees nothing more");
}

#[tokio::test]
async fn a_change_by_another_gateway_is_seen() {
    let house = House::new().await;
    let other = house.gateway("two").await;
    let keeping = tokio::spawn(other.keep());
    let mut bob = other.watch_requests(&caller("bob"), None);
    let asked = asked("ada", "UPDATE", LEADS, Wait::Session);
    let held = hold(&house.control, &asked);
    let seen = within(bob.next()).await.unwrap();
    assert_eq!(seen[0].id, asked.id);
    let kept = tokio::spawn(house.control.keep());
    other.approve(&caller("bob"), asked.id, None).await.unwrap();
    assert!(matches!(end(held).await, HoldEnd::Approved { .. }));
    keeping.abort();
    kept.abort();
}
