//! The tree against the vectors of RFC 6962, a naive tree and `ct-merkle`; proofs that do not prove.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::Sha256;
use tlog::merkle::{
    Frontier, Hash, ProofError, consistency, inclusion, leaf_hash, node_hash, sha256, verify_consistency,
    verify_inclusion,
};

use super::Random;

/// The leaves and roots of the reference implementation of Certificate Transparency.
const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// The definition, word for word.
fn naive(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at((1 << 31) >> (leaves.len() as u32 - 1).leading_zeros());
            node_hash(&naive(left), &naive(right))
        }
    }
}

/// Leaf hashes, and the nodes over them as the proof makers ask for them.
struct Tree(Vec<Hash>);

impl Tree {
    fn random(random: &mut Random, size: u64) -> Self {
        Self((0..size).map(|_| leaf_hash(&random.next().to_be_bytes())).collect())
    }

    fn node(&self, level: u8, index: u64) -> Result<Hash, ProofError> {
        let from = (index << level) as usize;
        Ok(naive(&self.0[from..from + (1 << level)]))
    }

    fn root(&self, size: u64) -> Hash {
        naive(&self.0[..size as usize])
    }
}

#[test]
fn roots_are_those_of_the_reference_implementation() {
    let mut tree = Frontier::new();
    assert_eq!(tree.root().to_vec(), bytes(ROOTS[0]));
    for (leaf, root) in LEAVES.iter().zip(&ROOTS[1..]) {
        tree.push(leaf_hash(&bytes(leaf)));
        assert_eq!(tree.root().to_vec(), bytes(root), "{}", tree.size());
    }
}

#[test]
fn the_frontier_is_the_tree_at_every_size() {
    let tree = Tree::random(&mut Random::new(), 600);
    let mut frontier = Frontier::new();
    for size in 0..=600 {
        assert_eq!((frontier.size(), frontier.root()), (size, tree.root(size)));
        assert_eq!(Frontier::load(size, |level, index| tree.node(level, index)).unwrap(), frontier);
        if let Some(leaf) = tree.0.get(size as usize) {
            frontier.push(*leaf);
        }
    }
}

#[test]
fn another_implementation_finds_the_same_roots() {
    let mut random = Random::new();
    let (mut ours, mut theirs) = (Frontier::new(), MemoryBackedTree::<Sha256, Vec<u8>>::new());
    for _ in 0..300 {
        let length = random.below(40);
        let leaf: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
        ours.push(leaf_hash(&leaf));
        theirs.push(leaf);
        assert_eq!(ours.root()[..], theirs.root().as_bytes()[..]);
    }
}

/// Sizes around the powers of two, and some others.
fn sizes(random: &mut Random) -> Vec<u64> {
    let mut sizes = vec![0, 1];
    sizes.extend((1..9).flat_map(|power: u32| [(1 << power) - 1, 1 << power, (1 << power) + 1]));
    sizes.extend((0..8).map(|_| random.below(300)));
    sizes
}

#[test]
fn inclusion_is_proved_and_nothing_else() {
    let mut random = Random::new();
    let tree = Tree::random(&mut random, 300);
    for size in sizes(&mut random) {
        let root = tree.root(size);
        assert_eq!(inclusion(size, size, |level, index| tree.node(level, index)), Err(ProofError::Range));
        for index in 0..size {
            let leaf = &tree.0[index as usize];
            let mut proof = inclusion(index, size, |level, index| tree.node(level, index)).unwrap();
            assert_eq!(verify_inclusion(leaf, index, size, &proof, &root), Ok(()), "{index} of {size}");
            assert_eq!(verify_inclusion(leaf, size, size, &proof, &root), Err(ProofError::Range));
            assert!(verify_inclusion(leaf, index ^ 1, size, &proof, &root).is_err() || size == 1);
            assert_eq!(verify_inclusion(&sha256(leaf), index, size, &proof, &root), Err(ProofError::Root));
            if let Some(shorter) = proof.len().checked_sub(1) {
                assert!(verify_inclusion(leaf, index, size, &proof[..shorter], &root).is_err());
                let at = random.below(proof.len() as u64) as usize;
                proof[at][0] ^= 1;
                assert_eq!(verify_inclusion(leaf, index, size, &proof, &root), Err(ProofError::Root));
                proof[at][0] ^= 1;
            }
            proof.push(root);
            assert_eq!(verify_inclusion(leaf, index, size, &proof, &root), Err(ProofError::Length));
        }
    }
    assert_eq!(verify_inclusion(&[0; 32], 0, 0, &[], &sha256(&[])), Err(ProofError::Range));
    let huge = verify_inclusion(&[0; 32], u64::MAX - 1, u64::MAX, &[[0; 32]; 65], &[0; 32]);
    assert_eq!(huge, Err(ProofError::Length));
}

#[test]
fn consistency_is_proved_and_nothing_else() {
    let mut random = Random::new();
    let tree = Tree::random(&mut random, 300);
    let other = Tree::random(&mut random, 300);
    let sizes = sizes(&mut random);
    for (old, new) in sizes.iter().flat_map(|old| sizes.iter().map(move |new| (*old, *new))) {
        let made = consistency(old, new, |level, index| tree.node(level, index));
        let (old_root, new_root) = (tree.root(old), tree.root(new));
        let check = |proof: &[Hash]| verify_consistency((old, &old_root), (new, &new_root), proof);
        if old > new {
            assert_eq!(made, Err(ProofError::Range));
            assert_eq!(check(&[]), Err(ProofError::Range));
            continue;
        }
        let mut proof = made.unwrap();
        assert_eq!(check(&proof), Ok(()), "{old} in {new}");
        if old > 0 {
            assert!(verify_consistency((old, &other.root(old)), (new, &new_root), &proof).is_err());
            assert!(verify_consistency((old, &old_root), (new, &other.root(new)), &proof).is_err());
        }
        if let Some(shorter) = proof.len().checked_sub(1) {
            assert!(check(&proof[..shorter]).is_err());
            let at = random.below(proof.len() as u64) as usize;
            proof[at][31] ^= 1;
            assert_eq!(check(&proof), Err(ProofError::Root));
            proof[at][31] ^= 1;
        }
        proof.push(new_root);
        assert_eq!(check(&proof), Err(ProofError::Length));
    }
    let forged = verify_consistency((0, &[1; 32]), (5, &tree.root(5)), &[]);
    assert_eq!(forged, Err(ProofError::Root));
    let huge = verify_consistency((u64::MAX - 1, &[0; 32]), (u64::MAX, &[0; 32]), &[[0; 32]; 70]);
    assert_eq!(huge, Err(ProofError::Length));
}

#[test]
fn an_entry_cannot_pose_as_a_node() {
    let (left, right) = (leaf_hash(b"left"), leaf_hash(b"right"));
    let posing = [left, right].concat();
    assert_ne!(leaf_hash(&posing), node_hash(&left, &right));
}
