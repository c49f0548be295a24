//! A body about the door: the PROXY header that a listed balancer says before everything else, through the whole engine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use engine::{Cause, EngineLimits, Listener, Network};
use model::Event;
use testkit::house::{TestHouse, allow, settle};
use testkit::legs::pair;
use testkit::peer::Said;
use testkit::replay::Silent;
use testkit::toy::{Toy, frame};
use wire::Route;

use super::choices::Choices;
use super::mutate::damage;

const BALANCER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// What a header must be to be believed (haproxy's specification, read again): whether a client stands behind it, and how many
/// bytes it has.
fn believed(bytes: &[u8]) -> Option<usize> {
    let fixed = bytes.get(..16).filter(|fixed| fixed.starts_with(SIGNATURE) && fixed[12] >> 4 == 2)?;
    let length = usize::from(u16::from_be_bytes([fixed[14], fixed[15]]));
    let addresses = match (fixed[12] & 15, fixed[13]) {
        (0, _) => 0,
        (1, 0x11) => 12,
        (1, 0x21) => 36,
        _ => return None,
    };
    // Ports of the destination are nobody's business here, so the last two bytes may be missing.
    (length <= 4096 && length + 2 >= addresses && bytes.len() >= 16 + length).then_some(16 + length)
}

/// Damaged headers, and a client behind them that signs in at once.
pub(super) fn proxy(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let (family, addresses): (u8, &[u8]) = match choices.below(3) {
        0 => (0x11, &[192, 0, 2, 7, 10, 0, 0, 2, 0x9c, 0x40, 0x19, 0x20]),
        1 => (0x21, &[0x20; 36]),
        _ => (0, &[]),
    };
    let extension = vec![choices.byte(); choices.below(64)];
    let length = u16::try_from(addresses.len() + extension.len()).unwrap().to_be_bytes();
    let command = if family == 0 { 0x20 } else { 0x21 };
    let mut header = [SIGNATURE, &[command, family], &length, addresses, &extension].concat();
    while choices.once_in(2) {
        damage(&mut header, &mut choices);
    }
    let mut said = header;
    said.extend_from_slice(&frame::write(frame::tag::HELLO, &[&b"ada\0\0"[..], &[0; 32]].concat()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let house = TestHouse::new(&Toy, Box::new(|_| allow()), Box::new(|| Box::new(Silent)), EngineLimits::default());
        let (leg, remote) = pair();
        let listener = Listener {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            protocol: &Toy,
            route: Route::Fixed("prod".parse().unwrap()),
            plaintext_allowed: true,
            tls: None,
            proxy_from: vec![Network { address: BALANCER, prefix: 8 }],
        };
        let mut left = said.as_slice();
        while !left.is_empty() {
            let piece = if choices.once_in(3) { 1 + choices.below(left.len()) } else { left.len() };
            remote.say(left[..piece].to_vec());
            left = &left[piece..];
        }
        let serve = house.gateway.serve(Box::new(leg), SocketAddr::new(BALANCER, 40_000), listener);
        // It leaves when nothing else can happen any more: the clock stands until then.
        let leave = async {
            settle().await;
            remote.says(Said::End);
        };
        let (receipt, ()) = tokio::join!(serve, leave);
        assert!(!matches!(receipt.cause, Cause::Panic | Cause::Internal(_)), "{:?}", receipt.cause);
        let begun = house.journal.events().iter().any(|event| matches!(event, Event::SessionStart { .. }));
        assert!(!begun || believed(&said).is_some(), "a session began behind a header that nobody may believe");
        assert!(
            begun || !bytes.is_empty(),
            "a plain header was not believed: {:?} {:?}",
            receipt.cause,
            house.journal.events()
        );
        assert!(!begun || house.dialer.dialled().len() == 1, "a session without a target");
    });
}
