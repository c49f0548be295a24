//! A leaf, read: its common fields, held to their form (section 2 of the format).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tlog::json::{self, Value};
use tlog::merkle::{Hash, parse_hash};

use crate::body::{self, Kind};

/// The only version whose meaning is known here.
const VERSION: i64 = 1;
/// Bytes of the ciphertexts of one record, at most: more than its journal takes.
const MOST_CIPHERTEXT: u64 = (1 << 28) + (1 << 16);

/// The id of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Sid(u128);

impl Sid {
    /// Reads a UUID in lower case with hyphens.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() != 36 {
            return None;
        }
        let mut id = 0;
        for (at, byte) in text.bytes().enumerate() {
            let digit = match (at, byte) {
                (8 | 13 | 18 | 23, b'-') => continue,
                (8 | 13 | 18 | 23, _) => return None,
                (_, b'0'..=b'9') => byte - b'0',
                (_, b'a'..=b'f') => byte - b'a' + 10,
                _ => return None,
            };
            id = id << 4 | u128::from(digit);
        }
        Some(Self(id))
    }
}

impl std::fmt::Display for Sid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hex = format!("{:032x}", self.0);
        let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| hex.get(range).unwrap_or_default());
        f.write_str(&parts.join("-"))
    }
}

/// A record.
pub(crate) struct Record<'a> {
    /// Position in the log.
    pub(crate) seq: u64,
    pub(crate) log: &'a str,
    pub(crate) sid: Sid,
    pub(crate) ss: u64,
    pub(crate) prev: Option<Hash>,
    pub(crate) ts: u64,
    /// What it means; none when that is not known here.
    pub(crate) meaning: Option<Meaning<'a>>,
}

/// What a record of a known version says.
pub(crate) struct Meaning<'a> {
    pub(crate) wall: u64,
    /// None of an unknown type.
    pub(crate) kind: Option<&'static Kind>,
    pub(crate) body: &'a Value<'a>,
    pub(crate) nth: Option<Nth>,
    pub(crate) payloads: Vec<Reference<'a>>,
}

/// How many sessions the log has so far.
#[derive(Clone, Copy)]
pub(crate) struct Nth {
    pub(crate) actor: u64,
    pub(crate) resource: u64,
}

/// A reference to a ciphertext.
pub(crate) struct Reference<'a> {
    pub(crate) id: u64,
    pub(crate) kind: &'a str,
    pub(crate) size: u64,
    pub(crate) e: Hash,
    pub(crate) c: Hash,
}

/// What is wrong with the form of a record. Safe to show.
pub(crate) struct Form(String);

impl Form {
    pub(crate) fn text(self) -> String {
        self.0
    }
}

impl From<json::JsonError> for Form {
    fn from(error: json::JsonError) -> Self {
        Self(error.to_string())
    }
}

/// That a field is missing, or not of its form.
pub(crate) fn wrong(key: &str) -> Form {
    Form(format!("`{key}` is missing or not of its form"))
}

/// The common fields of a leaf that was parsed.
pub(crate) fn read<'a>(leaf: &'a Value<'a>) -> Result<Record<'a>, Form> {
    let members = leaf.as_object().ok_or_else(|| Form("a record is an object".to_owned()))?;
    let number = |key| natural(leaf, key).ok_or_else(|| wrong(key));
    let sid = text(leaf, "sid").and_then(Sid::parse).ok_or_else(|| wrong("sid"))?;
    let ss = number("ss")?;
    let prev = leaf.get("prev").map(hash).map(|prev| prev.ok_or_else(|| wrong("prev"))).transpose()?;
    // The first record of a chain has none before it, all others have.
    if ss == 0 || (ss == 1) != prev.is_none() {
        return Err(wrong(if ss == 0 { "ss" } else { "prev" }));
    }
    let version = leaf.get("v").and_then(Value::as_integer).filter(|version| *version >= VERSION);
    let known = version.ok_or_else(|| wrong("v"))? == VERSION;
    Ok(Record {
        seq: number("seq")?,
        log: text(leaf, "log").ok_or_else(|| wrong("log"))?,
        sid,
        ss,
        prev,
        ts: number("ts")?,
        meaning: if known { Some(meaning(leaf, members)?) } else { None },
    })
}

fn meaning<'a>(leaf: &'a Value<'a>, members: &[(&str, Value<'_>)]) -> Result<Meaning<'a>, Form> {
    for (key, _) in members {
        known_key(key)?;
    }
    natural(leaf, "mono").ok_or_else(|| wrong("mono"))?;
    if leaf.get("mode").is_some_and(|mode| !matches!(mode.as_str(), Some("output-commit" | "async"))) {
        return Err(wrong("mode"));
    }
    let name = text(leaf, "type").ok_or_else(|| wrong("type"))?;
    let content = leaf.get("body").filter(|body| body.as_object().is_some()).ok_or_else(|| wrong("body"))?;
    let kind = Kind::named(name);
    if let Some(kind) = kind {
        body::check(kind, content)?;
    }
    Ok(Meaning {
        wall: natural(leaf, "wall").ok_or_else(|| wrong("wall"))?,
        kind,
        body: content,
        nth: nth(leaf, name)?,
        payloads: payloads(leaf)?,
    })
}

fn known_key(key: &str) -> Result<(), Form> {
    match key {
        "body" | "log" | "mode" | "mono" | "nth" | "payloads" | "prev" | "seq" | "sid" | "ss" | "ts" | "type" | "v"
        | "wall" => Ok(()),
        // Its letters are those of keys.
        _ => Err(Form(format!("the key `{key}` has no place in a record"))),
    }
}

/// Of the start of a session, and of nothing else.
fn nth(leaf: &Value<'_>, name: &str) -> Result<Option<Nth>, Form> {
    let start = name == "session.start";
    let Some(value) = leaf.get("nth") else {
        return if start { Err(wrong("nth")) } else { Ok(None) };
    };
    let whole = start && value.as_object().is_some_and(|members| members.len() == 2);
    let nth = natural(value, "actor").zip(natural(value, "resource")).filter(|_| whole);
    nth.map(|(actor, resource)| Some(Nth { actor, resource })).ok_or_else(|| wrong("nth"))
}

fn payloads<'a>(leaf: &'a Value<'a>) -> Result<Vec<Reference<'a>>, Form> {
    let Some(value) = leaf.get("payloads") else { return Ok(Vec::new()) };
    let list = value.as_array().filter(|list| !list.is_empty()).ok_or_else(|| wrong("payloads"))?;
    let references: Vec<_> = list.iter().map(reference).collect::<Option<_>>().ok_or_else(|| wrong("payloads"))?;
    let total = references.iter().fold(0u64, |total, reference| total.saturating_add(reference.size));
    if total > MOST_CIPHERTEXT {
        return Err(Form("the record has more ciphertext than one can have".to_owned()));
    }
    Ok(references)
}

fn reference<'a>(value: &'a Value<'a>) -> Option<Reference<'a>> {
    let members = value.as_object()?;
    if let Some(cut) = value.get("cut") {
        hash(cut)?;
    }
    let expected = 5 + usize::from(value.get("cut").is_some());
    // Padded to 64 bytes, with the tag behind.
    let size = natural(value, "size").filter(|size| *size >= 80 && *size % 64 == 16)?;
    let reference = Reference {
        id: natural(value, "id").filter(|id| *id > 0)?,
        kind: text(value, "kind")?,
        size,
        e: hash(value.get("e")?)?,
        c: hash(value.get("c")?)?,
    };
    (members.len() == expected).then_some(reference)
}

/// A text under a key.
pub(crate) fn text<'a>(value: &'a Value<'a>, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

/// An integer under a key, not negative.
pub(crate) fn natural(value: &Value<'_>, key: &str) -> Option<u64> {
    u64::try_from(value.get(key)?.as_integer()?).ok()
}

/// A hash in base64.
pub(crate) fn hash(value: &Value<'_>) -> Option<Hash> {
    parse_hash(value.as_str()?).ok()
}

/// Bytes in base64, exactly so many.
pub(crate) fn bytes<const N: usize>(value: &Value<'_>, key: &str) -> Option<[u8; N]> {
    STANDARD.decode(text(value, key)?).ok()?.try_into().ok()
}
