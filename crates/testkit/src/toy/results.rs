//! What the target owes, and what its messages become on their way to the client.

use bytes::{BufMut, Bytes, BytesMut};
use model::{Class, ColumnShown, Outcome, Public, Status, Treatment, Value, ValueKind};
use wire::{Go, Malformed, Plan, Side, Violation};

use super::frame::{self, Frame, tag};

/// All values of the toy.
const TEXT: ValueKind = ValueKind::Text(None);

/// An answer that the target owes.
pub(super) enum Owed {
    /// To a command that was forwarded.
    Command(Box<Running>),
    /// To the message that stood for a refused one; the text is what the client is told instead of the target's.
    Refused(String),
}

/// A command under way.
pub(super) struct Running {
    pub(super) go: Go,
    plan: Plan,
    /// What is done with the values of each column of a row.
    columns: Vec<Treatment>,
    masked: u64,
    /// Rows and bytes of the answer that were shown.
    rows: u64,
    bytes: u64,
    /// Why the rest of the answer is not shown.
    cut: Option<Public>,
    /// Something of the answer was not shown.
    withheld: bool,
}

/// What the client is shown of a message that is not the last of its answer.
pub(super) enum Part {
    /// This.
    Shown(Bytes),
    /// Nothing: with it the answer would be too large, or it cannot be masked.
    TooMuch,
    /// Nothing, like what came before it.
    Withheld,
}

impl Running {
    pub(super) fn new(go: Go, plan: Plan) -> Self {
        Self { go, plan, columns: Vec::new(), masked: 0, rows: 0, bytes: 0, cut: None, withheld: false }
    }

    /// Whether its result may be too large.
    pub(super) fn is_limited(&self) -> bool {
        self.plan.is_limited()
    }

    /// Nothing more of the answer is shown.
    pub(super) fn cut(&mut self, why: Public) {
        self.cut.get_or_insert(why);
    }

    /// Whether it is to be cancelled.
    pub(super) fn is_cut(&self) -> bool {
        self.cut.is_some()
    }

    /// Whether the client is told that it was refused: something is missing from its answer, or the target has cancelled it.
    /// What was whole before the cancel came is shown as it is.
    pub(super) fn refusal(&self, last: &Frame) -> Option<Public> {
        self.cut.clone().filter(|_| self.withheld || last.tag == tag::ERROR)
    }

    /// A message that is not the last, counted.
    pub(super) fn part(&mut self, frame: &Frame) -> Result<Part, Malformed> {
        if self.is_cut() {
            self.withheld = true;
            return Ok(Part::Withheld);
        }
        let rows = self.rows + u64::from(frame.tag == tag::ROW);
        let bytes = self.bytes + frame.bytes.len() as u64;
        let over = |most: Option<u64>, have| most.is_some_and(|most| have > most);
        if over(self.plan.max_rows, rows) || over(self.plan.max_bytes, bytes) {
            self.cut(Public::new(Class::Limit, "the result is larger than the policy allows"));
            self.withheld = true;
            return Ok(Part::TooMuch);
        }
        if let Some(Err(why)) = self.plan.meter.as_ref().filter(|_| frame.tag == tag::ROW).map(|meter| meter.take()) {
            self.cut(why);
            self.withheld = true;
            return Ok(Part::TooMuch);
        }
        (self.rows, self.bytes) = (rows, bytes);
        if frame.tag == tag::COLUMNS
            && let Err(public) = self.described(&columns(frame)?)
        {
            self.cut(public);
            self.withheld = true;
            return Ok(Part::TooMuch);
        }
        self.shown(frame).map(Part::Shown)
    }

    /// What the client is shown of a message: the same bytes, or masked ones. With a mask on, text that is not a row is
    /// withheld, because a value may stand in it.
    pub(super) fn shown(&mut self, frame: &Frame) -> Result<Bytes, Malformed> {
        Ok(match (frame.tag, &self.plan.mask) {
            (tag::ROW, _) => self.row(frame)?,
            (_, None) | (tag::DONE | tag::COLUMNS, _) => frame.bytes.clone(),
            (tag::ERROR, Some(_)) => frame::error(state(frame), "withheld: it may show what is masked"),
            (_, Some(_)) => frame::write(tag::NOTICE, b"withheld: it may show what is masked"),
        })
    }

    fn described(&mut self, names: &[String]) -> Result<(), Public> {
        let shown = |name: &String| ColumnShown { name: name.clone(), origin: None, type_id: 0, kind: TEXT };
        let columns: Vec<ColumnShown> = names.iter().map(shown).collect();
        self.columns = match &self.plan.mask {
            Some(mask) => mask.columns(&columns)?,
            None => columns.iter().map(|_| Treatment::Show).collect(),
        };
        Ok(())
    }

    fn row(&mut self, frame: &Frame) -> Result<Bytes, Malformed> {
        let mut reader = frame.reader();
        let mut shown = BytesMut::with_capacity(frame.bytes.len());
        for column in &self.columns {
            let length = reader.u16()?;
            let value = reader.bytes(usize::from(length))?;
            let veiled = match column {
                Treatment::Show => None,
                Treatment::Null => Some(String::new()),
                Treatment::Veil(veil) => match veil.veil(&Value::Text(String::from_utf8_lossy(value)), &TEXT) {
                    Some(Value::Text(text)) => Some(text.into_owned()),
                    _ => Some(String::new()),
                },
            };
            self.masked += u64::from(veiled.is_some());
            let value = veiled.as_ref().map_or(value, String::as_bytes);
            shown.put_u16(u16::try_from(value.len()).map_err(|_| Malformed("a masked value is too long"))?);
            shown.put_slice(value);
        }
        reader.finish()?;
        Ok(if self.plan.mask.is_some() { frame::write(tag::ROW, &shown) } else { frame.bytes.clone() })
    }

    /// How it ended, by its last message: what the target says is what has happened, whatever the client was shown.
    pub(super) fn ended(self, last: &Frame) -> (Go, Outcome) {
        let status = if last.tag == tag::ERROR { Status::Failed } else { Status::Done };
        let code = self.cut.map(|_| "limit".to_owned());
        let masked = self.plan.mask.map(|_| self.masked);
        (self.go, Outcome { rows: Some(self.rows), masked, code, ..Outcome::of(status) })
    }
}

fn columns(frame: &Frame) -> Result<Vec<String>, Malformed> {
    let mut reader = frame.reader();
    let mut columns = Vec::new();
    while reader.remaining() > 0 {
        columns.push(String::from_utf8_lossy(reader.c_str()?).into_owned());
    }
    Ok(columns)
}

/// The transaction state in the last message of an answer.
pub(super) fn state(frame: &Frame) -> u8 {
    frame.body().first().copied().unwrap_or_default()
}

/// The fault of a peer.
pub(super) fn fault(side: Side, why: Malformed) -> Violation {
    Violation { side, what: Public::new(Class::Protocol, why.0) }
}
