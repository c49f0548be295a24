//! Proofs of RFC 6962: that an entry is in a tree, and that one tree is the beginning of another.

use super::{Hash, node_hash, sha256};

/// A proof does not prove, or there is none to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// No such entry, or the older tree is larger than the newer one.
    #[error("the tree has no such entry or size")]
    Range,
    /// Too short or too long.
    #[error("the proof has the wrong length")]
    Length,
    /// It leads to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// The path from entry `index` to the root of the tree of `size` entries. `node(level, index)` gives the hash of a complete
/// subtree, as in [`super::Frontier::load`].
///
/// # Errors
/// [`ProofError::Range`] when there is no such entry, and those of `node`.
pub fn inclusion<E: From<ProofError>>(
    index: u64,
    size: u64,
    mut node: impl FnMut(u8, u64) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    if index >= size {
        return Err(ProofError::Range.into());
    }
    let (mut from, mut to) = (0, size);
    let mut siblings = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            siblings.push((middle, to));
            to = middle;
        } else {
            siblings.push((from, middle));
            from = middle;
        }
    }
    siblings.into_iter().rev().map(|(from, to)| range_root(from, to, &mut node)).collect()
}

/// What shows that the tree of `old` entries is the beginning of that of `new` ones. Empty when either is trivial.
///
/// # Errors
/// [`ProofError::Range`] when the older tree is larger, and those of `node`.
pub fn consistency<E: From<ProofError>>(
    old: u64,
    new: u64,
    mut node: impl FnMut(u8, u64) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    if old > new {
        return Err(ProofError::Range.into());
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let (mut from, mut to) = (0, new);
    let mut ranges = Vec::new();
    // Down to the subtree that ends where the old tree ends.
    while to > old {
        let middle = from + split(to - from);
        if old <= middle {
            ranges.push((middle, to));
            to = middle;
        } else {
            ranges.push((from, middle));
            from = middle;
        }
    }
    // When that subtree is the whole old tree, the verifier has its hash.
    if from > 0 {
        ranges.push((from, to));
    }
    ranges.into_iter().rev().map(|(from, to)| range_root(from, to, &mut node)).collect()
}

/// Whether `proof` leads from entry `index` to the root (RFC 9162, 2.1.3.2).
///
/// # Errors
/// When it does not.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Range);
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            (at, last) = rise(at, last);
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    ended(last, hash == *root)
}

/// Whether `proof` shows that the tree `old` (size, root) is the beginning of `new` (RFC 9162, 2.1.4.2).
///
/// # Errors
/// When it does not.
pub fn verify_consistency(old: (u64, &Hash), new: (u64, &Hash), proof: &[Hash]) -> Result<(), ProofError> {
    if old.0 > new.0 {
        return Err(ProofError::Range);
    }
    if old.0 == 0 || old.0 == new.0 {
        let holds = if old.0 == new.0 { old.1 == new.1 } else { *old.1 == sha256(&[]) };
        return if proof.is_empty() { ended(0, holds) } else { Err(ProofError::Length) };
    }
    // An old tree that is one complete subtree stands at the beginning of its own proof.
    let (first, rest) =
        if old.0.is_power_of_two() { (old.1, proof) } else { proof.split_first().ok_or(ProofError::Length)? };
    let aligned = (old.0 - 1).trailing_ones();
    let (mut at, mut last) = ((old.0 - 1) >> aligned, (new.0 - 1) >> aligned);
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            (at, last) = rise(at, last);
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    ended(last, old_hash == *old.1 && new_hash == *new.1)
}

/// Past the levels at which the last node has no sibling.
fn rise(at: u64, last: u64) -> (u64, u64) {
    if at == 0 { (at, last) } else { (at >> at.trailing_zeros(), last >> at.trailing_zeros()) }
}

fn ended(last: u64, same: bool) -> Result<(), ProofError> {
    if last != 0 {
        return Err(ProofError::Length);
    }
    if same { Ok(()) } else { Err(ProofError::Root) }
}

/// The largest power of two below `count`, which is at least two.
fn split(count: u64) -> u64 {
    1 << (63 - (count - 1).leading_zeros())
}

/// The root of the entries from `from` to before `to`, a range that splitting a tree yields, from its complete subtrees.
fn range_root<E>(from: u64, to: u64, node: &mut impl FnMut(u8, u64) -> Result<Hash, E>) -> Result<Hash, E> {
    let count = to - from;
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return node(level as u8, from >> level);
    }
    let middle = from + split(count);
    let left = range_root(from, middle, node)?;
    Ok(node_hash(&left, &range_root(middle, to, node)?))
}
