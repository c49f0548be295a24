//! Tests of requests as rows, on real files.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{PrincipalId, RequestId, SessionId, Wait};
use uuid::Uuid;

use crate::{ApprovalRow, CommandRow, EndedRow, Move, RequestKind, RequestRow, RequestState, RequestsWanted, Store};

fn ended(at_us: u64) -> EndedRow {
    EndedRow { at_us, by: None, reason: None }
}

fn id(name: &str) -> PrincipalId {
    PrincipalId { issuer: "local".to_owned(), subject: name.to_owned() }
}

/// A held command of ada, made at 10, that expires at 100.
fn row(number: u128) -> RequestRow {
    let command = CommandRow {
        session: SessionId(Uuid::from_u128(1)),
        number: 7,
        verb: "write".to_owned(),
        name: "UPDATE".to_owned(),
        certainty: "full".to_owned(),
        phase: "run".to_owned(),
        wait: Wait::Session,
        in_transaction: true,
        sealed: vec![1, 2, 3],
        binding: [9; 32],
    };
    RequestRow {
        id: RequestId(Uuid::from_u128(number)),
        kind: RequestKind::Command,
        state: RequestState::Pending,
        revision: 0,
        gateway: "one".to_owned(),
        run: Uuid::from_u128(5),
        requester: id("ada"),
        requester_name: "Ada".to_owned(),
        human: id("ada"),
        resource: "prod".parse().unwrap(),
        account: Some("app".to_owned()),
        database: None,
        client: "127.0.0.1".to_owned(),
        program: None,
        policies: vec!["p, \"1\"".to_owned()],
        masks: Vec::new(),
        policy_version: "1".to_owned(),
        requirements: vec!["2 of group:leads".parse().unwrap(), "person:local/bob".parse().unwrap()],
        created_us: 10,
        expires_us: 100,
        command: Some(command),
        reason: None,
        from_us: None,
        lasts_us: None,
        reviewer: None,
        ended: None,
        approvals: Vec::new(),
    }
}

async fn store() -> (tempfile::TempDir, Arc<Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("store")).await.unwrap();
    (folder, Arc::new(store))
}

fn approval(human: &str, at_us: u64) -> ApprovalRow {
    ApprovalRow { human: id(human), by: id(human), at_us, note: Some("so be it".to_owned()) }
}

#[tokio::test]
async fn a_request_is_kept_whole() {
    let (_folder, store) = store().await;
    let glass = RequestRow {
        kind: RequestKind::BreakGlass,
        command: None,
        reason: Some("fire".to_owned()),
        lasts_us: Some(3),
        reviewer: Some(id("olga")),
        ..row(2)
    };
    let masks = vec!["cards.number keep_last(4)".to_owned(), "label:pii".to_owned()];
    let reveal = RequestRow { kind: RequestKind::Reveal, command: None, masks, ..row(4) };
    for request in [row(1), glass, reveal] {
        assert!(store.create_request(&request, 9).await.unwrap());
        let kept = store.request(request.id).await.unwrap().unwrap();
        assert_eq!(kept, RequestRow { revision: kept.revision, ..request });
    }
    assert!(store.create_request(&row(1), 9).await.is_err(), "two of one name");
    assert!(store.create_request(&RequestRow { command: None, ..row(3) }, 9).await.is_err(), "a command without one");
}

#[tokio::test]
async fn of_many_who_move_a_request_one_succeeds_and_none_after_its_time() {
    let (_folder, store) = store().await;
    store.create_request(&row(1), 9).await.unwrap();
    let id = row(1).id;
    let approve = |at_us| Move {
        from: &[RequestState::Pending],
        to: RequestState::Approved,
        alive_at: Some(at_us),
        ended: ended(at_us),
    };
    assert!(!store.move_request(id, &approve(100)).await.unwrap(), "after its time");
    let moves = (0..20).map(|_| {
        let store = Arc::clone(&store);
        let step = approve(99);
        tokio::spawn(async move { store.move_request(id, &step).await.unwrap() })
    });
    let mut moved = 0;
    for step in moves.collect::<Vec<_>>() {
        moved += usize::from(step.await.unwrap());
    }
    assert_eq!(moved, 1);
    assert_eq!(store.request(id).await.unwrap().unwrap().ended, Some(ended(99)));
}

#[tokio::test]
async fn a_human_agrees_once_while_it_waits_and_in_time() {
    let (_folder, store) = store().await;
    store.create_request(&row(1), 9).await.unwrap();
    let request = row(1).id;
    assert!(store.add_approval(request, &approval("bob", 50)).await.unwrap());
    let before = store.newest_revision().await.unwrap();
    assert!(!store.add_approval(request, &approval("bob", 60)).await.unwrap());
    assert_eq!(store.newest_revision().await.unwrap(), before, "what changes nothing is no change");
    assert!(!store.add_approval(request, &approval("carl", 100)).await.unwrap(), "after its time");
    let reject = Move { from: &[RequestState::Pending], to: RequestState::Rejected, alive_at: None, ended: ended(70) };
    assert!(store.move_request(request, &reject).await.unwrap());
    assert!(!store.add_approval(request, &approval("carl", 80)).await.unwrap(), "it waits no more");
    assert_eq!(store.request(request).await.unwrap().unwrap().approvals, [approval("bob", 50)]);
    assert_eq!(
        (store.approvals_by(&id("bob"), 49).await.unwrap(), store.approvals_by(&id("bob"), 50).await.unwrap()),
        (1, 0)
    );
}

#[tokio::test]
async fn only_so_many_wait_for_one_human() {
    let (_folder, store) = store().await;
    for number in 1..=2 {
        assert!(store.create_request(&row(number), 2).await.unwrap());
    }
    let of_service = RequestRow { requester: id("job"), ..row(3) };
    assert!(!store.create_request(&of_service, 2).await.unwrap());
    assert!(store.create_request(&RequestRow { human: id("eve"), ..row(4) }, 2).await.unwrap());
    assert!(store.create_request(&RequestRow { created_us: 100, expires_us: 200, ..row(5) }, 2).await.unwrap());
}

#[tokio::test]
async fn what_ends_together_has_revisions_of_its_own() {
    let (_folder, store) = store().await;
    for number in 1..=3 {
        let expires_us = if number == 3 { 500 } else { 100 };
        store.create_request(&RequestRow { expires_us, ..row(number) }, 9).await.unwrap();
    }
    let seen = store.newest_revision().await.unwrap();
    assert_eq!(store.next_expiry().await.unwrap(), Some(100));
    assert_eq!(store.expire_requests(99).await.unwrap(), []);
    assert_eq!(store.expire_requests(100).await.unwrap().len(), 2);
    assert_eq!(store.next_expiry().await.unwrap(), Some(500));
    let changed = store.requests_since(seen, 9).await.unwrap();
    assert!(changed.iter().all(|row| row.state == RequestState::Expired));
    assert_eq!(changed.iter().map(|row| row.revision).collect::<BTreeSet<_>>().len(), 2);
    let rest = store.requests_since(changed[0].revision, 9).await.unwrap();
    assert_eq!(rest, changed[1..]);
    let newest = store.requests(&RequestsWanted { limit: 2, ..RequestsWanted::default() }).await.unwrap();
    assert_eq!(newest.iter().map(|row| row.id).collect::<Vec<_>>(), [row(3).id, row(2).id]);
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten_but_not_what_waits() {
    let (_folder, store) = store().await;
    for number in 1..=2 {
        store.create_request(&RequestRow { expires_us: 100 * number, ..row(number.into()) }, 9).await.unwrap();
        store.add_approval(row(number.into()).id, &approval("bob", 50)).await.unwrap();
    }
    store.expire_requests(100).await.unwrap();
    store.forget_commands(101).await.unwrap();
    assert_eq!(store.request(row(1).id).await.unwrap(), None);
    assert!(store.request(row(2).id).await.unwrap().is_some());
}
