//! Who is sent away before a session begins: they are told why, and take nobody's place meanwhile.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use engine::EngineLimits;
use model::Event;
use testkit::house::{Visitor, allow, settle};
use testkit::peer::{Heard, Peer, Said};
use testkit::toy::frame::tag;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::scene::{hello, house, listener, tags, with_limits};

/// Says hello as this user for this resource, and stays although it was sent away.
struct Hello(&'static str, &'static str);

impl Peer for Hello {
    fn begin(&mut self, said: &mut Vec<Said>) {
        testkit::peer::say(said, hello(self.0, self.1));
    }

    fn hears(&mut self, _: Heard<'_>, _: &mut Vec<Said>) {}
}

#[tokio::test(start_paused = true)]
async fn few_linger_and_the_others_are_closed_at_once() {
    let house = house(|_| allow());
    let visitors: Vec<Visitor> = (0..300).map(|_| house.visit(Box::new(Hello("mallory", "")))).collect();
    settle().await;
    let gone = visitors.iter().filter(|visitor| visitor.session.is_finished()).count();
    assert_eq!(gone, 300 - 256);
    let told = visitors.iter().filter(|visitor| tags(&visitor.remote) == "E").count();
    assert_eq!(told, 256, "who lingers is told why");
    assert_eq!(house.record_types(), ["signin.refused"; 300]);
    for visitor in visitors {
        let _ = visitor.session.await.unwrap();
    }
    let next = house.visit(Box::new(Hello("mallory", "")));
    settle().await;
    assert_eq!(tags(&next.remote), "E", "the places are given back");
}

async fn arrive(at: SocketAddr, user: &str) -> (TcpStream, Option<u8>) {
    let mut stream = TcpStream::connect(at).await.unwrap();
    // One that is turned away at once may be gone before it has said this.
    let _ = stream.write_all(&hello(user, "")).await;
    let mut header = [0; 5];
    let heard = stream.read_exact(&mut header).await;
    (stream, heard.ok().map(|_| header[4]))
}

#[tokio::test]
async fn who_was_sent_away_takes_nobodys_place() {
    let house = with_limits(|_| allow(), EngineLimits { connections: 1, ..EngineLimits::default() });
    let address = house.gateway.listen(listener()).await.unwrap();
    let (_mallory, told) = arrive(address, "mallory").await;
    assert_eq!(told, Some(tag::ERROR));
    let (_ada, told) = arrive(address, "ada").await;
    assert_eq!(told, Some(tag::HELLO), "mallory has not hung up, and there is room for one");
    let (_alan, told) = arrive(address, "ada").await;
    assert_eq!(told, None, "now it is full");
}

#[tokio::test(start_paused = true)]
async fn nobody_learns_what_exists() {
    let house = house(|_| allow());
    let mut told = Vec::new();
    for (user, resource) in [("ada+locked", ""), ("ada+nobody", ""), ("ada", "elsewhere")] {
        let visitor = house.visit(Box::new(Hello(user, resource)));
        settle().await;
        told.push(visitor.remote.heard(0));
    }
    assert!(!told[0].is_empty() && told.iter().all(|text| *text == told[0]), "{told:?}");
    let events = house.journal.events();
    let reasons: BTreeSet<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::SigninRefused { reason, .. } => Some(reason.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(reasons.len(), 3, "the records tell them apart: {reasons:?}");
    assert!(house.dialer.dialled().is_empty());
}
