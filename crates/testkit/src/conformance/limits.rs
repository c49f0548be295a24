//! Property 8: a command whose result is larger than it may be, or which runs for longer, is cancelled at the target; the rest of
//! its answer is taken and not shown, and it ends as a refusal does.

use model::{Action, Phase, Status};
use wire::{Plan, Side, Ticket};

use super::refusals::decide;
use super::{Subject, answers, say};
use crate::driver::{Cuts, Decision, Event, Run, allow_all};
use crate::random::{Random, Seeded, seed};

/// The answer of a command that goes on and on is cut at each limit, and its session goes on. So is one that the target has
/// sent whole before the cancel came: in each scene, each word that shows rows.
pub fn too_much_is_a_refusal(subject: &dyn Subject) {
    let Some(endless) = subject.endless() else { return };
    let seeded = Seeded(seed());
    let mut random = Random::new(seeded.0);
    let (rows, bytes) = (Plan { max_rows: Some(1), ..Plan::default() }, Plan { max_bytes: Some(1), ..Plan::default() });
    for (plan, most) in [(Plan { max_rows: Some(0), ..Plan::default() }, 0), (rows, 1), (bytes, 0)] {
        for cuts in [Cuts::Whole, Cuts::Bytes, Cuts::Seeded(random.number())] {
            let limited = |word: &str| {
                decide(subject, word, {
                    let plan = plan.clone();
                    move || Decision::Plan(plan.clone())
                })
            };
            let run = say(subject, &[endless], cuts, limited(endless));
            is_cut_short(subject, &run, &format!("{endless:?} {cuts:?}"));
            assert!(subject.rows(&run.bytes(Side::Client, 0)) <= most, "{endless:?} {cuts:?}");
            for words in subject.scenes() {
                let free = answers(subject, &say(subject, &words, Cuts::Whole, allow_all()));
                for word in words.iter().filter(|word| shows_rows(subject, word)) {
                    let yardstick = failing(subject, &words, word);
                    // One that fails in this scene in any case shows no rows there.
                    if free != answers(subject, &yardstick) {
                        let run = say(subject, &words, cuts, limited(word));
                        is_refused(subject, &run, &yardstick, word, most);
                    }
                }
            }
        }
    }
}

/// A limit that is not reached changes nothing.
pub fn enough_is_not_too_much(subject: &dyn Subject) {
    let plan = Plan { max_rows: Some(1000), max_bytes: Some(1 << 20), ..Plan::default() };
    for words in subject.scenes() {
        let free = say(subject, &words, Cuts::Whole, allow_all());
        let plan = plan.clone();
        let run = say(subject, &words, Cuts::Whole, Box::new(move |_| Decision::Plan(plan.clone())));
        assert_eq!(run.bytes(Side::Client, 0), free.bytes(Side::Client, 0), "{words:?}");
        assert_eq!(run.effects, free.effects, "{words:?}");
    }
}

/// A command that has run for as long as it may is cancelled when it is its turn at the target, and what was said behind it is
/// answered.
pub fn overdue_is_a_refusal(subject: &dyn Subject) {
    let Some(endless) = subject.endless() else { return };
    let seeded = Seeded(seed());
    let mut random = Random::new(seeded.0);
    for cuts in [Cuts::Whole, Cuts::Bytes, Cuts::Seeded(random.number())] {
        let run = say(subject, &[endless], cuts, decide(subject, endless, || Decision::Overdue));
        is_cut_short(subject, &run, &format!("{endless:?} was overdue {cuts:?}"));
    }
}

/// Whether that word is one command whose answer has rows.
fn shows_rows(subject: &dyn Subject, word: &str) -> bool {
    subject.rows(&say(subject, &[word], Cuts::Whole, allow_all()).bytes(Side::Client, 0)) > 0
}

/// The scene with that word made to fail at the target itself.
fn failing(subject: &dyn Subject, words: &[&str], word: &str) -> Run {
    let failing = subject.failing(word);
    let failed: Vec<&str> = words.iter().map(|said| if *said == word { failing.as_str() } else { said }).collect();
    say(subject, &failed, Cuts::Whole, allow_all())
}

/// The target has sent the whole answer before the cancel came. The client is told of a refusal nevertheless, and what it said
/// in the same transaction is undone, as in the yardstick.
fn is_refused(subject: &dyn Subject, run: &Run, yardstick: &Run, word: &str, most: usize) {
    let about = format!("{word:?} was too large");
    assert_eq!(run.violation, None, "{about}");
    let (told, expected) = (answers(subject, run), answers(subject, yardstick));
    assert_eq!(told.len(), expected.len(), "{about}");
    assert_eq!(subject.refusals(&run.bytes(Side::Client, 0)), 1, "{about}");
    let runs = |(_, action): &(Ticket, &Action)| action.phase == Phase::Run && subject.belongs(action, word);
    // Of several commands in one word those before it had answers of their own.
    if most == 0 && run.acts().filter(runs).count() == 1 {
        assert_eq!(told, expected, "{about}");
        assert_eq!(run.effects, yardstick.effects, "{about}");
    }
}

/// It was cancelled once, told as a refusal, and written down as what it was.
fn is_cut_short(subject: &dyn Subject, run: &Run, about: &str) {
    assert_eq!(run.violation, None, "{about}");
    let cancels = run.events.iter().filter(|event| matches!(event, Event::Aside(_))).count();
    assert_eq!(cancels, 1, "{about}: it was cancelled {cancels} times");
    assert_eq!(answers(subject, run).len(), 1, "{about}");
    assert_eq!(subject.refusals(&run.bytes(Side::Client, 0)), 1, "{about}: it was not told as a refusal");
    let last = outcomes(run).last().map(|(_, status)| status);
    assert_eq!(last, Some(Status::Failed), "{about}");
}

fn outcomes(run: &Run) -> impl Iterator<Item = (Ticket, Status)> {
    run.events.iter().filter_map(|event| match event {
        Event::Outcome(ticket, outcome) => Some((*ticket, outcome.status)),
        _ => None,
    })
}
