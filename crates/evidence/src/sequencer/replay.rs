//! Learns a state anew from the records themselves.

use tlog::json::{self, Value};
use tlog::merkle::{Hash, leaf_hash, parse_hash};
use uuid::Uuid;

use super::{Change, State};

impl State {
    /// Takes over the record that comes next, as it stands in the log. Says what is wrong with it when it is not the next one.
    pub(crate) fn replay(&mut self, leaf: &[u8], hash: Hash) -> Result<(), &'static str> {
        if leaf_hash(leaf) != hash {
            return Err("a record is not what its hash says");
        }
        let leaf = json::parse(leaf).map_err(|_| "a record is not understood")?;
        let number = |key| leaf.get(key).and_then(Value::as_integer).and_then(|number| u64::try_from(number).ok());
        let text = |key| leaf.get(key).and_then(Value::as_str);
        if number("seq") != Some(self.size) {
            return Err("a record out of its order");
        }
        if self.origin.is_empty() && self.size == 0 {
            text("log").unwrap_or_default().clone_into(&mut self.origin);
        }
        if text("log") != Some(&self.origin) {
            return Err("a record of another log");
        }
        let sid = text("sid").and_then(|sid| Uuid::parse_str(sid).ok()).ok_or("a record without a chain")?;
        let prev = text("prev").map(parse_hash).transpose().map_err(|_| "a record that names no record before it")?;
        let chain = self.chains.get(&sid);
        let next = chain.map_or(1, |chain| chain.ss.saturating_add(1));
        if number("ss") != Some(next) || prev != chain.map(|chain| chain.head) {
            return Err("a record out of the order of its chain");
        }
        let ts = number("ts").filter(|ts| *ts >= self.ts).ok_or("a record before its time")?;
        let kind = text("type").ok_or("a record without a type")?;
        let change = change(kind, leaf.get("body")).ok_or("a record without what its type must say")?;
        self.apply(sid, &change, ts, hash);
        Ok(())
    }
}

fn change(kind: &str, body: Option<&Value<'_>>) -> Option<Change> {
    let number = |key| body?.get(key)?.as_integer().and_then(|number| u64::try_from(number).ok());
    let text = |key| body?.get(key)?.as_str().map(str::to_owned);
    let ids = |key| -> Option<Vec<String>> {
        let id = |entry: &Value<'_>| entry.get("id")?.as_str().map(str::to_owned);
        body?.get(key)?.as_array()?.iter().map(id).collect()
    };
    Some(match kind {
        "session.start" => Change::Session { actor: text("actor")?, resource: text("resource")? },
        "command" => Change::Opened { command: number("command")?, stream: u32::try_from(number("stream")?).ok()? },
        "hold" => Change::Held { command: number("command")?, stream: u32::try_from(number("stream")?).ok()? },
        "hold.end" => Change::HoldEnded { command: number("command")? },
        "outcome" => Change::Closed { command: number("command")? },
        "heads" => Change::Heads { actors: ids("actors")?, resources: ids("resources")? },
        "gateway.stopped" | "session.end" => Change::End,
        _ => Change::Nothing,
    })
}
