//! What the text of the source must and must not say.

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the workspace.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}

struct Source {
    /// From the root, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// Test code: of its own binary, in a `tests` module, or the testkit.
    fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs") || self.path.starts_with("crates/testkit/")
    }

    /// Lines of code, without comments and without what stands in a test module at the end.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.text.find("#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        self.text[..tests].lines().zip(1..).filter_map(|(line, at)| {
            let line = line.split("//").next().unwrap_or_default();
            (!line.trim().is_empty()).then_some((at, line))
        })
    }
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
                found.push(Source { path, text });
            }
        }
    }
    assert!(found.len() > 50, "the sources were not found");
    found
}

/// Fails for every line of non-test code outside `places` in which one of `words` stands.
fn only_in(words: &[&str], places: &[&str]) {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        if places.iter().any(|place| source.path.starts_with(place)) {
            continue;
        }
        for (at, line) in source.code() {
            if words.iter().any(|word| line.contains(word)) {
                wrong.push(format!("{}:{at}: {}", source.path, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{words:?} may stand only in {places:?}:\n{}", wrong.join("\n"));
}

#[test]
fn tls_is_named_in_three_places() {
    // The verifier may read a log over https, and knows no engine; the commands ask a gateway as anybody else does.
    let places = [
        "crates/engine/src/tls.rs",
        "crates/verify/src/source/url.rs",
        "crates/cli/src/api/tls.rs",
        "crates/signet/benches/client/session.rs",
    ];
    only_in(&["rustls"], &places);
}

#[test]
fn tasks_begin_in_one_place() {
    only_in(
        &["tokio::spawn", "task::spawn(", "spawn_local", "thread::spawn"],
        &["crates/engine/src/tasks.rs", BARE_THREADS, "crates/evidence/benches/"],
    );
    // Level 2 stands beside the engine and cannot use its `blocking`.
    let blocking = ["crates/engine/src/tasks.rs", "crates/identity/src/tokens.rs", "crates/secrets/src/lib.rs"];
    only_in(&["spawn_blocking"], &blocking);
}

/// The journal's writer is a thread: the evidence crate knows no tokio.
const BARE_THREADS: &str = "crates/evidence/src/writer";

#[test]
fn time_is_asked_in_few_places() {
    let places = [
        "crates/engine/src/clock.rs",
        "crates/evidence/src/clock.rs",
        "crates/evidence/benches/",
        "crates/policy/benches/",
        "crates/inspect/src/",
        "crates/signet/benches/",
        "crates/identity/src/",
        "crates/store/src/",
        "crates/cli/src/",
        // How long publishing has been behind.
        "crates/signet/src/server/watching.rs",
        "crates/verify/src/main.rs",
    ];
    only_in(&["Instant::now", "SystemTime::now", "now_utc()", "now_local()"], &places);
}

#[test]
fn leave_is_minted_in_one_place() {
    // The pump owns the mint of its stream; a `Go` is made of it in `decide` alone.
    only_in(&["Mint::new"], &["crates/engine/src/pump/mod.rs", "crates/wire/src/ask.rs"]);
    only_in(&[".go("], &["crates/engine/src/pump/decide.rs"]);
}

#[test]
fn permits_are_made_in_one_place() {
    only_in(&["Permit {"], &["crates/engine/src/authorise.rs"]);
}

#[test]
fn every_file_says_what_it_is() {
    for source in sources() {
        assert!(source.text.starts_with("//!"), "{} does not begin with a `//!` sentence", source.path);
    }
}

#[test]
fn no_file_is_long() {
    for source in sources().iter().filter(|source| !source.is_test()) {
        let lines = source.text.lines().count();
        assert!(lines <= 600, "{} has {lines} lines", source.path);
    }
}

#[test]
fn nothing_is_left_for_later() {
    // Put together, so that this file does not find itself.
    let words = ["TO", "FIX", "to", "unimpl", "#[ign"];
    let rest = ["DO", "ME", "do!(", "emented!(", "ore"];
    for source in sources() {
        for (word, rest) in words.iter().zip(rest) {
            let word = format!("{word}{rest}");
            assert!(!source.text.contains(&word), "{} says {word}", source.path);
        }
    }
}

#[test]
fn no_unsafe_and_no_silent_allowance() {
    let unsafety = ["uns", "afe "].concat();
    for source in sources() {
        for (at, line) in source.code() {
            assert!(!line.contains(&unsafety), "{}:{at}", source.path);
        }
    }
}
