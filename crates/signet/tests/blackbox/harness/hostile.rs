//! A target that does not keep to the protocol: it listens like PostgreSQL and answers by a script.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::postgres::PASSWORD;
use super::scram;
use super::wire::frame;

/// A listening fake. Its thread ends with the process; every byte it receives is kept.
pub struct Hostile {
    pub address: String,
    received: Arc<Mutex<Vec<u8>>>,
}

impl Hostile {
    /// Each connection is given to `script`.
    pub fn start(script: impl Fn(&mut Peer) -> Option<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let received = Arc::new(Mutex::new(Vec::new()));
        let (script, kept) = (Arc::new(script), Arc::clone(&received));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, kept) = (Arc::clone(&script), Arc::clone(&kept));
                std::thread::spawn(move || script(&mut Peer { stream, kept }));
            }
        });
        Self { address, received }
    }

    pub fn assert_never_received(&self, needle: &str) {
        let received = self.received.lock().unwrap();
        assert!(
            !received.windows(needle.len()).any(|window| window == needle.as_bytes()),
            "the hostile target received {needle:?}: {}",
            String::from_utf8_lossy(&received)
        );
    }

    pub fn assert_received(&self, needle: &str) {
        let received = self.received.lock().unwrap();
        assert!(
            received.windows(needle.len()).any(|window| window == needle.as_bytes()),
            "the hostile target did not receive {needle:?}: {}",
            String::from_utf8_lossy(&received)
        );
    }
}

/// The gateway, as the fake sees it.
pub struct Peer {
    stream: TcpStream,
    kept: Arc<Mutex<Vec<u8>>>,
}

impl Peer {
    fn read(&mut self, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).ok()?;
        self.kept.lock().unwrap().extend(&bytes);
        Some(bytes)
    }

    /// A first message (startup, SSLRequest): its code.
    pub fn opening(&mut self) -> Option<u32> {
        let length = u32::from_be_bytes(self.read(4)?.try_into().ok()?);
        let body = self.read(usize::try_from(length).ok()?.checked_sub(4)?)?;
        Some(u32::from_be_bytes(body.get(..4)?.try_into().ok()?))
    }

    /// A message: its tag and its body.
    fn message(&mut self) -> Option<(u8, Vec<u8>)> {
        let tag = self.read(1)?[0];
        let length = u32::from_be_bytes(self.read(4)?.try_into().ok()?);
        Some((tag, self.read(usize::try_from(length).ok()?.checked_sub(4)?)?))
    }

    /// Messages until one with this tag.
    pub fn until(&mut self, tag: u8) -> Option<()> {
        while self.message()?.0 != tag {}
        Some(())
    }

    pub fn raw(&mut self, bytes: &[u8]) -> Option<()> {
        self.stream.write_all(bytes).ok()
    }

    pub fn send(&mut self, tag: u8, body: &[u8]) -> Option<()> {
        self.raw(&frame(tag, body))
    }

    pub fn authentication(&mut self, code: u32, rest: &[u8]) -> Option<()> {
        let mut body = code.to_be_bytes().to_vec();
        body.extend(rest);
        self.send(b'R', &body)
    }

    /// Asks for the password and proves that it knows it too.
    fn sign_in(&mut self) -> Option<()> {
        self.authentication(10, b"SCRAM-SHA-256\0\0")?;
        let initial = String::from_utf8(self.message()?.1).ok()?;
        let client_first = &initial[initial.find("n,,").or(initial.find("y,,"))?..];
        let server_first = scram::server_first(client_first);
        self.authentication(11, server_first.as_bytes())?;
        let client_final = String::from_utf8(self.message()?.1).ok()?;
        let proof = scram::server_final(PASSWORD, client_first, &server_first, &client_final);
        self.authentication(12, proof.as_bytes())?;
        self.authentication(0, &[])
    }

    /// Lets the gateway in and is ready for its first query.
    pub fn welcome(&mut self) -> Option<()> {
        self.opening()?;
        self.sign_in()?;
        for (name, value) in [
            ("server_version", "15.0"),
            ("client_encoding", "UTF8"),
            ("server_encoding", "UTF8"),
            ("standard_conforming_strings", "on"),
            ("DateStyle", "ISO, MDY"),
            ("integer_datetimes", "on"),
        ] {
            self.send(b'S', format!("{name}\0{value}\0").as_bytes())?;
        }
        self.send(b'K', &[0, 0, 16, 0, 1, 2, 3, 4])?;
        self.send(b'Z', b"I")
    }

    /// Everything that still comes, until the gateway hangs up.
    pub fn drain(&mut self) -> Option<()> {
        let mut buffer = [0; 4096];
        loop {
            let length = self.stream.read(&mut buffer).ok().filter(|length| *length > 0)?;
            self.kept.lock().unwrap().extend(&buffer[..length]);
        }
    }
}

/// RowDescription of text columns with these names.
pub fn row_description(names: &[&str]) -> Vec<u8> {
    let mut body = u16::try_from(names.len()).unwrap().to_be_bytes().to_vec();
    for name in names {
        body.extend(format!("{name}\0").as_bytes());
        body.extend([0; 6]);
        body.extend(25_u32.to_be_bytes());
        body.extend((-1_i16).to_be_bytes());
        body.extend((-1_i32).to_be_bytes());
        body.extend(0_u16.to_be_bytes());
    }
    body
}

/// DataRow of text values.
pub fn data_row(values: &[&str]) -> Vec<u8> {
    let mut body = u16::try_from(values.len()).unwrap().to_be_bytes().to_vec();
    for value in values {
        body.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
        body.extend(value.as_bytes());
    }
    body
}
