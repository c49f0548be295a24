//! The files of the tree (C2SP tlog-tiles): their names, and which of them there are.

/// Hashes of a full tile, and entries of a full bundle.
pub const WIDTH: u16 = 256;

/// One file of hashes: those of the nodes `256 * index ..` at level `8 * level` of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Level of the tile, 0 for leaf hashes.
    pub level: u8,
    /// Number in its level.
    pub index: u64,
    /// Hashes in it: 1 to 256.
    pub width: u16,
}

impl Tile {
    /// Where it stands.
    pub fn path(&self) -> String {
        path(self.level, self.index, self.width)
    }
}

/// The file of a tile; `width` is [`WIDTH`] for a full one.
pub fn path(level: u8, index: u64, width: u16) -> String {
    format!("tile/{level}/{}", numbered(index, width))
}

/// The file of a bundle of entries.
pub fn entries_path(index: u64, width: u16) -> String {
    format!("tile/entries/{}", numbered(index, width))
}

/// The file with the ciphertexts of a bundle.
pub fn payload_path(index: u64) -> String {
    format!("payload/{}", number(index))
}

/// How many hashes the tile has in a tree of `size` entries; 0 when it has no such tile.
pub fn width(level: u8, index: u64, size: u64) -> u16 {
    let hashes = hashes(level, size);
    let before = index.saturating_mul(u64::from(WIDTH));
    hashes.saturating_sub(before).min(u64::from(WIDTH)) as u16
}

/// Every tile of a tree of `size` entries, from the leaves up.
pub fn tiles(size: u64) -> impl Iterator<Item = Tile> {
    changed(0, size)
}

/// The tiles that a tree of `new` entries has and one of `old` has not, or has with fewer hashes.
pub fn changed(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    (0..8).flat_map(move |level| {
        let (before, now) = (hashes(level, old), hashes(level, new));
        let last = if now > before { now.div_ceil(u64::from(WIDTH)) } else { 0 };
        let first = (before / u64::from(WIDTH)).min(last);
        (first..last).map(move |index| Tile { level, index, width: width(level, index, new) })
    })
}

/// How many complete subtrees of `256^level` entries a tree has.
fn hashes(level: u8, size: u64) -> u64 {
    size.checked_shr(8 * u32::from(level)).unwrap_or(0)
}

fn numbered(index: u64, width: u16) -> String {
    if width == WIDTH { number(index) } else { format!("{}.p/{width}", number(index)) }
}

/// In groups of three digits, all but the last with an `x` before them.
fn number(index: u64) -> String {
    let mut text = format!("{:03}", index % 1000);
    let mut left = index / 1000;
    while left > 0 {
        text = format!("x{:03}/{text}", left % 1000);
        left /= 1000;
    }
    text
}
