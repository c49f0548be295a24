//! Properties 1 and 2: the cut of the input does not matter, and nothing reaches the target without leave.

use std::collections::BTreeMap;

use model::{Action, Facts};
use wire::{Side, Ticket};

use super::{Subject, say};
use crate::driver::{Cuts, Decision, Event, Reason, Run, allow_all};
use crate::random::{Random, Seeded, seed};

/// How many seeded cuts of each scene are tried.
const ROUNDS: usize = 40;

/// One byte at a time equals all at once, and so does any other cut.
pub fn cut_anywhere(subject: &dyn Subject) {
    let seeded = Seeded(seed());
    let mut random = Random::new(seeded.0);
    for words in subject.scenes() {
        let whole = say(subject, &words, Cuts::Whole, allow_all());
        assert_eq!(whole.violation, None, "{words:?}");
        let answers = super::answers(subject, &whole);
        assert_eq!(answers.len(), words.len(), "{words:?} were answered by {answers:?}");
        let seeds = std::iter::repeat_with(|| Cuts::Seeded(random.number())).take(ROUNDS);
        for cuts in std::iter::once(Cuts::Bytes).chain(seeds) {
            let cut = say(subject, &words, cuts, allow_all());
            assert_eq!(cut.violation, None, "{words:?} {cuts:?}");
            assert_eq!(seen(&cut), seen(&whole), "{words:?} {cuts:?}");
            assert_eq!(cut.effects, whole.effects, "{words:?} {cuts:?}");
            for ((_, cut), (_, whole)) in cut.acts().zip(whole.acts()) {
                let fewer = !cut.facts.in_transaction || whole.facts.in_transaction;
                assert!(fewer, "{words:?} {cuts:?}: all at once must be the most careful: {:?}", cut.name);
            }
        }
    }
}

/// What both sides saw and what was asked, as far as the order within each is fixed.
fn seen(run: &Run) -> Vec<(String, String)> {
    let mut seen = Vec::new();
    for side in [Side::Client, Side::Target] {
        for lane in [0, 1] {
            seen.push((format!("{side:?} {lane}"), run.bytes(side, lane).escape_ascii().to_string()));
        }
    }
    // That a transaction may be open is said of what is asked about before the answers to what came before it are there, and
    // how many are depends on the cut: `cut_anywhere` compares it.
    let timeless = |action: &Action| {
        let facts = Facts { in_transaction: false, ..action.facts };
        Action { facts, ..action.clone() }
    };
    let acts = run.acts().map(|(_, action)| ("asked".to_owned(), format!("{:?}", timeless(action))));
    let outcomes = run.events.iter().filter_map(|event| match event {
        Event::Outcome(_, outcome) => Some(("outcome".to_owned(), format!("{outcome:?}"))),
        Event::Progress(_, outcome) => Some(("progress".to_owned(), format!("{outcome:?}"))),
        _ => None,
    });
    seen.extend(acts);
    seen.extend(outcomes);
    seen.extend(shown(run).into_iter().map(|(of, bytes)| (format!("{of:?}"), bytes.escape_ascii().to_string())));
    seen
}

/// What is recorded as the answer to each command.
fn shown(run: &Run) -> BTreeMap<Ticket, Vec<u8>> {
    let mut shown: BTreeMap<Ticket, Vec<u8>> = BTreeMap::new();
    for event in &run.events {
        if let Event::Sent(_, _, bytes, Reason::Answer(of)) = event {
            shown.entry(*of).or_default().extend_from_slice(bytes);
        }
    }
    shown
}

/// Every byte for the target stands under a live `Go` or a name of the manifest (the driver checks each), and every word was
/// asked about before it went.
pub fn nothing_without_leave(subject: &dyn Subject) {
    for words in subject.scenes() {
        let run = say(subject, &words, Cuts::Whole, allow_all());
        for word in &words {
            assert!(super::asked_about(subject, &run, word) > 0, "{word:?} of {words:?} was never asked about");
        }
        let mut asked = Vec::new();
        for event in &run.events {
            match event {
                Event::Act(ticket, _) => asked.push(*ticket),
                Event::Sent(Side::Target, _, _, Reason::Command(ticket)) => {
                    assert!(asked.contains(ticket), "{words:?}: something went before it was asked about");
                }
                _ => {}
            }
        }
    }
}

/// With the decide step taken out only plumbing reaches the target, and it has no effect.
pub fn nothing_without_decide(subject: &dyn Subject) {
    for words in subject.scenes() {
        let run = say(subject, &words, Cuts::Whole, Box::new(|_| Decision::Silence));
        let commands = run.events.iter().filter(|event| is_command(event)).count();
        assert_eq!(commands, 0, "{words:?} reached the target undecided");
        assert_eq!(run.effects, subject.target().effects(), "{words:?} had an effect undecided");
        assert!(super::answers(subject, &run).is_empty(), "{words:?} was answered undecided");
    }
}

/// Whether something left for the target as part of a command.
pub(super) fn is_command(event: &Event) -> bool {
    matches!(
        event,
        Event::Sent(Side::Target, _, _, Reason::Command(_)) | Event::Head(Side::Target, _, Reason::Command(_))
    )
}
