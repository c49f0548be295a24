//! Tries a text in a transaction that may only read, and undoes it.

use std::io::{self, Write};
use std::net::TcpStream;

use signet_sql::lexer::Lexer;

use crate::wire;

/// What a trial came to.
pub enum Met {
    /// It was not tried: it would not be undone, or change how transactions stand.
    NotTried,
    /// It ran.
    Ran,
    /// The server reported an error with this SQLSTATE.
    Error(String),
}

/// Words that begin what is not undone with its transaction, or ends it.
const LEFT_OUT: &[&str] = &[
    "ABORT",
    "BEGIN",
    "CLOSE",
    "COMMIT",
    "DEALLOCATE",
    "END",
    "FETCH",
    "MOVE",
    "PREPARE",
    "RELEASE",
    "ROLLBACK",
    "SAVEPOINT",
    "START",
];

/// Tries a text where a session stands. What the server says unasked goes to the client.
pub fn attempt(server: &mut TcpStream, client: &mut TcpStream, state: u8, text: &[u8]) -> io::Result<Met> {
    let Some(text) = tried(text) else { return Ok(Met::NotTried) };
    let limits = "SET LOCAL lock_timeout = 100; SET LOCAL statement_timeout = 5000";
    let (before, after) = match state {
        b'I' => (format!("BEGIN READ ONLY; {limits}"), "ROLLBACK"),
        b'T' => (
            format!("SAVEPOINT signet_trial; SET LOCAL transaction_read_only = on; {limits}"),
            "ROLLBACK TO SAVEPOINT signet_trial; RELEASE SAVEPOINT signet_trial",
        ),
        _ => return Ok(Met::NotTried),
    };
    if let Some(error) = run(server, client, &before)? {
        // Such as in the prepared state of a transaction that was never seen to begin.
        panic!("a trial could not begin: {error}");
    }
    let error = run(server, client, text)?;
    if let Some(error) = run(server, client, after)? {
        panic!("a trial of {text:.300} could not be undone: {error}");
    }
    Ok(error.map_or(Met::Ran, Met::Error))
}

/// A text that can be tried: one statement, whatever the suites put before it.
fn tried(text: &[u8]) -> Option<&str> {
    let text = str::from_utf8(text).ok()?;
    let first = Lexer::new(text.as_bytes(), true).next()?.ok()?;
    let ends = Lexer::new(text.as_bytes(), true).flatten().any(|token| {
        // In several statements, and in what holds several.
        token.is_any(&["COMMIT", "ROLLBACK", "ABORT"])
    });
    // A lock of a session outlives its transaction.
    let locks = text.to_ascii_lowercase().contains("advisory");
    (!first.is_any(LEFT_OUT) && !ends && !locks).then_some(text)
}

/// Runs a text; the SQLSTATE of its error.
fn run(server: &mut TcpStream, client: &mut TcpStream, text: &str) -> io::Result<Option<String>> {
    wire::query(server, text)?;
    let mut error = None;
    loop {
        let message = wire::next(server)?;
        match message.tag {
            b'E' => error = message.field(b'C'),
            b'G' => wire::send(server, b'f', b"a trial\0")?,
            b'A' | b'S' => client.write_all(&message.bytes)?,
            b'Z' => return Ok(error),
            _ => {}
        }
    }
}
