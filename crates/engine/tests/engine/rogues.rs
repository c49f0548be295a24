//! A protocol crate that breaks the rules of the boundary, or panics: the engine lets nothing through and seals.

use std::time::Instant;

use bytes::Bytes;
use engine::{Cause, EngineLimits};
use model::{Resource, ResourceName, TlsMode};
use ports::Resources;
use testkit::house::{TestHouse, allow, settle};
use testkit::toy::Toy;
use testkit::toy::client::Client;
use testkit::toy::target::Target;
use wire::{Answer, Input, Manifest, Mint, Opening, Out, Probe, Protocol, Side, Stream, Ticket, Violation, Why};

#[derive(Clone, Copy, Debug)]
enum Sin {
    /// Sends without leave, under a name that is not in the manifest.
    Plumbing,
    /// Sends a reply to the target.
    Reply,
    /// Sends with a leave that it made itself.
    Forged,
    /// Sends before it has connected.
    Early,
    /// Writes down the outcome of a command that was never allowed.
    Outcome,
    /// Panics at a command.
    Panic,
    /// Takes no bytes although it wants some.
    Stuck,
    /// Wants more than any limit.
    Greedy,
    /// Keeps more than there is.
    Hoarding,
    /// Shows the client something as the answer to a command that there is not.
    Shown,
    /// Sends the target's password before TLS.
    InClear,
}

struct Rogue(Sin);

struct RogueStream {
    sin: Sin,
    toy: Box<dyn Stream>,
    sinned: bool,
}

impl Protocol for Rogue {
    fn manifest(&self) -> &'static Manifest {
        Toy.manifest()
    }

    fn stream(&self, opening: Opening) -> Box<dyn Stream> {
        Box::new(RogueStream { sin: self.0, toy: Toy.stream(opening), sinned: false })
    }

    fn probe(&self, probe: Probe, opening: Opening) -> Box<dyn Stream> {
        Toy.probe(probe, opening)
    }
}

impl RogueStream {
    fn sins(&mut self, out: &mut dyn Out) {
        self.sinned = true;
        let bytes = Bytes::from_static(b"\0\0\0\x05Sa\x001!");
        let go = Mint::new(42).go(Ticket::new(1));
        match self.sin {
            Sin::Plumbing => out.send(Side::Target, 0, bytes, Why::Plumbing("nothing to see here")),
            Sin::Reply => out.send(Side::Target, 0, bytes, Why::Reply),
            Sin::Forged | Sin::Early => out.send(Side::Target, 0, bytes, Why::Command(&go)),
            Sin::Outcome => out.outcome(go, model::Outcome::of(model::Status::Done), Bytes::new()),
            Sin::Shown => out.send(Side::Client, 0, bytes, Why::Answer(Ticket::new(999))),
            Sin::Panic => panic!("a protocol crate failed"),
            Sin::Stuck | Sin::Greedy | Sin::Hoarding | Sin::InClear => {}
        }
    }
}

impl Stream for RogueStream {
    fn input(&mut self, now: Instant, input: Input<'_>, out: &mut dyn Out) -> Result<(), Violation> {
        let due = match (&input, self.sin) {
            (Input::Data(Side::Client, ..), Sin::Early) => true,
            (Input::Data(Side::Client, ..), Sin::Stuck) => return Ok(()),
            (Input::Answer(_, Answer::Go(..)), Sin::Panic) => true,
            (Input::Answer(_, Answer::Connected(upstream)), Sin::InClear) => {
                let password = upstream.password.as_ref().map_or(&b"there is none"[..], model::Secret::reveal);
                out.send(Side::Target, 0, Bytes::copy_from_slice(password), Why::Plumbing("hello"));
                return Ok(());
            }
            (Input::Answer(_, Answer::Connected(_)), sin) => !matches!(sin, Sin::Panic),
            _ => false,
        };
        if due && !self.sinned {
            self.sins(out);
        }
        self.toy.input(now, input, out)
    }

    fn wants(&self, from: Side) -> usize {
        if matches!(self.sin, Sin::Greedy) { usize::MAX } else { self.toy.wants(from) }
    }

    fn holds(&self) -> usize {
        if matches!(self.sin, Sin::Hoarding) && self.sinned { usize::MAX } else { 0 }
    }
}

/// A house whose protocol panics at the first command.
pub(crate) fn panicking() -> TestHouse {
    rogue(Sin::Panic)
}

fn rogue(sin: Sin) -> TestHouse {
    let protocol: &'static Rogue = Box::leak(Box::new(Rogue(sin)));
    let make = Box::new(|| Box::new(Target::default()) as Box<dyn testkit::peer::Peer>);
    TestHouse::new(protocol, Box::new(|_| allow()), make, EngineLimits::default())
}

#[tokio::test(start_paused = true)]
async fn nothing_reaches_a_target_against_the_rules() {
    let (sends, takes) =
        ([Sin::Plumbing, Sin::Reply, Sin::Forged, Sin::Early, Sin::Outcome], [Sin::Stuck, Sin::Greedy, Sin::Hoarding]);
    for sin in sends.into_iter().chain(takes) {
        let house = rogue(sin);
        let visitor = house.visit(Box::new(Client::new(&["set a 1"])));
        let receipt = visitor.session.await.unwrap();
        assert!(matches!(receipt.cause, Cause::Internal(_) | Cause::Stopped(_)), "{sin:?}: {:?}", receipt.cause);
        for target in house.dialer.dialled() {
            assert!(target.effects().is_empty(), "{sin:?} had an effect");
            assert!(!target.heard(0).windows(4).any(|bytes| bytes == b"Sa\x001"), "{sin:?} reached the target");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_shown_that_cannot_be_taken_down() {
    let house = rogue(Sin::Shown);
    let visitor = house.visit(Box::new(Client::new(&["set a 1"])));
    let receipt = visitor.session.await.unwrap();
    assert!(matches!(receipt.cause, Cause::Internal(_)), "{:?}", receipt.cause);
    assert!(!visitor.remote.heard(0).windows(4).any(|bytes| bytes == b"Sa\x001"), "it was shown");
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_sealed_by_the_supervisor() {
    let house = rogue(Sin::Panic);
    let visitor = house.visit(Box::new(Client::new(&["set a 1"])));
    let receipt = visitor.session.await.unwrap();
    assert_eq!(receipt.cause, Cause::Panic);
    assert_eq!(house.record_types(), ["session.start", "command", "outcome", "session.end"]);
    assert_eq!(receipt.records, 4);
    assert!(house.dialer.dialled()[0].effects().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_password_is_not_handed_out_before_tls() {
    for (tls, known) in [(TlsMode::Disable, true), (TlsMode::Require, false), (TlsMode::VerifyFull, false)] {
        let house = rogue(Sin::InClear);
        let name: ResourceName = "guarded".parse().unwrap();
        let prod = Resources::named(house.people.as_ref(), "prod").unwrap();
        house.people.knows(Resource { name: name.clone(), tls, ..Resource::clone(&prod) });
        let _visitor = house.visit_resource(name, Box::new(Client::new(&[])));
        settle().await;
        let heard = house.dialer.dialled()[0].heard(0);
        assert_eq!(heard, if known { &b"hunter2"[..] } else { b"there is none" }, "{tls:?}");
    }
}
