//! A scripted PostgreSQL client: signs in (its leg has proved who it is), says all its words in one pipeline, leaves.

use bytes::{Bytes, BytesMut};
use testkit::peer::{Heard, Peer, Said, say};

use super::wire::{frame, strings, take};

/// A client with words: `q SQL` is a simple query; `x SQL; SQL` is Parse, Bind, Execute of each and one Sync, `b` the same with
/// binary results, `e` with two Executes; anything else is a message that nobody knows.
pub(super) struct Client {
    words: Vec<String>,
    heard: BytesMut,
}

impl Client {
    pub(super) fn new(words: &[&str]) -> Self {
        Self { words: words.iter().map(|word| (*word).to_owned()).collect(), heard: BytesMut::new() }
    }
}

/// The first packet: version 3.0.
pub(super) fn startup() -> Bytes {
    let parameters = strings(&["user", "ada", "database", "app", "client_encoding", "UTF8"]);
    let length = u32::try_from(parameters.len() + 9).unwrap().to_be_bytes();
    Bytes::from([&length[..], &196_608_u32.to_be_bytes(), &parameters, b"\0"].concat())
}

/// The SQL of a word.
pub(super) fn sql(word: &str) -> &str {
    word.split_once(' ').map_or("", |(_, sql)| sql)
}

/// The messages of a word.
pub(super) fn messages(word: &str) -> Vec<Bytes> {
    match word.split_once(' ') {
        Some(("q", sql)) => vec![frame(b'Q', &strings(&[sql]))],
        Some((way @ ("x" | "b" | "e"), sql)) => {
            let mut messages = Vec::new();
            for sql in sql.split("; ") {
                messages.push(frame(b'P', &[&strings(&["", sql])[..], &[0, 0]].concat()));
                let formats: &[u8] = if way == "b" { &[0, 0, 0, 0, 0, 1, 0, 1] } else { &[0; 6] };
                messages.push(frame(b'B', &[&strings(&["", ""])[..], formats].concat()));
                let execute = frame(b'E', &[&strings(&[""])[..], &[0; 4]].concat());
                messages.extend(std::iter::repeat_n(execute, if way == "e" { 2 } else { 1 }));
            }
            messages.push(frame(b'S', b""));
            messages
        }
        _ => vec![frame(b'!', word.as_bytes())],
    }
}

impl Peer for Client {
    fn begin(&mut self, said: &mut Vec<Said>) {
        say(said, startup());
    }

    fn hears(&mut self, heard: Heard<'_>, said: &mut Vec<Said>) {
        let Heard::Bytes(_, bytes) = heard else { return };
        self.heard.extend_from_slice(bytes);
        while let Ok(Some(heard)) = take(&mut self.heard) {
            if heard.tag == b'Z' && !self.words.is_empty() {
                for word in std::mem::take(&mut self.words) {
                    messages(&word).into_iter().for_each(|message| say(said, message));
                }
                say(said, frame(b'X', b""));
            }
        }
    }
}
