//! PostgreSQL's protocol by hand, for what no stock client would send.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::door::Door;
use super::scram;

pub const PROTOCOL_3_0: u32 = 196_608;
pub const PROTOCOL_3_2: u32 = 196_610;
pub const SSL_REQUEST: u32 = 80_877_103;
pub const GSS_REQUEST: u32 = 80_877_104;
pub const CANCEL_REQUEST: u32 = 80_877_102;

/// One message of the server.
#[derive(Clone, Debug)]
pub struct Message {
    pub tag: u8,
    pub body: Vec<u8>,
}

/// How a conversation ended that had to end.
#[derive(Debug)]
pub enum Ending {
    /// A native error, then perhaps the end.
    Refused { sqlstate: String, message: String },
    /// The connection was closed without a word.
    Closed,
}

pub struct Wire {
    stream: TcpStream,
    /// PID and secret of BackendKeyData.
    pub key: Option<(u32, Vec<u8>)>,
}

impl Message {
    /// A field of an ErrorResponse or NoticeResponse.
    pub fn field(&self, name: u8) -> Option<String> {
        let mut fields = self.body.split(|byte| *byte == 0).filter(|field| !field.is_empty());
        let field = fields.find(|field| field[0] == name)?;
        Some(String::from_utf8_lossy(&field[1..]).into_owned())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A message with its length, as PostgreSQL wants it.
pub fn frame(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    bytes.extend(u32::try_from(body.len() + 4).unwrap().to_be_bytes());
    bytes.extend(body);
    bytes
}

/// A first message: a length, a code, a body.
pub fn opening(code: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(body.len() + 8).unwrap().to_be_bytes().to_vec();
    bytes.extend(code.to_be_bytes());
    bytes.extend(body);
    bytes
}

pub fn query(sql: &str) -> Vec<u8> {
    frame(b'Q', format!("{sql}\0").as_bytes())
}

impl Wire {
    pub fn connect(port: u16) -> Self {
        Self::of(TcpStream::connect(("127.0.0.1", port)).unwrap())
    }

    pub fn of(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, key: None }
    }

    pub fn send(&mut self, bytes: &[u8]) {
        // The other side may have hung up already, which is an answer too: reading will tell.
        let _ = self.stream.write_all(bytes);
    }

    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    pub fn startup(&mut self, version: u32, parameters: &[(&str, &str)]) {
        let mut body = Vec::new();
        for (name, value) in parameters {
            body.extend(format!("{name}\0{value}\0").as_bytes());
        }
        body.push(0);
        self.send(&opening(version, &body));
    }

    /// The next message; none at the end of the stream, however it ended.
    pub fn receive(&mut self) -> Option<Message> {
        let mut head = [0; 5];
        self.fill(&mut head)?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        assert!((4..=0x4000_0000).contains(&length), "the server sent a length of {length}");
        let mut body = vec![0; length as usize - 4];
        self.fill(&mut body)?;
        Some(Message { tag: head[0], body })
    }

    /// One byte, for the answers to SSLRequest and GSSENCRequest.
    pub fn receive_byte(&mut self) -> Option<u8> {
        let mut byte = [0];
        self.fill(&mut byte)?;
        Some(byte[0])
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Option<()> {
        match self.stream.read_exact(buffer) {
            Ok(()) => Some(()),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("no answer and no end within the deadline")
            }
            Err(_) => None,
        }
    }

    pub fn sign_in(door: &Door) -> Self {
        Self::sign_in_with(door, PROTOCOL_3_0, &[]).unwrap_or_else(|ending| panic!("sign-in failed: {ending:?}"))
    }

    /// Startup and SCRAM, up to the first ReadyForQuery.
    pub fn sign_in_with(door: &Door, version: u32, more: &[(&str, &str)]) -> Result<Self, Ending> {
        let mut wire = Self::connect(door.port);
        let mut parameters = vec![("user", door.user.as_str()), ("database", door.database.as_str())];
        parameters.extend(more);
        wire.startup(version, &parameters);
        wire.authenticate(&door.password)?;
        Ok(wire)
    }

    pub fn authenticate(&mut self, password: &str) -> Result<(), Ending> {
        loop {
            let Some(message) = self.receive() else { return Err(Ending::Closed) };
            match message.tag {
                b'R' => self.answer(&message.body, password),
                b'K' => {
                    let (pid, secret) = message.body.split_at(4);
                    self.key = Some((u32::from_be_bytes(pid.try_into().unwrap()), secret.to_vec()));
                }
                b'E' => return Err(Ending::of(&message)),
                b'Z' => return Ok(()),
                _ => {}
            }
        }
    }

    fn answer(&mut self, body: &[u8], password: &str) {
        let (code, rest) = body.split_at(4);
        let reply = match u32::from_be_bytes(code.try_into().unwrap()) {
            10 => {
                let first = scram::client_first();
                let mut reply = b"SCRAM-SHA-256\0".to_vec();
                reply.extend(u32::try_from(first.len()).unwrap().to_be_bytes());
                reply.extend(first.as_bytes());
                reply
            }
            11 => scram::client_final(password, std::str::from_utf8(rest).unwrap()).into_bytes(),
            0 | 12 => return,
            other => panic!("the server asks for authentication {other} on a plain connection"),
        };
        self.send(&frame(b'p', &reply));
    }

    /// Everything up to ReadyForQuery, or to the end.
    pub fn messages(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        while let Some(message) = self.receive() {
            let ready = message.tag == b'Z';
            messages.push(message);
            if ready {
                break;
            }
        }
        messages
    }

    pub fn query(&mut self, sql: &str) -> Vec<Message> {
        self.send(&query(sql));
        self.messages()
    }

    /// Reads until an error or the end: the defined answers of a client that broke the rules.
    pub fn ending(&mut self) -> Ending {
        while let Some(message) = self.receive() {
            if message.tag == b'E' {
                return Ending::of(&message);
            }
        }
        Ending::Closed
    }

    /// After an ending the connection must also end, and nothing but errors and notices may come.
    pub fn assert_closes(&mut self) {
        while let Some(message) = self.receive() {
            assert!(matches!(message.tag, b'E' | b'N' | b'Z'), "after its end came {message:?}");
        }
    }
}

impl Ending {
    pub fn of(error: &Message) -> Self {
        Self::Refused { sqlstate: error.field(b'C').unwrap(), message: error.field(b'M').unwrap() }
    }

    pub fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::Refused { sqlstate, .. } => Some(sqlstate),
            Self::Closed => None,
        }
    }
}
