//! Names of files, which of them there are, and bundles.

use tlog::bundle::{self, BundleError};
use tlog::tile::{self, Tile};

#[test]
fn numbers_are_written_in_groups_of_three() {
    assert_eq!(tile::path(0, 0, 256), "tile/0/000");
    assert_eq!(tile::path(1, 7, 5), "tile/1/007.p/5");
    assert_eq!(tile::entries_path(999, 256), "tile/entries/999");
    assert_eq!(tile::entries_path(1000, 255), "tile/entries/x001/000.p/255");
    assert_eq!(tile::payload_path(1_234_067), "payload/x001/x234/067");
    assert_eq!(tile::payload_path(u64::MAX), "payload/x018/x446/x744/x073/x709/x551/615");
}

#[test]
fn tiles_of_a_tree() {
    let tiles = |size| tile::tiles(size).map(|tile| tile.path()).collect::<Vec<_>>();
    assert!(tiles(0).is_empty());
    assert_eq!(tiles(1), ["tile/0/000.p/1"]);
    assert_eq!(tiles(255), ["tile/0/000.p/255"]);
    assert_eq!(tiles(256), ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(tiles(513), ["tile/0/000", "tile/0/001", "tile/0/002.p/1", "tile/1/000.p/2"]);
    let large = tiles(65_537);
    assert_eq!(large.len(), 257 + 1 + 1);
    assert_eq!(large[256..], ["tile/0/256.p/1", "tile/1/000", "tile/2/000.p/1"]);
}

#[test]
fn tiles_that_changed() {
    let paths = |old, new| tile::changed(old, new).map(|tile| tile.path()).collect::<Vec<_>>();
    assert!(paths(300, 300).is_empty());
    assert_eq!(paths(300, 301), ["tile/0/001.p/45"]);
    assert_eq!(paths(256, 300), ["tile/0/001.p/44"]);
    assert_eq!(paths(255, 257), ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]);
    assert_eq!(paths(500, 513), ["tile/0/001", "tile/0/002.p/1", "tile/1/000.p/2"]);
}

#[test]
fn widths_are_those_of_the_tiles() {
    for size in [0, 1, 255, 256, 257, 65_535, 65_536, 70_000] {
        for Tile { level, index, width } in tile::tiles(size) {
            assert_eq!(tile::width(level, index, size), width);
        }
    }
    assert_eq!(tile::width(0, 1, 256), 0);
    assert_eq!(tile::width(9, 0, u64::MAX), 0);
    assert_eq!(tile::width(0, u64::MAX, u64::MAX), 0);
}

#[test]
fn bundles_are_read_to_their_last_byte() {
    let leaves: [&[u8]; 4] = [b"one", b"", b"three", &[7; bundle::LONGEST]];
    let mut bytes = Vec::new();
    for leaf in leaves {
        bundle::push(&mut bytes, leaf).unwrap();
    }
    let read: Vec<_> = bundle::entries(&bytes).map(Result::unwrap).collect();
    assert_eq!(read, leaves);
    let small = &bytes[..5 + 2 + 7];
    for cut in 0..small.len() {
        let whole = [0, 5, 7].contains(&cut);
        assert_eq!(bundle::entries(&small[..cut]).all(|entry| entry.is_ok()), whole, "{cut}");
    }
    let mut broken = bundle::entries(&[0, 2, 1]);
    assert_eq!(broken.next(), Some(Err(BundleError::Truncated)));
    assert_eq!(broken.next(), None);
    let before = bytes.len();
    assert_eq!(bundle::push(&mut bytes, &[0; bundle::LONGEST + 1]), Err(BundleError::TooLong));
    assert_eq!(bytes.len(), before);
}
