//! Leaves become the files of a log.

use std::fs;
use std::path::Path;

use ed25519_dalek::{Signer, SigningKey};
use tlog::checkpoint::Checkpoint;
use tlog::merkle::{Frontier, Hash, leaf_hash};
use tlog::note::{Note, Signature};
use tlog::{bundle, tile};

use super::payload::{chain_key, wrapped};
use super::sequence::Leaf;
use super::{ORIGIN, verifier_key};

/// Writes every file of the log except the checkpoint, and gives that.
pub fn publish(folder: &Path, leaves: &[Leaf]) -> Checkpoint {
    for (index, chunk) in leaves.chunks(256).enumerate() {
        let mut entries = Vec::new();
        chunk.iter().for_each(|leaf| bundle::push(&mut entries, &leaf.bytes).unwrap());
        put(folder, &tile::entries_path(index as u64, chunk.len() as u16), &entries);
        let pack: Vec<u8> = chunk.iter().flat_map(|leaf| leaf.ciphertexts.concat()).collect();
        if !pack.is_empty() {
            put(folder, &tile::payload_path(index as u64), &pack);
        }
    }
    let mut hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(&leaf.bytes)).collect();
    let whole = root(&hashes);
    for level in 0.. {
        if hashes.is_empty() {
            break;
        }
        for (index, chunk) in hashes.chunks(256).enumerate() {
            put(folder, &tile::path(level, index as u64, chunk.len() as u16), chunk.as_flattened());
        }
        hashes = hashes.chunks_exact(256).map(root).collect();
    }
    Checkpoint { origin: ORIGIN.to_owned(), size: leaves.len() as u64, root: whole }
}

fn root(hashes: &[Hash]) -> Hash {
    let mut tree = Frontier::new();
    hashes.iter().for_each(|hash| tree.push(*hash));
    tree.root()
}

pub fn put(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A text, signed as a note.
pub fn sign(text: &str, key: &SigningKey) -> String {
    let id = verifier_key(key).id();
    let bytes = key.sign(text.as_bytes()).to_bytes().to_vec();
    let signature = Signature { name: ORIGIN.to_owned(), id, bytes };
    Note { text: text.to_owned(), signatures: vec![signature] }.to_string()
}

/// The keys of the chains, wrapped.
pub fn write_keys(folder: &Path, sids: impl IntoIterator<Item = String>) {
    for sid in sids {
        put(folder, &format!("{}/{sid}", &sid[..6]), &wrapped(&sid, &chain_key(&sid)));
    }
}
