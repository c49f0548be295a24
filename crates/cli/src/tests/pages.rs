//! The generated page.

use std::fs;
use std::path::Path;

use crate::page;

/// `SIGNET_BLESS=1 cargo test -p signet-cli` writes it anew.
#[test]
fn the_page_is_not_stale() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    if std::env::var_os("SIGNET_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, page()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page(), "docs/cli.md is stale: SIGNET_BLESS=1 cargo test -p signet-cli");
}

#[test]
fn every_command_is_on_the_page() {
    let page = page();
    for name in [
        "server",
        "token create",
        "token list",
        "token revoke",
        "connect",
        "log",
        "verify",
        "config check",
        "login",
        "requests approve",
        "sessions kill",
    ] {
        assert!(page.contains(&format!("\n## signet {name}\n")), "{name}\n{page}");
    }
}
