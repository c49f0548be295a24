//! What a record is made of, before it has its place.

pub type Value = tlog::json::Value<'static>;

/// Members of an object.
pub type Body = Vec<(&'static str, Value)>;

pub fn int(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap())
}

pub fn text(text: &str) -> Value {
    Value::String(text.to_owned().into())
}

pub fn list(values: Vec<Value>) -> Value {
    Value::Array(values)
}

/// Sorts its members.
pub fn map(mut members: Body) -> Value {
    members.sort_by_key(|(key, _)| *key);
    Value::Object(members)
}

/// A record to be.
#[derive(Clone, Debug)]
pub struct Entry {
    pub kind: &'static str,
    pub sid: String,
    pub body: Body,
    /// Kind and bytes of each payload.
    pub payloads: Vec<(&'static str, Vec<u8>)>,
    /// Microseconds that the clock went on by since the entry before; negative when it was set back.
    pub later_us: i64,
    /// Fields that are written so, whatever is right; none to leave them out.
    pub forced: Vec<(&'static str, Option<Value>)>,
    /// The leaf, whatever is right.
    pub raw: Option<Vec<u8>>,
    /// Changes made to the ciphertexts, behind the hashes that are taken of them.
    pub corrupt: Option<fn(&mut Vec<u8>)>,
}

impl Entry {
    pub fn new(kind: &'static str, sid: &str, body: Body) -> Self {
        Self {
            kind,
            sid: sid.to_owned(),
            body,
            payloads: Vec::new(),
            later_us: 1_000,
            forced: Vec::new(),
            raw: None,
            corrupt: None,
        }
    }

    pub fn payload(mut self, kind: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        self.payloads.push((kind, bytes.into()));
        self
    }

    pub fn force(&mut self, key: &'static str, value: Value) {
        self.forced.push((key, Some(value)));
    }

    /// Sets a field of the body.
    pub fn set(&mut self, key: &'static str, value: Value) {
        self.body.retain(|(other, _)| *other != key);
        self.body.push((key, value));
    }
}
