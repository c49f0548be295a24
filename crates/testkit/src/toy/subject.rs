//! The toy protocol as a subject of the conformance suite, and how its answers are read.

use std::sync::Arc;

use model::Action;
use wire::{Protocol, Side};

use super::Toy;
use super::client::{Client, command};
use super::frame::{self, Frame, Framer, tag};
use super::target::{CANARY, Target};
use crate::conformance::Subject;
use crate::peer::Peer;

/// The toy protocol.
pub struct ToySubject;

impl Subject for ToySubject {
    fn protocol(&self) -> Arc<dyn Protocol> {
        Arc::new(Toy)
    }

    fn scenes(&self) -> Vec<Vec<&'static str>> {
        vec![
            vec!["get a", "set b 1", "get b", "set c 2"],
            vec!["begin t", "set a 1", "get a", "set b 2", "commit u", "get b"],
            vec!["set a 1", "fail f", "set b 2", "begin t", "fail g", "set c 3", "commit u", "set d 4"],
            vec!["get odd", "what is this", "set z 1"],
        ]
    }

    fn failing(&self, word: &str) -> String {
        format!("fail {}", word.replace(' ', "-"))
    }

    fn client(&self, words: &[&str]) -> Box<dyn Peer> {
        Box::new(Client::new(words))
    }

    fn target(&self) -> Box<dyn Peer> {
        Box::new(Target::default())
    }

    fn belongs(&self, action: &Action, word: &str) -> bool {
        command(word).ends_with(&action.text)
    }

    fn answers(&self, to_client: &[u8]) -> Result<Vec<String>, String> {
        let (mut framer, mut bytes) = (Framer::default(), to_client.into());
        let (mut answers, mut rows) = (Vec::new(), 0);
        while let Some(frame) = framer.take(&mut bytes, 1 << 20).map_err(|why| why.to_string())? {
            let state = frame.body().first().copied().unwrap_or_default();
            match frame.tag {
                tag::ROW => rows += 1,
                tag::DONE => answers.push(format!("ok, {} rows, state {state}", std::mem::take(&mut rows))),
                tag::ERROR => {
                    // What was shown of a result before it failed is not an answer.
                    rows = 0;
                    answers.push(format!("error, state {state}"));
                }
                tag::HELLO | tag::KEY | tag::COLUMNS | tag::NOTICE | b'!' => {}
                other => return Err(format!("a message {other} that no client knows")),
            }
        }
        if bytes.is_empty() { Ok(answers) } else { Err("half a message".to_owned()) }
    }

    fn refusals(&self, to_client: &[u8]) -> usize {
        frames(to_client)
            .iter()
            .filter(|frame| frame.tag == tag::ERROR && frame.body()[1..].starts_with(b"signet"))
            .count()
    }

    fn oversized(&self, _: Side, greets: bool) -> Vec<u8> {
        let limits = model::Limits::default();
        let length = if greets { limits.handshake_frame + 1 } else { limits.frame + 1 };
        let length = if greets { length } else { length.max(u32::MAX as usize) };
        [&u32::try_from(length).unwrap().to_be_bytes()[..], b"S"].concat()
    }

    fn unknown_of_target(&self) -> (&'static str, Vec<u8>) {
        ("get odd", frame::write(b'!', b"what is this").to_vec())
    }

    fn unknown_of_client(&self) -> &'static str {
        "what is this"
    }

    fn endless(&self) -> Option<&'static str> {
        Some("get endless")
    }

    fn rows(&self, to_client: &[u8]) -> usize {
        frames(to_client).iter().filter(|frame| frame.tag == tag::ROW).count()
    }

    fn canaries(&self) -> (Vec<&'static str>, Vec<&'static str>, &'static str) {
        (vec!["get secret", "get leaky"], vec!["value"], CANARY)
    }
}

/// All whole messages in these bytes.
pub fn frames(bytes: &[u8]) -> Vec<Frame> {
    let (mut framer, mut bytes) = (Framer::default(), bytes.into());
    std::iter::from_fn(|| framer.take(&mut bytes, 1 << 20).unwrap()).collect()
}
