//! Tests of the desk: how waits end, and that an approval is used once.

mod chances;

use std::time::Duration;

use model::{Certainty, Class, Public, Verb, Wait};
use ports::{Approvals, HoldEnd, HoldRequest};

use crate::house::{House, MINUTE, arrived, asked, caller, end, hold, id};
use crate::{Error, RequestState};

const LEADS: &[&str] = &["group:leads"];

#[tokio::test]
async fn whoever_leaves_withdraws_also_before_the_request_is_there() {
    let house = House::new().await;
    let one = asked("ada", "UPDATE", LEADS, Wait::Session);
    drop(house.held(&one).await);
    let two = asked("ada", "UPDATE", LEADS, Wait::Session);
    drop(house.hold(&two));
    for id in [one.id, two.id] {
        house.arrived(id).await;
        house.leaves(id, RequestState::Pending).await;
        assert_eq!(house.state(id).await, RequestState::Withdrawn);
        let late = house.control.approve(&caller("bob"), id, None).await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
    }
}

#[tokio::test]
async fn f3_nothing_is_decided_or_used_after_its_time() {
    let house = House::new().await;
    let asked = asked("ada", "UPDATE", LEADS, Wait::Session);
    let held = house.held(&asked).await;
    house.clock.fetch_add(15 * MINUTE, std::sync::atomic::Ordering::SeqCst);
    let late = house.control.approve(&caller("bob"), asked.id, None).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
    assert_eq!(house.list("bob").await[0].state, RequestState::Expired, "shown as what it is");
    house.pass(0).await;
    assert!(matches!(end(held).await, HoldEnd::Expired(_)));
    assert_eq!(house.state(asked.id).await, RequestState::Expired);
}

#[tokio::test]
async fn the_time_of_a_wait_also_counts_by_the_clock_that_nobody_sets() {
    let house = House::new().await;
    let mut asked = asked("ada", "UPDATE", LEADS, Wait::Session);
    asked.terms.expires = Duration::from_millis(20);
    house.clock.store(crate::house::START, std::sync::atomic::Ordering::SeqCst);
    assert!(matches!(end(house.hold(&asked)).await, HoldEnd::Expired(_)));
    assert_eq!(house.state(asked.id).await, RequestState::Expired);
}

#[tokio::test]
async fn f3_resubmitted_commands_pass_once_for_the_same_person_text_and_policy() {
    let house = House::new().await;
    let first = asked("ada", "DELETE 1", LEADS, Wait::Resubmit);
    let deferred = end(house.hold(&first)).await;
    let HoldEnd::Deferred(told) = deferred else { panic!("{deferred:?}") };
    assert!(told.message.contains(&first.id.to_string()), "{told}");
    let same = || asked("ada", "DELETE 1", LEADS, Wait::Resubmit);
    let again = end(house.hold(&same())).await;
    assert!(matches!(&again, HoldEnd::Deferred(told) if told.message.contains(&first.id.to_string())), "{again:?}");
    house.control.approve(&caller("bob"), first.id, None).await.unwrap();
    for other in [
        asked("eve", "DELETE 1", LEADS, Wait::Resubmit),
        asked("ada2", "DELETE 1", LEADS, Wait::Resubmit),
        asked("ada", "DELETE 2", LEADS, Wait::Resubmit),
        ports::HoldRequest { policy_version: "2".to_owned(), ..same() },
    ] {
        let end = end(house.hold(&other)).await;
        assert!(matches!(end, HoldEnd::Deferred(_)), "{end:?}");
    }
    let passed = end(house.hold(&same())).await;
    assert!(matches!(&passed, HoldEnd::Approved { by, .. } if *by == [id("bob")]), "{passed:?}");
    assert_eq!(house.state(first.id).await, RequestState::Used);
    let twice = end(house.hold(&same())).await;
    assert!(matches!(twice, HoldEnd::Deferred(_)), "{twice:?}");
}

#[tokio::test]
async fn f3_an_approval_to_be_resubmitted_expires_and_dies_with_the_approver() {
    let house = House::new().await;
    let same = || asked("ada", "DELETE 1", LEADS, Wait::Resubmit);
    let first = same();
    end(house.hold(&first)).await;
    house.control.approve(&caller("bob"), first.id, None).await.unwrap();
    house.pass(15 * MINUTE).await;
    assert_eq!(house.state(first.id).await, RequestState::Expired);
    let second = same();
    assert!(matches!(end(house.hold(&second)).await, HoldEnd::Deferred(_)));
    house.control.approve(&caller("bob"), second.id, None).await.unwrap();
    house.people.remove("bob");
    assert!(matches!(end(house.hold(&same())).await, HoldEnd::Deferred(_)));
    assert_eq!(house.state(second.id).await, RequestState::Void);
}

#[tokio::test]
async fn f7_a_gateway_that_starts_again_voids_what_its_sessions_waited_for_and_no_others() {
    let house = House::new().await;
    let other = house.gateway("two").await;
    let mine = asked("ada", "UPDATE 1", LEADS, Wait::Session);
    let theirs = asked("ada", "UPDATE 2", LEADS, Wait::Session);
    let later = asked("ada", "UPDATE 3", LEADS, Wait::Resubmit);
    let held = house.held(&mine).await;
    let _theirs = hold(&other, &theirs);
    arrived(&other, theirs.id).await;
    end(house.hold(&later)).await;
    let again = house.gateway("one").await;
    let late = again.approve(&caller("bob"), mine.id, None).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
    house.control.changes.tell();
    assert!(matches!(end(held).await, HoldEnd::Rejected { .. }));
    let states = [house.state(mine.id).await, house.state(theirs.id).await, house.state(later.id).await];
    assert_eq!(states, [RequestState::Void, RequestState::Pending, RequestState::Pending]);
}

#[tokio::test]
async fn f8_without_a_journal_or_a_store_commands_are_refused() {
    let house = House::new().await;
    let one = asked("ada", "UPDATE", LEADS, Wait::Session);
    let held = house.held(&one).await;
    house.control.parts.store.close().await;
    house.control.changes.tell();
    assert!(matches!(end(held).await, HoldEnd::Rejected { .. }), "a wait went on without a store");
    let two = asked("ada", "UPDATE", LEADS, Wait::Session);
    assert!(matches!(end(house.hold(&two)).await, HoldEnd::Rejected { .. }));
    house.journal.fail();
    let notice = Public::new(Class::NotApproved, "this needs the leads");
    let refused = house.control.desk().hold(two, notice).err().unwrap();
    assert_eq!(refused.class, Class::Journal);
}

#[tokio::test]
async fn what_nobody_could_approve_or_read_is_refused() {
    let house = House::new().await;
    let notice = || Public::new(Class::NotApproved, "this needs the leads");
    let nobody = asked("ada", "UPDATE", &[], Wait::Session);
    assert!(house.control.desk().hold(nobody, notice()).is_err());
    let mut long = asked("ada", "UPDATE", LEADS, Wait::Session);
    long.action.text = vec![b' '; 1 << 20].into();
    let refused = house.control.desk().hold(long, notice()).err().unwrap();
    assert_eq!(refused.class, Class::Limit);
    house.people.remove("ada");
    let gone = end(house.hold(&asked("ada", "UPDATE", LEADS, Wait::Session))).await;
    assert!(matches!(gone, HoldEnd::Rejected { .. }));
}

/// Nobody approves what they cannot read: marks within code, parameters in a binary form.
#[tokio::test]
async fn what_nobody_can_read_is_not_held() {
    let house = House::new().await;
    let notice = || Public::new(Class::NotApproved, "this needs the leads");
    let plain = asked("ada", "DO", LEADS, Wait::Session);
    for (left_out, binary, verb, held) in [
        (false, false, Verb::Call, true),
        (true, false, Verb::Call, false),
        (true, false, Verb::Write, false),
        (true, false, Verb::Grant, true),
        (false, true, Verb::Grant, false),
    ] {
        let mut asked = HoldRequest { left_out, binary, id: house.control.request_id(), ..plain.clone() };
        asked.action.verb = verb;
        assert_eq!(house.control.desk().hold(asked, notice()).is_ok(), held, "{left_out} {binary} {verb:?}");
    }
}

#[tokio::test]
async fn the_client_is_told_the_words_of_the_policy_and_how_it_is_approved() {
    let house = House::new().await;
    let asked = asked("ada", "UPDATE", LEADS, Wait::Session);
    let held = house.hold(&asked);
    assert_eq!(held.notice.message, "this needs the leads");
    let hint = held.notice.hint.clone().unwrap();
    assert_eq!(hint, format!("It is approved by: signet requests approve {}", asked.id));
}

#[tokio::test]
async fn neither_text_nor_parameters_nor_plain_digests_stand_in_the_store() {
    let house = House::new().await;
    let mut asked = asked("ada", "UPDATE secret-table SET secret", LEADS, Wait::Session);
    asked.binding = *b"a plain digest of the command...";
    asked.action.certainty = Certainty::Lexed;
    let _held = house.held(&asked).await;
    let bytes = house.bytes();
    let holds = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    assert!(holds(b"needs-leads"), "the store was not looked at");
    for secret in [&b"secret-table"[..], b"secret-parameter", &asked.binding] {
        assert!(!holds(secret), "{}", String::from_utf8_lossy(secret));
    }
}

#[tokio::test]
async fn texts_are_put_under_a_new_key_and_can_still_be_read() {
    let house = House::new().await;
    let asked = asked("ada", "UPDATE x", LEADS, Wait::Session);
    let _held = house.held(&asked).await;
    house.control.parts.envelope.rotate().unwrap();
    let parts = &house.control.parts;
    let rewrap = || crate::requests::sealed::rewrap(&parts.store, &parts.envelope);
    assert_eq!(rewrap().await.unwrap(), 2, "the text and the key of bindings");
    assert_eq!(rewrap().await.unwrap(), 0);
    house.control.parts.envelope.retire().unwrap();
    let shown = house.control.request(&caller("bob"), asked.id).await.unwrap();
    assert_eq!(shown.command.unwrap().text.unwrap().text, asked.action.text);
    house.gateway("two").await;
}
