//! Tests of what a peer's words become in a record.

use super::printable;

#[test]
fn words_of_peers() {
    let token = format!("sgt_{}", "a1B2".repeat(8) + "x");
    let long = "é".repeat(100);
    for (typed, kept) in [
        ("ada", "ada".to_owned()),
        ("a\r\n\0\x1b[2J\u{85}b", "a[2Jb".to_owned()),
        (&token, "[credential left out]".to_owned()),
        (&format!("ada+{token}"), "ada+[credential left out]".to_owned()),
        (&format!("s\0gt\n_{}", &token[4..]), "[credential left out]".to_owned()),
        (&format!("{}{token}", "x".repeat(100)), format!("{}[credential left out]", "x".repeat(100))),
        (&long, "é".repeat(64)),
    ] {
        assert_eq!(printable(typed), kept, "{typed:?}");
    }
}
