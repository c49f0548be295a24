//! Attacks on the files, by somebody who has no key.

use tlog::bundle;
use tlog::merkle::{leaf_hash, node_hash};

use crate::cases::{Case, run};
use crate::forge::{sequence, signing_key};
use crate::scene::Scene;

const FULL: &str = "tile/entries/001";
const PARTIAL: &str = "tile/entries/002.p/55";

/// Where the leaf of a record begins in its bundle.
fn offset(scene: &Scene, seq: usize) -> usize {
    let before = &scene.leaves[seq / 256 * 256..seq];
    before.iter().map(|leaf| 2 + leaf.bytes.len()).sum::<usize>() + 2
}

fn rebundle(scene: &Scene, path: &str, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    scene.edit(path, |bytes| {
        let mut entries = bundle::entries(bytes).map(|entry| entry.unwrap().to_vec()).collect();
        change(&mut entries);
        bytes.clear();
        entries.iter().for_each(|entry| bundle::push(bytes, entry).unwrap());
    });
}

const CASES: &[Case] = &[
    Case {
        name: "the log as it is",
        code: 0,
        says: "OK: all 567 records of the log \"signet.test/log\"",
        attack: |_| {},
    },
    Case {
        name: "1: a bit of an entry",
        code: 10,
        says: "TAMPERED: tile/0/001: has another hash for record 300",
        attack: |scene| {
            let at = offset(scene, 300) + 40;
            scene.edit(FULL, |bytes| bytes[at] ^= 1);
        },
    },
    Case {
        name: "1: a bit of the last entry",
        code: 10,
        says: "has another hash for record 566",
        attack: |scene| scene.edit(PARTIAL, |bytes| *bytes.last_mut().unwrap() ^= 4),
    },
    Case {
        name: "1: an entry changed, and every file rebuilt but the checkpoint",
        code: 10,
        says: "TAMPERED: log: the 567 records do not have the root that was signed",
        attack: |scene| {
            let signed = scene.take("checkpoint");
            scene.entries[300].later_us += 1;
            scene.forge();
            scene.put("checkpoint", &signed);
        },
    },
    Case {
        name: "2: a bit of a tile of level 0",
        code: 10,
        says: "TAMPERED: tile/0/001: has another hash for record 258",
        attack: |scene| scene.edit("tile/0/001", |bytes| bytes[64] ^= 1),
    },
    Case {
        name: "2: a bit of a partial tile",
        code: 10,
        says: "TAMPERED: tile/0/002.p/55: has another hash for record 513",
        attack: |scene| scene.edit("tile/0/002.p/55", |bytes| bytes[32] ^= 128),
    },
    Case {
        name: "2: a bit of a tile of level 1",
        code: 10,
        says: "TAMPERED: tile/1/000.p/2: has another hash for records 256 to 511",
        attack: |scene| scene.edit("tile/1/000.p/2", |bytes| bytes[63] ^= 1),
    },
    Case {
        name: "5: an entry more than a full bundle holds",
        code: 10,
        says: "TAMPERED: tile/entries/001: something stands behind",
        attack: |scene| rebundle(scene, FULL, |entries| entries.push(entries[0].clone())),
    },
    Case {
        name: "5: an entry more than a partial bundle holds",
        code: 10,
        says: "TAMPERED: tile/entries/002.p/55: something stands behind",
        attack: |scene| rebundle(scene, PARTIAL, |entries| entries.push(entries[0].clone())),
    },
    Case {
        name: "5: a byte behind the entries",
        code: 50,
        says: "MALFORMED: tile/entries/001: ends inside an entry",
        attack: |scene| scene.edit(FULL, |bytes| bytes.push(0)),
    },
    Case {
        name: "5: a hash more than a tile holds",
        code: 10,
        says: "something stands behind the last hash",
        attack: |scene| scene.edit("tile/0/001", |bytes| bytes.extend_from_slice(&[0; 32])),
    },
    Case {
        name: "5: a hash more than a partial tile holds",
        code: 10,
        says: "something stands behind the last hash",
        attack: |scene| scene.edit("tile/0/002.p/55", |bytes| bytes.extend_from_slice(&[0; 32])),
    },
    Case {
        name: "6: a full bundle with fewer entries",
        code: 20,
        says: "INCOMPLETE: tile/entries/001: holds 255 of 256",
        attack: |scene| rebundle(scene, FULL, |entries| drop(entries.pop())),
    },
    Case {
        name: "6: a partial bundle with fewer entries",
        code: 20,
        says: "INCOMPLETE: tile/entries/002.p/55: holds 50 of 55",
        attack: |scene| rebundle(scene, PARTIAL, |entries| entries.truncate(50)),
    },
    Case { name: "6: an empty bundle", code: 20, says: "holds 0 of 256", attack: |scene| scene.put(FULL, b"") },
    Case {
        name: "6: a tile with fewer hashes",
        code: 20,
        says: "INCOMPLETE: tile/0/000: holds 255 of 256 hashes",
        attack: |scene| scene.edit("tile/0/000", |bytes| bytes.truncate(255 * 32)),
    },
    Case {
        name: "7: two entries swapped",
        code: 10,
        says: "has another hash for record 301",
        attack: |scene| rebundle(scene, FULL, |entries| entries.swap(44, 45)),
    },
    Case {
        name: "42: a bundle is missing",
        code: 20,
        says: "tile/entries/001: is missing",
        attack: |scene| scene.remove(FULL),
    },
    Case {
        name: "42: a tile is missing",
        code: 20,
        says: "tile/0/001: is missing",
        attack: |scene| scene.remove("tile/0/001"),
    },
    Case {
        name: "42: a tile of level 1 is missing",
        code: 20,
        says: "tile/1/000.p/2: is missing",
        attack: |scene| scene.remove("tile/1/000.p/2"),
    },
    Case {
        name: "42: a bundle and its tile are missing",
        code: 20,
        says: "tile/entries/000: is missing",
        attack: |scene| {
            scene.remove("tile/entries/000");
            scene.remove("tile/0/000");
        },
    },
    Case {
        name: "a bundle is missing and its tile was changed",
        code: 10,
        says: "has another hash for records 256 to 511",
        attack: |scene| {
            scene.remove(FULL);
            scene.edit("tile/0/001", |bytes| bytes[64] ^= 1);
        },
    },
    Case {
        name: "44: a length that says more than there is",
        code: 50,
        says: "ends inside an entry",
        attack: |scene| {
            let at = offset(scene, 566) - 2;
            scene.edit(PARTIAL, |bytes| bytes[at] = 0xff);
        },
    },
    Case {
        name: "44: a bundle of a hundred megabytes",
        code: 10,
        says: "something stands behind",
        attack: |scene| {
            let file = std::fs::File::options().write(true).open(scene.log().join(FULL)).unwrap();
            file.set_len(100 << 20).unwrap();
        },
    },
    Case {
        name: "44: more records than there are, signed",
        code: 20,
        says: "so much is missing that nothing was looked for behind this",
        attack: |scene| {
            scene.checkpoint.size = 1 << 53;
            scene.sign(&signing_key());
        },
    },
    Case {
        name: "a folder where a file should be",
        code: 70,
        says: "IO: tile/0/001: not a regular file",
        attack: |scene| {
            scene.remove("tile/0/001");
            std::fs::create_dir(scene.log().join("tile/0/001")).unwrap();
        },
    },
    Case {
        name: "47: two hashes pose as an entry",
        code: 10,
        says: "has another hash for record 0",
        attack: |scene| {
            scene.entries.truncate(2);
            scene.forge();
            let hashes = [leaf_hash(&scene.leaves[0].bytes), leaf_hash(&scene.leaves[1].bytes)];
            let mut posing = Vec::new();
            bundle::push(&mut posing, hashes.as_flattened()).unwrap();
            scene.put("tile/entries/000.p/1", &posing);
            scene.put("tile/0/000.p/1", &node_hash(&hashes[0], &hashes[1]));
            scene.checkpoint.size = 1;
            scene.sign(&signing_key());
        },
    },
    Case {
        name: "files hold more than the checkpoint covers",
        code: 0,
        says: "OK: all 300 records",
        attack: |scene| {
            let older = scene.older(300);
            scene.put("checkpoint", older.as_bytes());
            scene.edit_tile_of_the_older_size();
        },
    },
    Case {
        name: "what the checkpoint does not cover is not looked at, but whole bundles are whole",
        code: 20,
        says: "INCOMPLETE: tile/entries/001: holds 255 of 256",
        attack: |scene| {
            let older = scene.older(300);
            scene.put("checkpoint", older.as_bytes());
            scene.edit_tile_of_the_older_size();
            rebundle(scene, FULL, |entries| drop(entries.pop()));
        },
    },
    Case {
        name: "48: an empty log",
        code: 0,
        says: "has no records yet",
        attack: |scene| {
            scene.leaves.clear();
            scene.publish();
        },
    },
];

#[test]
fn attacks_on_files() {
    run(CASES);
}

impl Scene {
    /// A partial tile of level 1 stays where the full one has not come.
    fn edit_tile_of_the_older_size(&self) {
        let tile = self.take("tile/1/000.p/2");
        self.put("tile/1/000.p/1", &tile[..32]);
    }
}

/// Around every power of two and every bundle, a log is whole at its own size.
#[test]
fn logs_of_every_awkward_size() {
    let story = Scene::new();
    for size in [1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 511, 512, 513] {
        let entries = story.entries[..size].to_vec();
        let leaves = sequence(&entries);
        let scene = Scene::of(entries, leaves);
        let (rust, python) = (scene.rust(), scene.python());
        assert_eq!((rust.code, python.code), (0, 0), "{size}: {rust:#?} {python:#?}");
    }
}
