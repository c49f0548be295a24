//! Tests of what the demo writes.

use super::screen::{fold, grouped};

#[test]
fn long_lines_are_broken_at_spaces() {
    assert_eq!(fold("one two three", 80, "  "), ["one two three"]);
    assert_eq!(fold("one two three", 8, "  "), ["one two", "  three"]);
    assert_eq!(fold("one two three", 7, ""), ["one two", "three"]);
    assert_eq!(fold("a 0123456789abcdef", 8, "  "), ["a 012345", "  6789ab", "  cdef"]);
    assert_eq!(fold("", 8, ""), [""]);
}

#[test]
fn no_letter_is_lost() {
    let text = "SELECT c.name, k.number FROM customers c JOIN cards k ON k.customer = c.id WHERE c.id <= 3";
    for width in 8..100 {
        let lines = fold(text, width, "   ");
        assert!(lines.iter().all(|line| line.chars().count() <= width), "{lines:?}");
        let kept: String = lines.concat().split_whitespace().collect();
        assert_eq!(kept, text.split_whitespace().collect::<String>(), "{lines:?}");
    }
}

#[test]
fn numbers_are_grouped() {
    assert_eq!([0, 999, 1_000, 55_000, 1_234_567].map(grouped), ["0", "999", "1,000", "55,000", "1,234,567"]);
}
