//! Ciphertexts, against the hashes in the records; and opened, against the commitments (section 4 of the format).

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufReader, Read};

use sha2::{Digest, Sha256};
use tlog::tile;

use crate::findings::Findings;
use crate::keys::{ChainKey, Keys, NoKey};
use crate::record::{Reference, Sid};
use crate::source::Source;
use crate::verdict::{Place, Verdict};

/// Keys of chains that are kept at hand.
const MOST_KEYS: usize = 1_024;

pub(crate) struct Payloads<'a> {
    source: &'a dyn Source,
    keys: Option<&'a Keys>,
    origin: &'a str,
    path: String,
    pack: Pack,
    at_hand: HashMap<Sid, Option<ChainKey>>,
    /// Chains with payloads that cannot be read, until their erasure is found.
    missing: BTreeMap<Sid, Missing>,
}

/// The file with the ciphertexts of one bundle.
enum Pack {
    Unopened,
    Open(BufReader<Box<dyn Read>>),
    /// There is nothing more in it, or there is no such file.
    Ended,
    /// Where the next ciphertext begins is not known, or it could not be read.
    Lost,
}

struct Missing {
    first: u64,
    count: u64,
    what: &'static str,
}

impl<'a> Payloads<'a> {
    pub(crate) fn new(source: &'a dyn Source, keys: Option<&'a Keys>, origin: &'a str) -> Self {
        let (path, pack) = (String::new(), Pack::Unopened);
        Self { source, keys, origin, path, pack, at_hand: HashMap::new(), missing: BTreeMap::new() }
    }

    /// The next bundle.
    pub(crate) fn begin(&mut self, bundle: u64) {
        self.path = tile::payload_path(bundle);
        self.pack = Pack::Unopened;
    }

    /// A record of the bundle was not seen, or not understood.
    pub(crate) fn lost(&mut self) {
        self.pack = Pack::Lost;
    }

    /// A record of the bundle.
    pub(crate) fn push(&mut self, seq: u64, sid: Sid, references: &[Reference<'_>], findings: &mut Findings<'_>) {
        for reference in references {
            self.ready(findings);
            if matches!(self.pack, Pack::Lost) {
                return;
            }
            match self.take(reference) {
                Ok(Some((hash, bytes))) if hash == reference.e => {
                    findings.facts().ciphertexts += 1;
                    self.open(seq, sid, reference, bytes, findings);
                }
                Ok(Some(_)) => {
                    let text = format!("payload {} in {} is not the one of the record", reference.id, self.path);
                    findings.tampered(seq, text);
                }
                Ok(None) => self.miss(seq, sid, "their ciphertexts are missing"),
                Err(error) => self.failed(&error, findings),
            }
        }
    }

    fn ready(&mut self, findings: &mut Findings<'_>) {
        if !matches!(self.pack, Pack::Unopened) {
            return;
        }
        match self.source.open(&self.path) {
            Ok(Some(file)) => self.pack = Pack::Open(BufReader::with_capacity(64 * 1024, file)),
            Ok(None) => self.pack = Pack::Ended,
            Err(error) => self.failed(&error, findings),
        }
    }

    fn failed(&mut self, error: &io::Error, findings: &mut Findings<'_>) {
        findings.file(Verdict::Io, &self.path, error.to_string());
        self.pack = Pack::Lost;
    }

    /// The hash of the next ciphertext; with keys, its bytes too. None when the file ends before it does.
    fn take(&mut self, reference: &Reference<'_>) -> io::Result<Option<([u8; 32], Vec<u8>)>> {
        let Pack::Open(file) = &mut self.pack else { return Ok(None) };
        let (mut hash, mut bytes) = (Sha256::new(), Vec::new());
        let (mut left, mut buffer) = (reference.size, [0; 16 * 1024]);
        while left > 0 {
            let want = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let read = match file.read(buffer.get_mut(..want).unwrap_or_default()) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let part = buffer.get(..read).unwrap_or_default();
            if part.is_empty() {
                self.pack = Pack::Ended;
                return Ok(None);
            }
            hash.update(part);
            if self.keys.is_some() {
                bytes.extend_from_slice(part);
            }
            left -= read as u64;
        }
        Ok(Some((hash.finalize().into(), bytes)))
    }

    fn open(&mut self, seq: u64, sid: Sid, reference: &Reference<'_>, bytes: Vec<u8>, findings: &mut Findings<'_>) {
        let Some(keys) = self.keys else { return };
        if self.at_hand.len() >= MOST_KEYS {
            self.at_hand.clear();
        }
        if !self.at_hand.contains_key(&sid) {
            let key = match keys.chain(self.origin, sid) {
                Ok(key) => Some(key),
                Err(NoKey::Missing) => None,
                Err(NoKey::Useless(verdict, text)) => {
                    return findings.fail(verdict, Place::Record(seq), format!("chain {sid}: {text}"));
                }
                Err(NoKey::Io(error)) => {
                    return findings.fail(Verdict::Io, Place::Record(seq), format!("the key of chain {sid}: {error}"));
                }
            };
            self.at_hand.insert(sid, key);
        }
        match self.at_hand.get(&sid) {
            Some(Some(key)) => match key.open(self.origin, sid, reference, bytes) {
                Ok(()) => findings.facts().opened += 1,
                Err(text) => findings.tampered(seq, format!("payload {} of chain {sid} {text}", reference.id)),
            },
            _ => self.miss(seq, sid, "the key is missing"),
        }
    }

    fn miss(&mut self, seq: u64, sid: Sid, what: &'static str) {
        self.missing.entry(sid).or_insert(Missing { first: seq, count: 0, what }).count += 1;
    }

    /// The bundle ended; a full one accounts for every byte of its file.
    pub(crate) fn end(&mut self, is_full: bool, findings: &mut Findings<'_>) {
        if !is_full {
            return;
        }
        self.ready(findings);
        let Pack::Open(file) = &mut self.pack else { return };
        match file.read(&mut [0]) {
            Ok(0) => {}
            Ok(_) => findings.file(Verdict::Tampered, &self.path, "something stands behind the last ciphertext"),
            Err(error) => self.failed(&error, findings),
        }
    }

    /// A record says that the payloads of a chain were erased before it.
    pub(crate) fn erased(&mut self, seq: u64, chain: Sid, findings: &mut Findings<'_>) {
        let gone = self.missing.remove(&chain).map_or(0, |missing| missing.count);
        findings.facts().erased += gone;
        findings.note(
            Place::Record(seq),
            format!("the payloads of chain {chain} were erased before this; {gone} are gone"),
        );
    }

    /// What is missing for no reason that the log knows.
    pub(crate) fn finish(&self, findings: &mut Findings<'_>) {
        for (sid, Missing { first, count, what }) in &self.missing {
            let text = format!("{count} payloads of chain {sid} from here on: {what}, and no later record says erased");
            findings.incomplete(*first, text);
        }
    }
}
