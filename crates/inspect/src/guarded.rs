//! A connection to a PostgreSQL server on which it cannot ask for the password in a way that the data path would refuse:
//! MD5, or in clear where there is no TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Tag, length and code of an authentication message.
const HEAD: usize = 9;

/// The connection.
pub(crate) struct Guarded<S> {
    stream: S,
    encrypted: bool,
    /// The server must still prove that it knows the password.
    proof: bool,
    /// What the server said and was not looked at yet; none when it has let us in.
    seen: Option<BytesMut>,
    /// Of the message that is passing: bytes still to come.
    passing: usize,
}

impl<S> Guarded<S> {
    pub(crate) fn new(stream: S, encrypted: bool) -> Self {
        Self { stream, encrypted, proof: false, seen: Some(BytesMut::new()), passing: 0 }
    }

    /// The server must prove that it knows the password too, as one whose certificate says nothing.
    pub(crate) fn demanding_proof(self) -> Self {
        Self { proof: true, ..self }
    }

    /// Looks at what the server says, before the library does.
    fn look(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(seen) = &mut self.seen else { return Ok(()) };
        seen.extend_from_slice(bytes);
        loop {
            let skipped = self.passing.min(seen.len());
            seen.advance(skipped);
            self.passing = self.passing.saturating_sub(skipped);
            let Some(&[tag, a, b, c, d, e, f, g, h]) = seen.first_chunk::<HEAD>() else { return Ok(()) };
            let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
            self.passing = length.saturating_add(1);
            if tag != b'R' {
                continue;
            }
            match u32::from_be_bytes([e, f, g, h]) {
                0 if self.proof => {
                    return Err(refused("the server lets us in without a proof that it knows the password"));
                }
                0 => {
                    self.seen = None;
                    return Ok(());
                }
                // SCRAM: asked for, continued, ended; the library looks whether the proof is good.
                10 | 11 => {}
                12 => self.proof = false,
                3 if self.proof => {
                    return Err(refused("the server asks for the password in clear, and proves nothing"));
                }
                3 if self.encrypted => {}
                3 => return Err(refused("the server asks for the password in clear, without TLS")),
                5 => return Err(refused("the server asks for the password as MD5")),
                other => {
                    return Err(refused(&format!("the server asks for a way to sign in that is not known ({other})")));
                }
            }
        }
    }
}

/// An error that names what the server did wrong.
fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = into.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, into))?;
        let new = into.filled().get(before..).unwrap_or_default().to_vec();
        Poll::Ready(this.look(&new).inspect_err(|_| into.set_filled(before)))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
