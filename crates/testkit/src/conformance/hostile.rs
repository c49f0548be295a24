//! Property 5: lengths are capped before anything is allocated for them; what nobody knows passes from the target, and is a
//! question from the client.

use model::Certainty;
use wire::Side;

use super::{Subject, answers, say, setup};
use crate::driver::{Cuts, Run, allow_all, run};
use crate::peer::{Heard, Peer, Said, say as says};

/// Announces a message above every limit, before and after the sign-in, on both sides. Its body never comes: a stream that
/// waits for it has believed the length.
pub fn lengths_are_capped(subject: &dyn Subject) {
    for (side, greets) in [(Side::Client, true), (Side::Client, false), (Side::Target, true), (Side::Target, false)] {
        let words = subject.scenes().into_iter().next().unwrap();
        let mut setup = setup(subject, &words[..1], Cuts::Bytes, allow_all());
        let bytes = subject.oversized(side, greets);
        let place = if greets { Place::Instead } else { Place::Behind };
        match side {
            Side::Client => setup.client = Box::new(Swapped { peer: setup.client, bytes, place, said: 0 }),
            Side::Target => setup.target = Box::new(Swapped { peer: setup.target, bytes, place, said: 0 }),
        }
        let ended = run(setup);
        let about = format!("too long a message of the {side:?}, before the sign-in: {greets}");
        assert!(gave_up(&ended, side), "{about}: the stream waits for it");
    }
}

fn gave_up(run: &Run, side: Side) -> bool {
    match &run.violation {
        Some(violation) => violation.side == side,
        None => run.closed().is_some(),
    }
}

enum Place {
    /// Instead of the first that the peer says.
    Instead,
    /// Instead of the last.
    Behind,
}

/// A peer some of whose words are swapped for other bytes.
struct Swapped {
    peer: Box<dyn Peer>,
    bytes: Vec<u8>,
    place: Place,
    said: usize,
}

impl Swapped {
    fn swap(&mut self, said: &mut Vec<Said>) {
        if said.is_empty() {
            return;
        }
        self.said += 1;
        match self.place {
            Place::Instead if self.said == 1 => {
                said.clear();
                says(said, self.bytes.clone());
            }
            Place::Behind if self.said > 1 => {
                said.pop();
                says(said, self.bytes.clone());
            }
            _ => {}
        }
    }
}

impl Peer for Swapped {
    fn begin(&mut self, said: &mut Vec<Said>) {
        self.peer.begin(said);
        self.swap(said);
    }

    fn hears(&mut self, heard: Heard<'_>, said: &mut Vec<Said>) {
        self.peer.hears(heard, said);
        self.swap(said);
    }
}

/// What nobody knows passes verbatim from the target, and is an opaque action of the client.
pub fn unknown_messages(subject: &dyn Subject) {
    let (word, message) = subject.unknown_of_target();
    let run = say(subject, &[word], Cuts::Bytes, allow_all());
    let shown = run.bytes(Side::Client, 0);
    assert!(shown.windows(message.len()).any(|bytes| bytes == message), "an unknown message of the target is gone");
    assert_eq!(answers(subject, &run).len(), 1);

    let word = subject.unknown_of_client();
    let run = say(subject, &[word], Cuts::Bytes, allow_all());
    let opaque = run.acts().any(|(_, action)| action.certainty == Certainty::Opaque);
    assert!(opaque || run.violation.is_some(), "an unknown message of the client is neither a question nor refused");
}
