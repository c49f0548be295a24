//! Words of the target for commands with a mask.

use wire::Side;

use super::driver::{Driver, Says};
use super::messages as m;
use super::relay;

const CANARY: &str = "canary";

fn mask(driver: &mut Driver) {
    driver.decide = |action| if action.text.starts_with(b"all") { Says::Yes } else { Says::Mask };
}

fn holds(driver: &Driver, part: &str) -> bool {
    driver.sent(Side::Client).windows(part.len()).any(|window| window == part.as_bytes())
}

fn complaint(fields: &str) -> Vec<u8> {
    m::frame(b'E', format!("SERROR\0VERROR\0C22P02\0M{CANARY}\0{fields}\0").as_bytes())
}

/// Errors and notices of a command with a mask hold no words of the target, nor does what nobody knows.
#[test]
fn words_are_ours() {
    let log = relay(|driver| {
        mask(driver);
        driver.client(&m::query("select"));
        driver.target(&m::frame(b'N', format!("SNOTICE\0VNOTICE\0C00000\0M{CANARY}\0\0").as_bytes()));
        driver.target(&m::frame(b'A', format!("\0\0\0\x01c\0{CANARY}\0").as_bytes()));
        driver.target(&m::frame(b'!', CANARY.as_bytes()));
        driver.target(&m::status("application_name", CANARY));
        driver.target(&[complaint(&format!("D{CANARY}\0")), m::ready(b'I')].concat());
        assert!(!holds(driver, CANARY));
    });
    let expected = [
        "client < N(NOTICE 00000 the target has a remark) A",
        "outcome (2) Failed masked 0 22P02",
        "client < E(ERROR 22P02 a text is not a valid value of its type) Z(I)",
    ];
    assert_eq!(log[1..], expected);
}

/// What was put off to the end of the transaction is said at its end, by a command without a mask.
#[test]
fn words_at_the_end_of_the_transaction() {
    relay(|driver| {
        mask(driver);
        driver.client(&m::query("all begin"));
        driver.target(&[m::done("BEGIN"), m::ready(b'T')].concat());
        driver.client(&m::query("update"));
        driver.target(&[m::done("UPDATE 1"), m::ready(b'T')].concat());
        driver.client(&m::query("all commit"));
        driver.target(&[complaint(""), m::ready(b'I')].concat());
        assert!(!holds(driver, CANARY));
        driver.client(&m::query("all others"));
        driver.target(&[complaint(""), m::ready(b'I')].concat());
        assert!(holds(driver, CANARY), "it is over");
    });
}

/// The same in a pipeline whose Sync sets it off.
#[test]
fn words_at_a_sync() {
    relay(|driver| {
        mask(driver);
        driver.client(&m::query("all"));
        driver.client(&[m::parse("", "update"), m::bind("", "", &[]), m::execute(""), m::sync()].concat());
        driver.client(&m::query("all others"));
        driver.target(&[m::select_one(), m::ready(b'I'), m::frame(b'1', b""), m::frame(b'2', b"")].concat());
        driver.target(&[m::frame(b'n', b""), m::done("UPDATE 1"), complaint(""), m::ready(b'I')].concat());
        assert!(!holds(driver, CANARY));
    });
}
