//! What a protocol must bring to be tried: words that its client can say, peers that speak it, and how its answers are read.

use std::sync::Arc;

use model::Action;
use wire::{Opening, Protocol, Side};

use crate::driver::{Desk, OpenDesk, opening};
use crate::peer::Peer;

/// A protocol under test. A *word* is one command in a language of the subject's own, unique within its scene: `set a 1`.
pub trait Subject {
    /// The protocol.
    fn protocol(&self) -> Arc<dyn Protocol>;

    /// Scenes: words that are said in one pipeline. All that the protocol can do should be in one of them, transactions that
    /// fail among it.
    fn scenes(&self) -> Vec<Vec<&'static str>>;

    /// The same word made to fail at the target itself, without effect.
    fn failing(&self, word: &str) -> String;

    /// A client that signs in, says all words without waiting for answers, and leaves in good order.
    fn client(&self, words: &[&str]) -> Box<dyn Peer>;

    /// A target that carries them out.
    fn target(&self) -> Box<dyn Peer>;

    /// Whether this action belongs to that word.
    fn belongs(&self, action: &Action, word: &str) -> bool;

    /// Reads what a client was sent, strictly, one answer for each word: `ok`, `error`, with what else must be equal (rows,
    /// the transaction state), without text. An answer that is not complete is not in it.
    ///
    /// # Errors
    /// When it is not valid for the protocol.
    fn answers(&self, to_client: &[u8]) -> Result<Vec<String>, String>;

    /// How many of these answers are refusals of the gateway.
    fn refusals(&self, to_client: &[u8]) -> usize;

    /// The beginning of a message that is longer than any limit, for each place where one can be sent: `greets` says whether
    /// it comes before the sign-in.
    fn oversized(&self, side: Side, greets: bool) -> Vec<u8>;

    /// A word whose answer holds a message that nobody knows, and that message.
    fn unknown_of_target(&self) -> (&'static str, Vec<u8>);

    /// A word that nobody knows.
    fn unknown_of_client(&self) -> &'static str;

    /// A word whose answer begins with at least two rows, and goes on until it is cancelled. `None`: nothing here has rows.
    fn endless(&self) -> Option<&'static str>;

    /// How many rows a client was shown.
    fn rows(&self, to_client: &[u8]) -> usize;

    /// Words whose answers would show a value that is masked by column name, and that value.
    fn canaries(&self) -> (Vec<&'static str>, Vec<&'static str>, &'static str);

    /// What a stream is born with.
    fn opening(&self) -> Opening {
        opening()
    }

    /// Who answers what is not about commands.
    fn desk(&self) -> Box<dyn Desk> {
        Box::new(OpenDesk)
    }
}
