//! Stands between a suite and its server, and tries each text before it goes on.

use std::io::{self, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use crate::report::Report;
use crate::trial::attempt;
use crate::wire::{self, Message};

/// A number that stands where the version does when a client wants to cancel.
const CANCEL: [u8; 4] = 80_877_102_u32.to_be_bytes();

/// A proxy on a port of its own, for as long as the test runs.
pub struct Between {
    port: u16,
}

impl Between {
    pub fn start(server: u16, report: Arc<Report>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let report = Arc::clone(&report);
                thread::spawn(move || {
                    // A client that leaves ends the conversation.
                    let _ =
                        TcpStream::connect(("127.0.0.1", server)).and_then(|server| converse(client, server, &report));
                });
            }
        });
        Self { port }
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

/// A conversation, one message of the client after the other.
fn converse(client: TcpStream, server: TcpStream, report: &Report) -> io::Result<()> {
    let mut both = Both { client, server, state: b'I' };
    both.client.set_nodelay(true)?;
    both.server.set_nodelay(true)?;
    let begin = wire::first(&mut both.client)?;
    both.server.write_all(&begin)?;
    if begin.get(4..8) == Some(&CANCEL) {
        return Ok(());
    }
    both.answered()?;
    let ended = both.serve(report);
    let _ = both.client.shutdown(Shutdown::Both);
    let _ = both.server.shutdown(Shutdown::Both);
    ended
}

struct Both {
    client: TcpStream,
    server: TcpStream,
    /// What the last ReadyForQuery said.
    state: u8,
}

impl Both {
    fn serve(&mut self, report: &Report) -> io::Result<()> {
        loop {
            let message = wire::next(&mut self.client)?;
            if message.tag == b'Q' {
                let text = message.body().strip_suffix(b"\0").unwrap_or_default();
                let met = attempt(&mut self.server, &mut self.client, self.state, text)?;
                report.note(text, met);
            }
            self.server.write_all(&message.bytes)?;
            match message.tag {
                b'Q' | b'S' | b'F' => self.answered()?,
                b'X' => return Ok(()),
                _ => {}
            }
        }
    }

    /// Passes on what the server says until it is ready again, and what it asks the client for.
    fn answered(&mut self) -> io::Result<()> {
        loop {
            let message = wire::next(&mut self.server)?;
            self.client.write_all(&message.bytes)?;
            match message.tag {
                b'Z' => {
                    self.state = message.body()[0];
                    return Ok(());
                }
                b'G' => self.copied()?,
                _ => {}
            }
        }
    }

    /// Passes on the data of a COPY.
    fn copied(&mut self) -> io::Result<()> {
        loop {
            let Message { tag, bytes } = wire::next(&mut self.client)?;
            self.server.write_all(&bytes)?;
            if matches!(tag, b'c' | b'f') {
                return Ok(());
            }
        }
    }
}
