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

    /// The payloads of a record, in the order of their references. `None`: the record is not one of ours.
    pub(super) fn open(&mut self, stored: &Stored, record: &Value<'_>) -> Result<Option<Vec<Payload>>, ReadError> {
        let text = |key| record.get(key).and_then(Value::as_str);
        let (Some(origin), Some(sid)) = (text("log"), text("sid").and_then(|sid| Uuid::parse_str(sid).ok())) else {
            return Ok(None);
        };
        let references = record.get("payloads").and_then(Value::as_array).unwrap_or_default();
        let key = self.key(stored, origin, sid)?;
        let mut payloads = Vec::new();
        let mut offset = 0_u64;
        for reference in references {
            let number = |key| u64::try_from(reference.get(key)?.as_integer()?).ok();
            let kind = reference.get("kind").and_then(Value::as_str);
            let (Some(id), Some(size), Some(kind)) = (number("id"), number("size"), kind) else { return Ok(None) };
            let bytes = match &key {
                Ok(key) => read(stored, offset, size)?.and_then(|sealed| open(key, id, kind, &sealed)),
                Err(closed) => Err(*closed),
            };
            payloads.push(Payload { id, kind: kind.to_owned(), cut: reference.get("cut").is_some(), bytes });
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
