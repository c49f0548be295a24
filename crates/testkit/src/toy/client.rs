//! A toy client: says hello, then all its commands in one pipeline, then goodbye.

use bytes::BytesMut;

use super::frame::{self, Framer, tag};
use crate::peer::{Heard, Peer, Said, say};

/// A client that says these words: `get KEY`, `set KEY VALUE`, `begin`, `commit`, `fail KEY`, `odd`, `upgrade`, `cancel`.
pub struct Client {
    hello: Vec<u8>,
    words: Vec<String>,
    framer: Framer,
    heard: BytesMut,
    raw: bool,
    left: bool,
    /// Whether it says goodbye after its last word.
    quits: bool,
}

impl Client {
    /// A client with these words, called `ada`.
    pub fn new(words: &[&str]) -> Self {
        Self {
            hello: [&b"ada\0\0"[..], &[7; 32]].concat(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            framer: Framer::default(),
            heard: BytesMut::new(),
            raw: false,
            left: false,
            quits: true,
        }
    }

    /// The same, which stays.
    #[must_use]
    pub fn that_stays(mut self) -> Self {
        self.quits = false;
        self
    }

    fn leave(&mut self, said: &mut Vec<Said>) {
        if !std::mem::replace(&mut self.left, true) {
            said.push(Said::End);
        }
    }

    fn commands(&mut self, said: &mut Vec<Said>) {
        let words = std::mem::take(&mut self.words);
        let upgrades = words.iter().any(|word| word == "upgrade");
        for word in words {
            match word.as_str() {
                "cancel" => said.push(Said::Cancel),
                word => say(said, command(word)),
            }
        }
        if self.quits && !upgrades {
            say(said, frame::write(tag::QUIT, b""));
        }
    }
}

/// The message of a word.
pub fn command(word: &str) -> bytes::Bytes {
    let mut parts = word.splitn(3, ' ');
    let verb = parts.next().unwrap_or_default();
    let (key, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match verb {
        "get" => frame::write(tag::GET, key.as_bytes()),
        "set" => frame::write(tag::SET, format!("{key}\0{value}").as_bytes()),
        // The target takes no value that says so.
        "fail" => frame::write(tag::SET, format!("{key}\0fail").as_bytes()),
        "begin" => frame::write(tag::BEGIN, key.as_bytes()),
        "commit" => frame::write(tag::COMMIT, key.as_bytes()),
        "upgrade" => frame::write(tag::UPGRADE, b""),
        _ => frame::write(b'?', word.as_bytes()),
    }
}

impl Peer for Client {
    fn begin(&mut self, said: &mut Vec<Said>) {
        say(said, frame::write(tag::HELLO, &self.hello));
    }

    fn hears(&mut self, heard: Heard<'_>, said: &mut Vec<Said>) {
        let Heard::Bytes(_, bytes) = heard else {
            return if matches!(heard, Heard::End) {
                self.leave(said)
            };
        };
        if self.raw {
            // The echo comes back, in as many pieces as the way cuts it into.
            return self.leave(said);
        }
        self.heard.extend_from_slice(bytes);
        while let Ok(Some(frame)) = self.framer.take(&mut self.heard, usize::MAX) {
            match frame.tag {
                tag::KEY => self.commands(said),
                tag::UPGRADE => {
                    self.raw = true;
                    say(said, &b"raw bytes"[..]);
                }
                _ => {}
            }
        }
    }
}
