//! One session: TLS where wanted, the sign-in, statements of the simple protocol. Of an answer nothing is kept but the counts.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::AddAssign;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::scram;

const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
const PROTOCOL_3_0: u32 = 196_608;
/// Read at once, at most.
const BUFFER: usize = 256 << 10;
const HEADER: usize = 5;

/// Where to, and as whom.
pub(crate) struct Door {
    port: u16,
    user: String,
    password: String,
    database: String,
    tls: Option<Arc<ClientConfig>>,
}

impl Door {
    /// As the environment names it.
    pub(crate) fn named() -> anyhow::Result<Self> {
        let named = |name| std::env::var(name).with_context(|| format!("{name} is not set"));
        Ok(Self {
            port: named("PGPORT")?.parse()?,
            user: named("PGUSER")?,
            password: named("PGPASSWORD")?,
            database: named("PGDATABASE")?,
            tls: std::env::var("PGSSLROOTCERT").ok().map(|path| tls(&path)).transpose()?,
        })
    }
}

/// Each handshake is a whole one, as that of a new client.
fn tls(authority: &str) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority)?)?;
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

/// What came.
#[derive(Clone, Copy, Default)]
pub(crate) struct Passed {
    /// Rows, of a result or of a COPY.
    pub(crate) rows: u64,
    /// Bytes of these with their headers.
    pub(crate) bytes: u64,
}

impl AddAssign for Passed {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.bytes += other.bytes;
    }
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// A session that has signed in. It says goodbye when it is dropped.
pub(crate) struct Session {
    stream: Box<dyn Stream + Send>,
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
}

impl Drop for Session {
    fn drop(&mut self) {
        // Who has gone already needs no goodbye.
        let _ = self.stream.write_all(&[b'X', 0, 0, 0, 4]);
    }
}

impl Session {
    /// Connects and signs in.
    pub(crate) fn open(door: &Door) -> anyhow::Result<Self> {
        let mut plain = TcpStream::connect(("127.0.0.1", door.port))?;
        plain.set_nodelay(true)?;
        let stream: Box<dyn Stream + Send> = match &door.tls {
            None => Box::new(plain),
            Some(config) => {
                plain.write_all(&SSL_REQUEST)?;
                let mut answer = [0];
                plain.read_exact(&mut answer)?;
                ensure!(&answer == b"S", "no TLS there");
                let name = ServerName::try_from("localhost")?;
                Box::new(StreamOwned::new(ClientConnection::new(Arc::clone(config), name)?, plain))
            }
        };
        // As much as one answer needs: what is large grows it.
        let mut session = Self { stream, buffer: vec![0; 4096], begin: 0, end: 0 };
        session.sign_in(door)?;
        Ok(session)
    }

    fn sign_in(&mut self, door: &Door) -> anyhow::Result<()> {
        let parameters = format!("user\0{}\0database\0{}\0\0", door.user, door.database);
        let body = [&PROTOCOL_3_0.to_be_bytes(), parameters.as_bytes()].concat();
        self.stream.write_all(&framed(&body)?)?;
        loop {
            let (tag, length) = self.header()?;
            match tag {
                b'R' => {
                    let body = self.body(length)?;
                    self.proof(&body, &door.password)?;
                }
                b'E' => bail!("not signed in: {}", words(&self.body(length)?)),
                b'Z' => return self.skip(length),
                _ => self.skip(length)?,
            }
        }
    }

    /// Answers a request for authentication.
    fn proof(&mut self, request: &[u8], password: &str) -> anyhow::Result<()> {
        let (kind, rest) = request.split_first_chunk().context("an empty request for authentication")?;
        let answer = match u32::from_be_bytes(*kind) {
            0 | 12 => return Ok(()),
            3 => format!("{password}\0").into_bytes(),
            10 => {
                let length = u32::try_from(scram::FIRST.len())?.to_be_bytes();
                [b"SCRAM-SHA-256\0", &length[..], scram::FIRST.as_bytes()].concat()
            }
            11 => scram::last(password, std::str::from_utf8(rest)?)?.into_bytes(),
            other => bail!("authentication of the kind {other} is not known"),
        };
        Ok(self.stream.write_all(&[b"p", &framed(&answer)?[..]].concat())?)
    }

    /// Sends a statement and reads its answer to the end.
    pub(crate) fn ask(&mut self, sql: &str) -> anyhow::Result<Passed> {
        self.stream.write_all(&[b"Q", &framed(format!("{sql}\0").as_bytes())?[..]].concat())?;
        let mut passed = Passed::default();
        loop {
            let (tag, length) = self.header()?;
            match tag {
                b'D' | b'd' => {
                    passed += Passed { rows: 1, bytes: u64::try_from(length + HEADER)? };
                    self.skip(length)?;
                }
                b'E' => bail!("refused: {}", words(&self.body(length)?)),
                b'Z' => return self.skip(length).map(|()| passed),
                _ => self.skip(length)?,
            }
        }
    }

    /// The tag of the next message, and the length of its body.
    fn header(&mut self) -> anyhow::Result<(u8, usize)> {
        while self.end - self.begin < HEADER {
            self.fill()?;
        }
        let header = self.buffer.get(self.begin..self.end).and_then(|bytes| bytes.first_chunk::<HEADER>());
        let [tag, a, b, c, d] = *header.context("no header")?;
        self.begin += HEADER;
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d]))?;
        Ok((tag, length.checked_sub(4).context("a length below four")?))
    }

    /// Leaves out bytes, whether or not they have come.
    fn skip(&mut self, mut length: usize) -> anyhow::Result<()> {
        loop {
            let here = length.min(self.end - self.begin);
            self.begin += here;
            length -= here;
            if length == 0 {
                return Ok(());
            }
            self.fill()?;
        }
    }

    fn body(&mut self, length: usize) -> anyhow::Result<Vec<u8>> {
        while self.end - self.begin < length {
            self.fill()?;
        }
        let body = self.buffer.get(self.begin..self.begin + length).context("no body")?.to_vec();
        self.begin += length;
        Ok(body)
    }

    /// Reads what has come. A buffer that gets full is made larger, up to its bound.
    fn fill(&mut self) -> anyhow::Result<()> {
        self.buffer.copy_within(self.begin..self.end, 0);
        (self.begin, self.end) = (0, self.end - self.begin);
        if self.end == self.buffer.len() {
            ensure!(self.end < BUFFER, "a message of the server is too long");
            self.buffer.resize(BUFFER, 0);
        }
        let read = self.stream.read(self.buffer.get_mut(self.end..).unwrap_or_default())?;
        ensure!(read > 0, "the connection was closed");
        self.end += read;
        if self.end == self.buffer.len() && self.end < BUFFER {
            self.buffer.resize(BUFFER, 0);
        }
        Ok(())
    }
}

/// A body behind its length.
fn framed(body: &[u8]) -> anyhow::Result<Vec<u8>> {
    Ok([&u32::try_from(body.len() + 4)?.to_be_bytes(), body].concat())
}

/// An error's fields, in one line.
fn words(body: &[u8]) -> String {
    String::from_utf8_lossy(body).replace('\0', " ")
}
