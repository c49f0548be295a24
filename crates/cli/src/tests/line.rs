//! What others wrote is made harmless before it is shown.

use crate::terminal::plain;

#[test]
fn one_line_without_control_characters() {
    assert_eq!(plain("SELECT 1\n  FROM\tt", 80), "SELECT 1 FROM t");
    assert_eq!(plain("a\u{1b}[2Jb", 80), "a\\u{1b}[2Jb");
    assert_eq!(plain("a\u{202e}b\u{9b}c", 80), "a\\u{202e}b\\u{9b}c");
    assert_eq!(plain("abcdef", 3), "abc…");
    assert_eq!(plain("äöü ß", 80), "äöü ß");
}
