//! Damage: to what is said, frame by frame, and to plain bytes.

use wire::Side;

use super::choices::Choices;

/// What both sides say, in order, a frame at a time.
pub(super) type Script = Vec<(Side, Vec<u8>)>;

/// Lengths that are nothing, shorter than themselves, and as large as a number can be, signed and unsigned.
const LENGTHS: [u32; 8] = [0, 3, 4, 5, 0x7fff_ffff, 0xffff_ffff, 0x8000_0000, 70_000];

/// Damages a script in up to five places. `at` is where the length stands in a frame.
pub(super) fn mutate(script: &mut Script, others: &[Script], at: fn(&[u8]) -> usize, choices: &mut Choices<'_>) {
    for _ in 0..choices.below(6) {
        if script.is_empty() {
            return;
        }
        let place = choices.below(script.len());
        match choices.below(8) {
            0 => damage(&mut script[place].1, choices),
            1 => {
                let keep = choices.below(script[place].1.len() + 1);
                script[place].1.truncate(keep);
            }
            2 => script.insert(place, script[place].clone()),
            3 => {
                let other = &others[choices.below(others.len())];
                let frame = other[choices.below(other.len())].clone();
                script.insert(place, frame);
            }
            4 => {
                let at = at(&script[place].1);
                let length = LENGTHS[choices.below(LENGTHS.len())].to_be_bytes();
                if let Some(field) = script[place].1.get_mut(at..at + 4) {
                    field.copy_from_slice(&length);
                }
            }
            5 => {
                let with = choices.below(script.len());
                script.swap(place, with);
            }
            6 => {
                script.remove(place);
            }
            _ => script[place].0 = script[place].0.other(),
        }
    }
}

/// Damages bytes in one place.
pub(super) fn damage(bytes: &mut Vec<u8>, choices: &mut Choices<'_>) {
    if bytes.is_empty() {
        return;
    }
    let at = choices.below(bytes.len());
    match choices.below(6) {
        0 => bytes[at] ^= 1 << choices.below(8),
        1 => bytes[at] = choices.byte(),
        2 => bytes.insert(at, choices.byte()),
        3 => {
            bytes.remove(at);
        }
        4 => bytes.extend_from_within(at..),
        _ => {
            let end = (at + choices.below(16)).min(bytes.len());
            bytes.drain(at..end);
        }
    }
}
