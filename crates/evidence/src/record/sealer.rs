//! Seals the payloads of one chain, one after the other.

use tlog::merkle::hash_text;
use uuid::Uuid;

use super::object::{Object, list};
use super::payloads::Payload;
use crate::keys::{ChainKey, MasterKey, Plain, Sealed};

/// Bytes of a hash in base64.
const HASH: usize = 44;

/// The key of a chain, and how far its payloads are numbered.
#[derive(Debug)]
pub(super) struct Sealer {
    key: ChainKey,
    /// The file of the key, until a record carries it.
    wrapped: Vec<u8>,
    last: u64,
}

/// What a draft carries of its payloads.
#[derive(Default)]
pub(super) struct Payloads {
    /// The list for the leaf; empty when there are none.
    pub(super) references: Vec<u8>,
    pub(super) ciphertexts: Vec<u8>,
}

impl Sealer {
    /// With a new key. `None` when the system has no random bytes.
    pub(super) fn new(master: &MasterKey, origin: &str, sid: Uuid) -> Option<Self> {
        let key = ChainKey::new(origin, sid)?;
        let wrapped = master.wrap(&key, origin, sid)?;
        Some(Self { key, wrapped, last: 0 })
    }

    /// The file of the key, until it was carried.
    pub(super) fn wrapped(&self) -> &[u8] {
        &self.wrapped
    }

    /// A record has taken the file of the key along.
    pub(super) fn carried(&mut self) {
        self.wrapped = Vec::new();
    }

    /// Seals payloads under the next numbers. A number is never used again, even if the record comes to nothing.
    pub(super) fn seal(&mut self, payloads: &[Payload<'_>]) -> Option<Payloads> {
        let mut ciphertexts = Vec::new();
        let mut references = Vec::with_capacity(payloads.len());
        for Payload { kind, bytes, whole } in payloads {
            self.last = self.last.checked_add(1)?;
            let plain = Plain { kind: *kind, bytes, whole: *whole };
            let sealed = self.key.seal(self.last, &plain, &mut ciphertexts)?;
            references.push(reference(self.last, kind.as_str(), &sealed));
        }
        let references = if references.is_empty() { Vec::new() } else { list(&references) };
        Some(Payloads { references, ciphertexts })
    }
}

fn reference(id: u64, kind: &str, sealed: &Sealed) -> Vec<u8> {
    let mut object = Object::new();
    object.string("c", &hash_text(&sealed.commitment), HASH);
    if let Some(cut) = &sealed.cut {
        object.string("cut", &hash_text(cut), HASH);
    }
    object.string("e", &hash_text(&sealed.digest), HASH);
    object.number("id", id).string("kind", kind, 16);
    object.number("size", u64::try_from(sealed.size).unwrap_or(u64::MAX)).end()
}
