//! The ledger of commands against what stock clients say that there is.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::server::Matched;

const COMMANDS: &str = include_str!("../../commands.txt");

/// What psql takes for one of its columns.
const WIDTH: usize = 33;

/// Both directions. The tests of the crate hold the ledger against the grammar of 18.
#[test]
fn the_ledger_has_all_commands_and_no_others() {
    let server = Matched::start();
    let listed: BTreeSet<&str> = COMMANDS.lines().map(|line| line.split(" | ").next().unwrap()).collect();
    for client in [Path::new("psql").to_owned(), newer()] {
        let output = Command::new(&client)
            .args([
                "-X",
                "-h",
                "127.0.0.1",
                "-U",
                "postgres",
                "-d",
                "postgres",
                "-p",
                &server.port.to_string(),
                "-c",
                "\\h",
            ])
            .env("COLUMNS", "80")
            .env("LC_ALL", "C")
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let known: BTreeSet<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("  "))
            .flat_map(|line| (0..line.len()).step_by(WIDTH).map(|at| line[at..line.len().min(at + WIDTH)].trim()))
            .filter(|name| !name.is_empty())
            .collect();
        assert!(known.len() > 150, "{} says {text}", client.display());
        let (more, fewer): (Vec<_>, Vec<_>) =
            (known.difference(&listed).collect(), listed.difference(&known).collect());
        assert!(more.is_empty() && fewer.is_empty(), "{}: not listed {more:?}, not known {fewer:?}", client.display());
    }
}

/// A client of a later version.
fn newer() -> std::path::PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/where.sh");
    let output = Command::new(script).arg("psql16").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().into()
}
