//! Back-pressure both ways: a side that does not take what it is sent stops the other, and nothing grows without bound.

use std::time::Duration;

use bytes::Bytes;
use engine::{Cause, EngineLimits};
use model::{Action, Class, Obligations, Recording, Verdict};
use ports::Journal;
use testkit::house::{TestHouse, allow, settle};
use testkit::legs::Remote;
use testkit::peer::{Heard, Peer, Said, say as says};
use testkit::toy::Toy;
use testkit::toy::frame::{Framer, tag, write};

use crate::scene::{answers, house, last_error, say, signed_in, with_limits};

const ROWS: usize = 2_000;
const ROW: usize = 4_096;
/// What may stand between two legs: a queue, a read-ahead, and what was under way.
const BETWEEN: usize = 256 * 1024;

/// A target that answers every command with megabytes.
#[derive(Default)]
struct Flood {
    framer: Framer,
    heard: bytes::BytesMut,
}

impl Peer for Flood {
    fn hears(&mut self, heard: Heard<'_>, said: &mut Vec<Said>) {
        let Heard::Bytes(_, bytes) = heard else { return };
        self.heard.extend_from_slice(bytes);
        while let Ok(Some(frame)) = self.framer.take(&mut self.heard, usize::MAX) {
            match frame.tag {
                tag::HELLO => {
                    says(said, write(tag::HELLO, b""));
                    says(said, write(tag::KEY, b"the target's own"));
                }
                tag::QUIT => said.push(Said::End),
                _ => {
                    says(said, write(tag::COLUMNS, b"value\0"));
                    let row = [&u16::try_from(ROW).unwrap().to_be_bytes()[..], &[b'x'; ROW]].concat();
                    (0..ROWS).for_each(|_| says(said, write(tag::ROW, &row)));
                    says(said, write(tag::DONE, &[0]));
                }
            }
        }
    }
}

/// What is recorded whole comes from the target, so a slow disk must stop the target.
#[tokio::test(start_paused = true)]
async fn a_journal_that_is_pressed_stops_the_target_and_goes_on() {
    let make = Box::new(|| Box::new(Flood::default()) as Box<dyn Peer>);
    let whole = || Obligations { record: Recording::Whole, ..Obligations::default() };
    let rule = move |_: &Action| Verdict::Allow { policies: Vec::new(), obligations: whole() };
    let house = TestHouse::new(&Toy, Box::new(rule), make, EngineLimits::default());
    let (visitor, target) = signed_in(&house).await;
    house.journal.by_hand();
    house.journal.press_at(4);
    say(&visitor.remote, &["get a"]);
    settle().await;
    let (most, mut rounds) = (5, 0);
    while answers(&visitor.remote).is_empty() {
        let waiting = house.journal.len() - house.journal.durable().0;
        assert!((1..=most).contains(&waiting), "{waiting} records wait");
        house.journal.catch_up();
        settle().await;
        rounds += 1;
    }
    assert!(rounds > 3 && target.untaken() == 0, "{rounds} rounds");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_stops_the_target() {
    let make = Box::new(|| Box::new(Flood::default()) as Box<dyn Peer>);
    let house = TestHouse::new(&Toy, Box::new(|_| allow()), make, EngineLimits::default());
    let (visitor, target) = signed_in(&house).await;
    visitor.remote.stall(true);
    say(&visitor.remote, &["get a"]);
    settle().await;
    let kept_out = target.untaken();
    assert!(
        kept_out + BETWEEN > ROWS * ROW,
        "the gateway took {} bytes for a client that reads none",
        ROWS * ROW - kept_out
    );
    visitor.remote.stall(false);
    settle().await;
    assert_eq!(answers(&visitor.remote), [format!("ok, {ROWS} rows, state 0")]);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_does_not_read_stops_the_client() {
    let house = house(|_| allow());
    let (visitor, target) = signed_in(&house).await;
    target.stall(true);
    let value = "v".repeat(4_000);
    (0..1_000).for_each(|n| say(&visitor.remote, &[format!("set k{n} {value}").as_str()]));
    let said = visitor.remote.untaken();
    settle().await;
    let taken = said - visitor.remote.untaken();
    assert!(taken > 0 && taken <= BETWEEN, "the gateway took {taken} bytes for a target that reads none");
    target.stall(false);
    settle().await;
    assert_eq!(target.effects().len(), 1_000);
    assert_eq!(answers(&visitor.remote).len(), 1_000);
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_stands_still_stops_both() {
    let house = house(|_| allow());
    let (visitor, target) = signed_in(&house).await;
    house.journal.by_hand();
    let value = "v".repeat(4_000);
    (0..1_000).for_each(|n| say(&visitor.remote, &[format!("set k{n} {value}").as_str()]));
    let said = visitor.remote.untaken();
    settle().await;
    assert!(said - visitor.remote.untaken() <= BETWEEN, "what waits for the journal is bounded");
    while target.effects().len() < 1_000 {
        house.journal.catch_up();
        settle().await;
    }
}

#[tokio::test(start_paused = true)]
async fn answers_flow_while_the_target_takes_nothing_more() {
    let make = Box::new(|| Box::new(Flood::default()) as Box<dyn Peer>);
    let house = TestHouse::new(&Toy, Box::new(|_| allow()), make, EngineLimits::default());
    let (visitor, target) = signed_in(&house).await;
    visitor.remote.stall(true);
    say(&visitor.remote, &["get a"]);
    settle().await;
    // Now the target takes no more commands, as a server does that is busy writing.
    target.stall(true);
    let value = "v".repeat(4_000);
    (0..100).for_each(|n| say(&visitor.remote, &[format!("set k{n} {value}").as_str()]));
    settle().await;
    visitor.remote.stall(false);
    settle().await;
    assert_eq!(answers(&visitor.remote), [format!("ok, {ROWS} rows, state 0")]);
}

/// Says the beginning of a message of `length` bytes.
fn begin_message(client: &Remote, length: u32, come: usize) {
    client.say([&length.to_be_bytes()[..], b"S"].concat());
    let piece = Bytes::from(vec![b'v'; 1024 * 1024]);
    (0..come / piece.len()).for_each(|_| client.say(piece.clone()));
}

#[tokio::test(start_paused = true)]
async fn one_person_does_not_hold_the_memory_of_all() {
    const MIB: usize = 1024 * 1024;
    // A quarter of it is less than one largest message, for which there is always room.
    let house = with_limits(|_| allow(), EngineLimits { memory: 200 * MIB, ..EngineLimits::default() });
    let (first, _) = signed_in(&house).await;
    let (second, _) = signed_in(&house).await;
    begin_message(&first.remote, 60 << 20, 40 * MIB);
    settle().await;
    assert_eq!(first.remote.untaken(), 0);
    begin_message(&second.remote, 60 << 20, 40 * MIB);
    assert_eq!(second.session.await.unwrap().cause, Cause::Stopped(Class::Limit));
    assert!(last_error(&second.remote).contains("as one person may have"), "{}", last_error(&second.remote));
    first.remote.break_off();
    let _ = first.session.await.unwrap();
    let (third, _) = signed_in(&house).await;
    begin_message(&third.remote, 60 << 20, 40 * MIB);
    settle().await;
    assert_eq!((third.remote.untaken(), third.session.is_finished()), (0, false), "it was given back");
}

#[tokio::test(start_paused = true)]
async fn a_large_message_that_was_begun_must_come() {
    let house = house(|_| allow());
    let (visitor, target) = signed_in(&house).await;
    begin_message(&visitor.remote, 3 << 20, 1 << 20);
    // Slow, but it comes.
    for _ in 0..16 {
        tokio::time::sleep(Duration::from_secs(50)).await;
        visitor.remote.say(vec![b'v'; 64 * 1024]);
    }
    settle().await;
    assert!(!visitor.session.is_finished());
    // A byte now and then is no progress.
    let begun = tokio::time::Instant::now();
    while !visitor.session.is_finished() {
        visitor.remote.say(&b"v"[..]);
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    assert!(begun.elapsed() < Duration::from_secs(90), "{:?}", begun.elapsed());
    assert!(last_error(&visitor.remote).contains("did not come in time"));
    assert!(target.effects().is_empty());
}
