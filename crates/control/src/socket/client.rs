//! The side of a command: it asks, and waits.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::error::AskError;
use super::request::{Answer, LONGEST, Note};

/// How long the gateway may take to answer, which includes its disk.
const PATIENCE: Duration = Duration::from_secs(20);

/// Has it written down by the gateway behind that socket. Gives the record's place when it is on stable storage. Blocks.
///
/// # Errors
/// When no gateway listens, or it could not write it down. Then it must not be done.
pub fn ask(socket: &Path, note: &Note) -> Result<u64, AskError> {
    let mut stream = UnixStream::connect(socket).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => AskError::Nobody,
        _ => AskError::Broken(error),
    })?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = serde_json::to_vec(note).map_err(io::Error::from)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = Vec::new();
    BufReader::new(stream.take(LONGEST as u64)).read_until(b'\n', &mut answer)?;
    if answer.is_empty() {
        return Err(AskError::Broken(io::ErrorKind::UnexpectedEof.into()));
    }
    match serde_json::from_slice(&answer) {
        Ok(Answer::Recorded(place)) => Ok(place),
        Ok(Answer::Refused(why)) => Err(AskError::Refused(why)),
        Err(_) => Err(AskError::Answer),
    }
}
