//! Many streams in one session, on a leg that multiplexes: heads, endless bodies, one that is stalled.

use bytes::Bytes;
use model::Event;
use testkit::house::{allow, deny, settle};
use testkit::peer::{Heard, Peer, Said};
use testkit::toy::client::Client;
use wire::Head;

use crate::scene::{answers, house};

/// Opens a watch.
struct Watcher;

impl Peer for Watcher {
    fn begin(&mut self, said: &mut Vec<Said>) {
        said.push(Said::Head(Head { line: "watch".to_owned(), fields: vec![("key".to_owned(), Bytes::from("a"))] }));
    }

    fn hears(&mut self, _: Heard<'_>, _: &mut Vec<Said>) {}
}

#[tokio::test(start_paused = true)]
async fn streams_share_a_session_and_a_stalled_one_holds_up_no_other() {
    let house = house(|_| allow());
    let (opener, session) = house.visit_with_many();
    let stalled = opener.open(Box::new(Watcher));
    stalled.stall(true);
    let watch = opener.open(Box::new(Watcher));
    let commands = opener.open(Box::new(Client::new(&["set a 1", "get a"])));
    settle().await;
    assert_eq!(answers(&commands).len(), 2);
    assert_eq!((watch.heard(0).len(), watch.heard(1).len(), watch.ended()), (1400, 700, true));
    assert_eq!(watch.heads()[0].line, "streaming");
    assert!(stalled.heads().is_empty());
    stalled.stall(false);
    settle().await;
    assert_eq!((stalled.heard(0).len(), stalled.heard(1).len()), (1400, 700));
    drop(opener);
    let receipt = session.await.unwrap();
    let records = house.journal.records();
    assert!(records.iter().all(|record| record.session == Some(receipt.session)), "one session");
    let positions: Vec<_> = records.iter().map(|record| record.position.unwrap()).collect();
    assert_eq!(positions, (1..=receipt.records).collect::<Vec<_>>());
    let starts = records.iter().filter(|record| matches!(record.event, Event::SessionStart { .. })).count();
    assert_eq!(starts, 1);
    let mut streams: Vec<_> = records
        .iter()
        .filter_map(|record| match &record.event {
            Event::Command { stream, .. } => Some(stream.0),
            _ => None,
        })
        .collect();
    streams.sort_unstable();
    streams.dedup();
    assert_eq!(streams.len(), 3, "each command names its stream");
    assert!(records.iter().any(|record| matches!(record.event, Event::Progress { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_refused_stream_is_answered_with_a_head() {
    let house = house(|_| deny());
    let (opener, _session) = house.visit_with_many();
    let watch = opener.open(Box::new(Watcher));
    settle().await;
    assert_eq!(watch.heads()[0].line, "refused");
    assert!(watch.ended());
    assert!(house.dialer.dialled().iter().all(|target| target.heads().is_empty()));
}

#[tokio::test(start_paused = true)]
async fn a_head_waits_for_its_records_too() {
    let house = house(|_| allow());
    let (opener, _session) = house.visit_with_many();
    house.journal.by_hand();
    let watch = opener.open(Box::new(Watcher));
    settle().await;
    assert!(house.dialer.dialled()[0].heads().is_empty(), "the session is not recorded yet");
    house.journal.catch_up();
    settle().await;
    assert_eq!(watch.heads().len(), 1);
    assert!(!watch.ended(), "the outcome is not durable yet");
    house.journal.catch_up();
    settle().await;
    assert!(watch.ended());
}
