//! Property 3: a refusal is answered in its place, leaves the stream in sync, and has the effect of a server error.

use wire::Side;

use super::{Subject, answers, asked_about, say};
use crate::driver::{Cuts, Decide, Decision, allow_all, denied};
use crate::random::{Random, Seeded, seed};

/// Refuses each word of each scene in turn. The yardstick is the target itself: the same scene with that word made to fail
/// there must give the client the same answers and the target the same state.
pub fn refusals_in_their_place(subject: &dyn Subject) {
    let seeded = Seeded(seed());
    let mut random = Random::new(seeded.0);
    for words in subject.scenes() {
        for word in &words {
            let failing = subject.failing(word);
            let failed: Vec<&str> =
                words.iter().map(|said| if said == word { failing.as_str() } else { said }).collect();
            let yardstick = say(subject, &failed, Cuts::Whole, allow_all());
            let expected = answers(subject, &yardstick);
            assert_eq!(expected.len(), words.len(), "{failed:?}");
            for cuts in [Cuts::Whole, Cuts::Bytes, Cuts::Seeded(random.number()), Cuts::Seeded(random.number())] {
                refused(subject, &words, word, cuts, &expected, &yardstick.effects);
            }
        }
    }
}

fn refused(subject: &dyn Subject, words: &[&str], word: &str, cuts: Cuts, expected: &[String], effects: &[String]) {
    let run = say(subject, words, cuts, deny(subject, word));
    assert_eq!(run.violation, None, "{word:?} of {words:?} was refused {cuts:?}");
    assert_eq!(answers(subject, &run), expected, "{word:?} of {words:?} was refused {cuts:?}");
    assert_eq!(run.effects, effects, "{word:?} of {words:?} was refused {cuts:?}");
    // A word that is skipped because an earlier one failed may not be asked about at all.
    if asked_about(subject, &run, word) > 0 {
        assert_eq!(subject.refusals(&run.bytes(Side::Client, 0)), 1, "{word:?} of {words:?} has one refusal");
    }
}

/// Denies that word alone.
pub(super) fn deny(subject: &dyn Subject, word: &str) -> Decide {
    decide(subject, word, || Decision::Deny(denied()))
}

/// Decides so about that word, and allows the others. Which actions are that word's is found out beforehand.
pub(super) fn decide(subject: &dyn Subject, word: &str, decision: impl Fn() -> Decision + 'static) -> Decide {
    let words = [word];
    let alone = say(subject, &words, Cuts::Whole, allow_all());
    let texts: Vec<_> =
        alone.acts().filter(|(_, action)| subject.belongs(action, word)).map(|(_, act)| act.clone()).collect();
    assert!(!texts.is_empty(), "{word:?} is never asked about");
    Box::new(move |action| {
        let known = texts.iter().any(|known| (known.name, &known.text) == (action.name, &action.text));
        if known { decision() } else { Decision::Allow }
    })
}
