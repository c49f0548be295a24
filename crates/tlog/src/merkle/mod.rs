//! The Merkle tree of RFC 6962: its hashes, and a tree that grows at its right end.

mod proof;

pub use proof::{ProofError, consistency, inclusion, verify_consistency, verify_inclusion};

use sha2::{Digest, Sha256};

use crate::base64::{Base64Error, decode_array, encode};

/// A SHA-256.
pub type Hash = [u8; 32];

/// SHA-256 of bytes, with nothing before them.
pub fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// The hash of an entry. The byte before it keeps an entry from posing as a node.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

/// The hash of two subtrees beside each other.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A hash as records and checkpoints write it.
pub fn hash_text(hash: &Hash) -> String {
    encode(hash)
}

/// Reads what [`hash_text`] writes, and nothing else.
///
/// # Errors
/// When it is not base64 of 32 bytes.
pub fn parse_hash(text: &str) -> Result<Hash, Base64Error> {
    decode_array(text)
}

/// A tree of which only the complete subtrees at its right edge are kept, largest first: enough to grow it and to know its
/// root, in at most 64 hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// The empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tree of `size` entries, from the hashes of its complete subtrees: `node(level, index)` is that of the entries
    /// from `index << level`, `1 << level` of them.
    ///
    /// # Errors
    /// Those of `node`.
    pub fn load<E>(size: u64, mut node: impl FnMut(u8, u64) -> Result<Hash, E>) -> Result<Self, E> {
        let levels = (0..64u8).rev().filter(|level| size >> level & 1 == 1);
        let subtrees = levels.map(|level| node(level, (size >> level) - 1)).collect::<Result<_, _>>()?;
        Ok(Self { size, subtrees })
    }

    /// How many entries it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends an entry by its leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    /// The root of the tree; of the empty one, SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        let mut subtrees = self.subtrees.iter().rev();
        let Some(last) = subtrees.next() else { return sha256(&[]) };
        subtrees.fold(*last, |right, left| node_hash(left, &right))
    }
}
