//! Property 6, the protocol's part: an outcome is written down before the final message of its command. That the bytes then
//! wait for the record is the engine's part, and tried there.

use wire::Side;

use super::{Subject, answers, say};
use crate::driver::{Cuts, Decide, Event, allow_all};

/// At no time has the client more final messages than outcomes and refusals stand written.
pub fn outcomes_come_first(subject: &dyn Subject) {
    for words in subject.scenes() {
        let refused = super::refusals::deny(subject, words[0]);
        for decide in [allow_all(), refused] {
            outcomes(subject, &words, decide);
        }
    }
}

fn outcomes(subject: &dyn Subject, words: &[&str], decide: Decide) {
    let run = say(subject, words, Cuts::Whole, decide);
    let (mut shown, mut outcomes) = (Vec::new(), 0);
    for event in &run.events {
        match event {
            Event::Outcome(..) => outcomes += 1,
            Event::Sent(Side::Client, 0, bytes, _) => {
                shown.extend_from_slice(bytes);
                // In the middle of a message there is nothing new to count.
                let Ok(answers) = subject.answers(&shown) else { continue };
                let refusals = subject.refusals(&shown);
                let skipped = answers.iter().filter(|answer| answer.starts_with("skipped")).count();
                assert!(
                    answers.len() <= outcomes + refusals + skipped,
                    "{words:?}: a final message left before its outcome was written down ({answers:?})"
                );
            }
            _ => {}
        }
    }
    assert_eq!(answers(subject, &run).len(), words.len(), "{words:?}");
}
