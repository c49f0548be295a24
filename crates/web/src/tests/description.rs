//! The description of the interface, as it stands in docs.

use std::fs;
use std::path::Path;

use crate::openapi::description;

/// `SIGNET_BLESS=1 cargo test -p signet-web` writes it anew.
#[test]
fn the_description_is_not_stale() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let text = description().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("SIGNET_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "docs/openapi.json is stale: SIGNET_BLESS=1 cargo test -p signet-web");
}
