//! Transcripts: whole conversations, driven without sockets. Each script runs twice, with its bytes at once and one at a
//! time, and must have the same effects in the same order.

mod binary;
mod binding;
mod brought;
mod cancelling;
mod copy;
mod credentials;
mod cursors;
mod doubts;
mod driver;
mod extended;
mod facts;
mod hides;
mod hostile;
mod limits;
mod long;
mod masked;
mod masked_copies;
mod masked_words;
mod messages;
mod named;
mod overdue;
mod parsers;
mod refusals;
mod sign_in;
mod simple;
mod startup;
mod stops;

use driver::{Driver, Says};

/// Runs a script with its bytes at once and one at a time, on a session in full swing; gives its effects.
fn relay(script: impl Fn(&mut Driver)) -> Vec<String> {
    both(|driver| {
        driver.enter();
        script(driver);
    })
}

/// The same from the first byte.
fn both(script: impl Fn(&mut Driver)) -> Vec<String> {
    let run = |piece: usize| {
        let mut driver = Driver::new(piece);
        script(&mut driver);
        driver.log()
    };
    let at_once = run(usize::MAX);
    assert_eq!(at_once, run(1), "one byte at a time must equal all at once");
    for piece in [2, 3, 7] {
        assert_eq!(at_once, run(piece), "{piece} bytes at a time must equal all at once");
    }
    at_once
}

/// Allows everything but statements that hold `no`, and holds those that hold `wait`.
fn by_words(action: &model::Action) -> Says {
    let text = String::from_utf8_lossy(&action.text).into_owned();
    if text.contains("no") {
        Says::No
    } else if text.contains("wait") {
        Says::Wait
    } else {
        Says::Yes
    }
}
