//! Clients at work, and what each of them saw of each of its commands.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::asks::{Ask, Command, PREPARED};
use crate::harness::pipeline::{parse, sync};
use crate::harness::wire::{Ending, PROTOCOL_3_0, Wire, frame};
use crate::harness::{Door, until};

/// What a client saw of one command: its answer as it came, and whether it was told the end.
pub struct Seen {
    pub command: Command,
    pub bytes: Vec<u8>,
    pub done: bool,
}

/// What a client saw in its session.
#[derive(Default)]
pub struct Client {
    pub seen: Vec<Seen>,
    pub signed_in: bool,
    /// How the session ended; none when the client was told to stop.
    pub ending: Option<Ending>,
}

/// Clients that go on until their sessions break, or until they are told to stop.
pub struct Load {
    stop: Arc<AtomicBool>,
    signed_in: Arc<AtomicUsize>,
    answered: Arc<AtomicUsize>,
    clients: Vec<JoinHandle<Client>>,
}

impl Load {
    /// So many clients, whose marks begin with `prefix`.
    pub fn start(door: &Door, clients: usize, prefix: &str) -> Self {
        let (stop, signed_in, answered) = <(Arc<AtomicBool>, Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        let start = |number: usize| {
            let (door, prefix) = (door.clone(), format!("{prefix}-{number}"));
            let (stop, signed_in, answered) = (Arc::clone(&stop), Arc::clone(&signed_in), Arc::clone(&answered));
            std::thread::spawn(move || {
                let mut client = Client::default();
                let worked = client.work(&door, &prefix, number, &stop, &signed_in, &answered);
                client.ending = worked.err();
                client
            })
        };
        let clients = (0..clients).map(start).collect();
        Self { stop, signed_in, answered, clients }
    }

    /// Waits until every client has signed in, and all of them have had so many answers.
    pub fn wait_for(&self, answers: usize) {
        until("the load to begin", Duration::from_secs(60), || {
            let begun = self.signed_in.load(Ordering::Relaxed) == self.clients.len();
            (begun && self.answered.load(Ordering::Relaxed) >= answers).then_some(())
        });
    }

    /// Whether every session has broken.
    pub fn is_over(&self) -> bool {
        self.clients.iter().all(JoinHandle::is_finished)
    }

    /// What the clients saw, once they have had the answer to what they asked last.
    pub fn stop(self) -> Vec<Client> {
        self.stop.store(true, Ordering::Relaxed);
        self.broken()
    }

    /// What the clients saw, once their sessions have broken.
    pub fn broken(self) -> Vec<Client> {
        self.clients.into_iter().map(|client| client.join().unwrap()).collect()
    }
}

impl Client {
    fn work(
        &mut self,
        door: &Door,
        prefix: &str,
        first: usize,
        stop: &AtomicBool,
        signed_in: &AtomicUsize,
        answered: &AtomicUsize,
    ) -> Result<(), Ending> {
        let mut wire = Wire::sign_in_with(door, PROTOCOL_3_0, &[])?;
        self.signed_in = true;
        signed_in.fetch_add(1, Ordering::Relaxed);
        let (name, text) = PREPARED;
        self.ask(
            &mut wire,
            Ask { commands: Vec::new(), bytes: [parse(name, text), sync()].concat(), data: Vec::new() },
        )?;
        let mut number = first;
        while !stop.load(Ordering::Relaxed) {
            self.ask(&mut wire, Ask::number(number, &format!("uid-{prefix}-{number}.")))?;
            answered.fetch_add(1, Ordering::Relaxed);
            number += 1;
        }
        Ok(())
    }

    /// Sends it, and notes what comes up to ReadyForQuery.
    fn ask(&mut self, wire: &mut Wire, ask: Ask) -> Result<(), Ending> {
        let mut commands = ask.commands.into_iter();
        let mut next = |seen: &mut Vec<Seen>| {
            seen.extend(commands.next().map(|command| Seen { command, bytes: Vec::new(), done: false }));
        };
        next(&mut self.seen);
        wire.send(&ask.bytes);
        while let Some(message) = wire.receive() {
            match message.tag {
                b'Z' => return Ok(()),
                b'E' => return Err(Ending::of(&message)),
                b'G' => wire.send(&ask.data),
                _ => {}
            }
            let Some(seen) = self.seen.last_mut().filter(|_| message.tag != b'1') else { continue };
            seen.bytes.extend(frame(message.tag, &message.body));
            if message.tag == b'C' {
                seen.done = true;
                next(&mut self.seen);
            }
        }
        Err(Ending::Closed)
    }
}
