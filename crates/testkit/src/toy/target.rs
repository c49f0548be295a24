//! A toy target: keys with values, transactions, and every misbehaviour that the suite needs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::BytesMut;

use super::frame::{self, Frame, Framer, tag};
use crate::peer::{Heard, Peer, Said, say};

/// A value that must never be seen with masks on.
pub const CANARY: &str = "4111-CANARY-1111";

/// The target. `get slow` is answered when it was cancelled, `get endless` after some rows; `get secret` has the canary in a row, `get leaky` in a notice, an
/// unknown message and an error; the unknown word `slow` is slow too; `get odd` sends a message that nobody knows first.
#[derive(Default)]
pub struct Target {
    framer: Framer,
    heard: BytesMut,
    raw: bool,
    stored: BTreeMap<String, String>,
    transaction: Option<Transaction>,
    slow: bool,
    cancelled: Arc<AtomicBool>,
}

#[derive(Default)]
struct Transaction {
    writes: BTreeMap<String, String>,
    failed: bool,
}

impl Target {
    fn state(&self) -> u8 {
        self.transaction.as_ref().map_or(0, |transaction| if transaction.failed { 2 } else { 1 })
    }

    fn done(&self, said: &mut Vec<Said>) {
        say(said, frame::write(tag::DONE, &[self.state()]));
    }

    fn fail(&mut self, text: &str, said: &mut Vec<Said>) {
        if let Some(transaction) = &mut self.transaction {
            transaction.failed = true;
        }
        say(said, frame::error(self.state(), text));
    }

    /// Carries out what it has heard, one after the other; while something slow runs, nothing else does.
    fn work(&mut self, said: &mut Vec<Said>) {
        while !self.slow
            && let Ok(Some(frame)) = self.framer.take(&mut self.heard, usize::MAX)
        {
            self.frame(&frame, said);
        }
    }

    fn frame(&mut self, frame: &Frame, said: &mut Vec<Said>) {
        let text = String::from_utf8_lossy(frame.body()).into_owned();
        let failed = self.transaction.as_ref().is_some_and(|transaction| transaction.failed);
        match frame.tag {
            tag::HELLO => {
                say(said, frame::write(tag::HELLO, b""));
                say(said, frame::write(tag::KEY, b"the target's own"));
            }
            tag::CANCEL => self.cancelled.store(frame.body() == b"the target's own", Ordering::SeqCst),
            tag::QUIT => said.push(Said::End),
            tag::COMMIT => {
                let transaction = self.transaction.take().unwrap_or_default();
                if !transaction.failed {
                    self.stored.extend(transaction.writes);
                }
                self.done(said);
            }
            _ if failed => self.fail("the transaction has failed", said),
            tag::BEGIN if self.transaction.is_some() => self.fail("a transaction is open", said),
            tag::BEGIN => {
                self.transaction = Some(Transaction::default());
                self.done(said);
            }
            tag::SET => match text.split_once('\0') {
                Some((key, value)) if !key.is_empty() && value != "fail" => {
                    let writes = self.transaction.as_mut().map_or(&mut self.stored, |open| &mut open.writes);
                    writes.insert(key.to_owned(), value.to_owned());
                    self.done(said);
                }
                _ => self.fail("not a key and a value", said),
            },
            tag::GET => self.get(&text, said),
            tag::UPGRADE => {
                self.raw = true;
                say(said, frame::write(tag::UPGRADE, b""));
            }
            _ if text == "slow" => self.slow = true,
            _ => self.done(said),
        }
    }

    fn get(&mut self, key: &str, said: &mut Vec<Said>) {
        match key {
            "slow" => return self.slow = true,
            "endless" => {
                self.rows(key, "more and more", said);
                return self.slow = true;
            }
            "odd" => say(said, frame::write(b'!', b"what is this")),
            "leaky" => {
                say(said, frame::write(tag::NOTICE, CANARY.as_bytes()));
                say(said, frame::write(b'!', CANARY.as_bytes()));
                return self.fail(CANARY, said);
            }
            _ => {}
        }
        let stored = self.stored.get(key).cloned().unwrap_or_else(|| format!("the value of {key}"));
        let value = if key == "secret" { CANARY.to_owned() } else { stored };
        self.rows(key, &value, said);
        self.done(said);
    }

    fn rows(&self, key: &str, value: &str, said: &mut Vec<Said>) {
        say(said, frame::write(tag::COLUMNS, b"key\0value\0"));
        for _ in 0..3 {
            let fields = [key, value].map(|field| {
                let length = u16::try_from(field.len()).unwrap().to_be_bytes();
                [&length[..], field.as_bytes()].concat()
            });
            say(said, frame::write(tag::ROW, &fields.concat()));
        }
    }
}

impl Peer for Target {
    fn hears(&mut self, heard: Heard<'_>, said: &mut Vec<Said>) {
        match heard {
            Heard::Bytes(lane, bytes) if self.raw => {
                said.push(Said::Bytes(lane, bytes::Bytes::copy_from_slice(bytes)));
            }
            Heard::Bytes(_, bytes) => {
                self.heard.extend_from_slice(bytes);
                self.work(said);
            }
            Heard::Head(head) => {
                said.push(Said::Head(wire::Head { line: "streaming".to_owned(), fields: head.fields.clone() }));
                for lane in [0, 1, 0] {
                    said.push(Said::Bytes(lane, vec![b'0' + lane; 700].into()));
                }
                said.push(Said::End);
            }
            Heard::End if self.raw => said.push(Said::End),
            Heard::End | Heard::Secured => {}
        }
    }

    fn aside(&mut self) -> Option<Box<dyn Peer>> {
        Some(Box::new(Self { cancelled: Arc::clone(&self.cancelled), ..Self::default() }))
    }

    fn nudged(&mut self, said: &mut Vec<Said>) {
        let cancelled = self.cancelled.swap(false, Ordering::SeqCst);
        if cancelled && std::mem::take(&mut self.slow) {
            self.fail("cancelled", said);
            self.work(said);
        }
    }

    fn effects(&self) -> Vec<String> {
        self.stored.iter().map(|(key, value)| format!("{key}={value}")).collect()
    }
}
