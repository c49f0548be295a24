//! Server-sent events, as far as the gateway uses them.

use std::io::{BufRead, BufReader, Read};

use serde_json::Value;

use crate::failure::{Code, Failure, Outcome};

/// The longest line of a stream.
const LONGEST: u64 = 8 << 20;

/// One event.
pub(crate) struct Event {
    /// Its kind.
    pub(crate) name: String,
    /// What it says.
    pub(crate) data: Value,
}

/// A stream of events.
pub(crate) struct Events {
    lines: BufReader<Box<dyn Read>>,
}

impl Events {
    pub(super) fn of(reader: impl Read + 'static) -> Self {
        Self { lines: BufReader::new(Box::new(reader)) }
    }

    /// The next event; `None` at the end of the stream, also when it broke off: then one asks again.
    pub(crate) fn next(&mut self) -> Outcome<Option<Event>> {
        let (mut name, mut data) = (String::new(), String::new());
        loop {
            let mut line = Vec::new();
            let Ok(read) = (&mut self.lines).take(LONGEST).read_until(b'\n', &mut line) else { return Ok(None) };
            if read == 0 {
                return Ok(None);
            }
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\r', '\n']);
            match line.split_once(':') {
                _ if line.is_empty() && !data.is_empty() => {
                    let data = serde_json::from_str(&data);
                    let data = data.map_err(|_| Failure::new(Code::Failed, "an event of the server is not JSON"))?;
                    return Ok(Some(Event { name, data }));
                }
                Some(("event", value)) => name = value.trim_start().to_owned(),
                Some(("data", value)) => data.push_str(value.strip_prefix(' ').unwrap_or(value)),
                // Comments keep the stream alive.
                _ => {}
            }
        }
    }
}
