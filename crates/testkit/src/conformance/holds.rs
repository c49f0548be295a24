//! Property 4: a held command that is allowed equals an allowed one; every other end of a hold equals a refusal. Between its
//! beginning and its end the client may be told again at any time (the driver does).

use model::{Class, Public};
use wire::Side;

use super::refusals::{decide, deny};
use super::{Subject, answers, say};
use crate::driver::{Cuts, Decision, Event, HoldEnds, Run, allow_all, denied};
use crate::random::{Random, Seeded, seed};

/// Holds each word of each scene in turn.
pub fn holds(subject: &dyn Subject) {
    let seeded = Seeded(seed());
    let mut random = Random::new(seeded.0);
    for words in subject.scenes() {
        let allowed = say(subject, &words, Cuts::Whole, allow_all());
        for word in &words {
            for cuts in [Cuts::Whole, Cuts::Bytes, Cuts::Seeded(random.number())] {
                let about = format!("{word:?} of {words:?} was held {cuts:?}");
                let held = |ends: HoldEnds| {
                    let decision = decide(subject, word, move || Decision::Hold(ends.clone()));
                    say(subject, &words, cuts, decision)
                };
                let approved = held(HoldEnds::Approved);
                assert_eq!(approved.bytes(Side::Target, 0), allowed.bytes(Side::Target, 0), "{about}, approved");
                assert_eq!(answers(subject, &approved), answers(subject, &allowed), "{about}, approved");
                assert_eq!(approved.effects, allowed.effects, "{about}, approved");

                let refused = say(subject, &words, cuts, deny(subject, word));
                for ends in [HoldEnds::Refused(denied()), HoldEnds::Refused(come_again()), HoldEnds::Cancelled] {
                    let run = held(ends.clone());
                    assert_eq!(run.violation, None, "{about}, then {ends:?}");
                    assert!(!forwarded(subject, &run, word), "{about}, then {ends:?}, and was forwarded");
                    assert_eq!(answers(subject, &run), answers(subject, &refused), "{about}, then {ends:?}");
                    assert_eq!(run.effects, refused.effects, "{about}, then {ends:?}");
                }

                let left = held(HoldEnds::Left);
                assert!(!forwarded(subject, &left, word), "{about}, and was forwarded for a client that had left");
            }
        }
    }
}

/// What a client is told whose command is asked for elsewhere.
fn come_again() -> Public {
    Public::new(Class::NotApproved, "it needs an approval, request 1").with_hint("Send it again when it is approved.")
}

/// Whether anything of a word reached the target as a command. What stands for a refused one does not count: it depends on
/// what is open at the target at that moment.
fn forwarded(subject: &dyn Subject, run: &Run, word: &str) -> bool {
    let mut own = run.acts().filter(|(_, action)| subject.belongs(action, word));
    own.any(|(ticket, _)| run.events.iter().any(|event| carries(event, ticket)))
}

fn carries(event: &Event, ticket: wire::Ticket) -> bool {
    matches!(event, Event::Sent(Side::Target, _, _, crate::driver::Reason::Command(of)) if *of == ticket)
}
