//! Back-pressure both ways: a side that does not take what it is sent stops the other, and nothing grows without bound.

use engine::EngineLimits;
use testkit::house::{TestHouse, allow, settle};
use testkit::peer::{Heard, Peer, Said, say as says};
use testkit::toy::Toy;
use testkit::toy::frame::{Framer, tag, write};

use crate::scene::{answers, house, say, signed_in};

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
