//! A client that says what stands in the corpus, by hand.

use super::case::Said;
use crate::harness::door::Door;
use crate::harness::pipeline::{bind, execute, parse, sync};
use crate::harness::wire::{Message, Wire, frame, query};

/// A conversation, and another one with the server in which types and functions are looked up.
pub struct Talk<'a> {
    wire: Wire,
    lookup: &'a mut Wire,
}

impl<'a> Talk<'a> {
    pub fn begin(door: &Door, lookup: &'a mut Wire) -> Self {
        Self { wire: Wire::sign_in(door), lookup }
    }

    /// Sends all of it in one piece; gives all that comes, up to the last ReadyForQuery or the end.
    pub fn say(&mut self, said: &[Said]) -> Vec<Message> {
        let (mut bytes, mut ready) = (Vec::new(), 0);
        for said in said {
            bytes.extend(self.bytes(said));
            ready += usize::from(matches!(said, Said::Query(_) | Said::Sync | Said::Typed { .. } | Said::Call(_)));
        }
        self.wire.send(&bytes);
        let mut messages = Vec::new();
        while ready > 0 {
            let Some(message) = self.wire.receive() else { break };
            match message.tag {
                b'Z' => ready -= 1,
                b'G' => self.wire.send(&[frame(b'd', b"from the client\n"), frame(b'c', b"")].concat()),
                _ => {}
            }
            messages.push(message);
        }
        messages
    }

    pub fn query(&mut self, text: &str) -> Vec<Message> {
        self.wire.query(text)
    }

    fn bytes(&mut self, said: &Said) -> Vec<u8> {
        match said {
            Said::Query(text) => frame(b'Q', &[text.as_slice(), b"\0"].concat()),
            Said::Parse { name, text } => parse(name, text),
            Said::Bind(name) => bind("", name),
            Said::Execute => execute(""),
            Said::Sync => sync(),
            Said::Typed { kind, text } => {
                let oid = self.oid(&format!("'{kind}'::regtype"));
                let mut body = format!("\0{text}\0\0\x01").into_bytes();
                body.extend(oid.to_be_bytes());
                [frame(b'P', &body), bound(value(kind)), execute(""), sync()].concat()
            }
            Said::Call(name) => {
                let oid = self.oid(&format!("'{name}'::regproc"));
                frame(b'F', &[&oid.to_be_bytes()[..], &[0; 6]].concat())
            }
        }
    }

    fn oid(&mut self, name: &str) -> u32 {
        value_of(&self.lookup.query(&format!("SELECT {name}::oid"))).parse().unwrap()
    }
}

/// A value that fits the type.
fn value(kind: &str) -> &'static str {
    match kind {
        "bool" => "true",
        "span" | "unknown" => "[a,b]",
        _ if kind.ends_with("[]") => "{x}",
        _ => "x",
    }
}

/// Bind of the unnamed portal and statement to one value.
fn bound(value: &str) -> Vec<u8> {
    crate::harness::pipeline::bind_value("", value)
}

/// The one value of an answer.
pub fn value_of(messages: &[Message]) -> String {
    let row = messages.iter().find(|message| message.tag == b'D');
    let row = row.unwrap_or_else(|| panic!("no row in {messages:?}"));
    String::from_utf8(row.body[6..].to_vec()).unwrap()
}

/// Both statements to be run, one after the other, by the server itself.
pub fn run(wire: &mut Wire, text: &str) {
    wire.send(&query(text));
    let messages = wire.messages();
    assert!(messages.iter().all(|message| message.tag != b'E'), "{text}: {messages:?}");
}
