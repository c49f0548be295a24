//! Payloads: ciphertexts opened with the key of their chain, as far as it is there.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tlog::json::Value;
use uuid::Uuid;

use super::stored::Stored;
use crate::Places;
use crate::error::ReadError;
use crate::keys::{ChainKey, KeyError, Kind, MasterKey};
use crate::log::key_path;

/// Keys of chains that are kept at hand.
const AT_HAND: usize = 1024;

/// What people typed or were shown: one payload of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Number in its chain.
    pub id: u64,
    /// What it is: `text`, `parameters`, `result`, `reason`, `who`, `signin`, `approval`, `client` or `act`.
    pub kind: String,
    /// Whether it is only the beginning of something longer.
    pub cut: bool,
    /// Its bytes, or why they are not here.
    pub bytes: Result<Vec<u8>, Closed>,
}

/// A payload before it is opened: what it is, and of which record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed<'a> {
    /// The chain of the record: the id of its session, or of a run of the gateway.
    pub chain: &'a str,
    /// The type of the record.
    pub record: &'a str,
    /// When it was written.
    pub time_us: u64,
    /// The kind of the payload.
    pub kind: &'a str,
}

/// Why a payload is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// The master key is not here, or may not be read.
    #[error("not opened: the master key is not here")]
    NoMaster,
    /// The key of its chain is not here: it was erased, or is of another master key.
    #[error("erased: the key of its chain is not here")]
    NoKey,
    /// The ciphertext is not here.
    #[error("missing")]
    Missing,
    /// The ciphertext is not what was sealed.
    #[error("damaged")]
    Damaged,
}

/// Opens payloads.
#[derive(Debug)]
pub(super) struct Opener {
    keys: PathBuf,
    master: Option<MasterKey>,
    at_hand: HashMap<Uuid, ChainKey>,
}

impl Opener {
    /// With the master key, if it may be read.
    pub(super) fn new(places: &Places) -> Result<Self, ReadError> {
        let master = match MasterKey::open(&places.keys, true) {
            Ok(master) => Some(master),
            Err(KeyError::File { source, .. })
                if matches!(source.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) =>
            {
                None
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Self { keys: places.keys.clone(), master, at_hand: HashMap::new() })
    }

    /// The payloads of a record that are asked for, in the order of their references. `None`: the record is not one of ours.
    pub(super) fn open(
        &mut self,
        stored: &Stored,
        record: &Value<'_>,
        mut asked: impl FnMut(&Sealed<'_>) -> bool,
    ) -> Result<Option<Vec<Payload>>, ReadError> {
        let text = |key| record.get(key).and_then(Value::as_str);
        let (Some(origin), Some(chain), Some(kind)) = (text("log"), text("sid"), text("type")) else { return Ok(None) };
        let (Ok(sid), Some(time_us)) = (Uuid::parse_str(chain), number(record, "ts")) else { return Ok(None) };
        if stored.key.is_some() {
            // Later it may be nowhere else yet.
            let _ = self.key(stored, origin, sid)?;
        }
        let mut payloads = Vec::new();
        let mut offset = 0_u64;
        for reference in record.get("payloads").and_then(Value::as_array).unwrap_or_default() {
            let Some(Reference { id, size, kind: of, cut }) = Reference::of(reference) else { return Ok(None) };
            if asked(&Sealed { chain, record: kind, time_us, kind: of }) {
                let bytes = match self.key(stored, origin, sid)? {
                    Ok(key) => read(stored, offset, size)?.and_then(|sealed| open(key, id, of, &sealed)),
                    Err(closed) => Err(closed),
                };
                payloads.push(Payload { id, kind: of.to_owned(), cut, bytes });
            }
            offset = offset.saturating_add(size);
        }
        Ok(Some(payloads))
    }

    /// The key of a chain: at hand, with the record, or in its file.
    fn key(&mut self, stored: &Stored, origin: &str, sid: Uuid) -> Result<Result<&ChainKey, Closed>, ReadError> {
        let Some(master) = &self.master else { return Ok(Err(Closed::NoMaster)) };
        if !self.at_hand.contains_key(&sid) {
            let text = match &stored.key {
                Some(key) => Some(key.clone()),
                None => file(&self.keys, sid)?,
            };
            let key = text.and_then(|text| master.unwrap(&text, origin, sid));
            if self.at_hand.len() >= AT_HAND {
                self.at_hand.clear();
            }
            key.map(|key| self.at_hand.insert(sid, key));
        }
        Ok(self.at_hand.get(&sid).ok_or(Closed::NoKey))
    }
}

/// What a record says of one of its payloads.
struct Reference<'a> {
    id: u64,
    size: u64,
    kind: &'a str,
    cut: bool,
}

impl<'a> Reference<'a> {
    fn of(value: &'a Value<'_>) -> Option<Self> {
        let kind = value.get("kind")?.as_str()?;
        Some(Self { id: number(value, "id")?, size: number(value, "size")?, kind, cut: value.get("cut").is_some() })
    }
}

fn number(of: &Value<'_>, key: &str) -> Option<u64> {
    u64::try_from(of.get(key)?.as_integer()?).ok()
}

fn open(key: &ChainKey, id: u64, kind: &str, sealed: &[u8]) -> Result<Vec<u8>, Closed> {
    Kind::named(kind).and_then(|kind| key.open(id, kind, sealed)).ok_or(Closed::Damaged)
}

fn read(stored: &Stored, offset: u64, size: u64) -> Result<Result<Vec<u8>, Closed>, ReadError> {
    Ok(stored.ciphertexts.read(offset, size)?.ok_or(Closed::Missing))
}

/// The file of a chain's key, if it is there.
fn file(keys: &Path, sid: Uuid) -> Result<Option<Vec<u8>>, ReadError> {
    let path = key_path(keys, sid);
    match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        text => text.map(Some).map_err(ReadError::file(path)),
    }
}
