//! The generated page.

use std::fs;
use std::path::Path;

use crate::reference;

/// `SIGNET_BLESS=1 cargo test -p signet-config` writes it anew.
#[test]
fn the_reference_page_is_not_stale() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    if std::env::var_os("SIGNET_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, reference()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == reference(), "docs/configuration.md is stale: SIGNET_BLESS=1 cargo test -p signet-config");
}

#[test]
fn every_key_has_a_meaning_and_a_default() {
    let page = reference();
    let mut rows = 0;
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.split(" | ").collect();
        assert_eq!(cells.len(), 4, "{row}");
        assert!(cells[3].len() > 10, "no meaning: {row}");
        assert!(!cells[1].contains("value"), "no type: {row}");
        rows += 1;
    }
    assert!(rows > 40, "only {rows} keys");
}
