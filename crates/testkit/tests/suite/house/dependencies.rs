//! Arrows between crates only point down, and no dependency comes in by the back door.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// The levels of DESIGN section 3. A crate may depend on those below it; inside a level only where it is listed here.
const LEVELS: &[(&str, u8)] = &[
    ("signet-model", 0),
    ("signet-wire", 0),
    ("signet-ports", 0),
    ("signet-tlog", 0),
    ("signet-verify", 1),
    ("signet-evidence", 1),
    ("signet-policy", 1),
    ("signet-sql", 1),
    ("signet-mask", 1),
    ("signet-postgres", 1),
    ("signet-engine", 2),
    ("signet-identity", 2),
    ("signet-secrets", 2),
    ("signet-certificates", 2),
    ("signet-store", 2),
    ("signet-config", 2),
    ("signet-control", 3),
    ("signet-inspect", 4),
    ("signet-operations", 4),
    ("signet-web", 4),
    ("signet-cli", 4),
    ("signet", 5),
    ("signet-testkit", 9),
];

/// Arrows inside a level: from, to.
const BESIDE: &[(&str, &str)] = &[
    ("signet-wire", "signet-model"),
    ("signet-ports", "signet-model"),
    ("signet-postgres", "signet-sql"),
    ("signet-identity", "signet-store"),
];

/// What must never be in the tree of a crate.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("signet-model", &["tokio", "sqlx", "cedar-policy", "rustls"]),
    ("signet-wire", &["tokio", "sqlx", "cedar-policy", "rustls"]),
    ("signet-ports", &["tokio", "sqlx", "cedar-policy", "rustls"]),
    ("signet-tlog", &["tokio", "sqlx", "cedar-policy", "rustls", "serde", "serde_json"]),
    ("signet-verify", &["tokio", "sqlx", "cedar-policy", "serde_json"]),
    ("signet-evidence", &["tokio", "sqlx", "cedar-policy", "rustls"]),
    ("signet-policy", &["tokio", "sqlx", "rustls"]),
    ("signet-mask", &["tokio", "sqlx", "cedar-policy", "rustls"]),
    ("signet-sql", &["tokio", "sqlx", "cedar-policy", "rustls"]),
    ("signet-postgres", &["tokio", "sqlx", "cedar-policy", "rustls"]),
    (
        "signet-engine",
        &[
            "sqlx",
            "cedar-policy",
            "signet-postgres",
            "signet-evidence",
            "signet-store",
            "signet-identity",
            "signet-secrets",
        ],
    ),
];

/// Licences that may be linked in. An expression is accepted when it can be met with these alone.
const LICENCES: &[&str] = &[
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "MIT",
    "MIT-0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "BSL-1.0",
    "Unicode-3.0",
    "Unlicense",
    "OpenSSL",
];

fn metadata() -> &'static Value {
    static METADATA: OnceLock<Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        // Dependencies of other platforms were never fetched.
        let version = Command::new("rustc").arg("-vV").output().expect("rustc runs").stdout;
        let version = String::from_utf8(version).expect("rustc speaks UTF-8");
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", host])
            .current_dir(super::source::root())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON")
    })
}

fn list<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of[key].as_str().unwrap_or_default()
}

/// Our own packages.
fn ours() -> Vec<&'static Value> {
    let members: BTreeSet<&str> = list(metadata(), "workspace_members").iter().filter_map(Value::as_str).collect();
    list(metadata(), "packages").iter().filter(|package| members.contains(text(package, "id"))).collect()
}

/// Names of packages by id, and the normal and build dependencies of each.
fn graph() -> (BTreeMap<&'static str, &'static str>, BTreeMap<&'static str, Vec<&'static str>>) {
    let names =
        list(metadata(), "packages").iter().map(|package| (text(package, "id"), text(package, "name"))).collect();
    let arrows = list(&metadata()["resolve"], "nodes").iter().map(|node| {
        let linked = |dep: &&Value| list(dep, "dep_kinds").iter().any(|kind| kind["kind"].as_str() != Some("dev"));
        (text(node, "id"), list(node, "deps").iter().filter(linked).map(|dep| text(dep, "pkg")).collect())
    });
    (names, arrows.collect())
}

/// Everything that is linked into a package.
fn tree(package: &str) -> BTreeSet<&'static str> {
    let (names, arrows) = graph();
    let mut found = BTreeSet::new();
    let mut left: Vec<&str> = names.iter().filter(|(_, name)| **name == package).map(|(id, _)| *id).collect();
    while let Some(id) = left.pop() {
        for next in arrows.get(id).into_iter().flatten() {
            if found.insert(names[next]) {
                left.push(next);
            }
        }
    }
    found
}

fn level(name: &str) -> Option<u8> {
    LEVELS.iter().find(|(known, _)| *known == name).map(|(_, level)| *level)
}

#[test]
fn arrows_only_point_down() {
    for package in ours() {
        let name = text(package, "name");
        let from = level(name).unwrap_or_else(|| panic!("{name} has no level in this file"));
        for dependency in list(package, "dependencies") {
            let on = text(dependency, "name");
            let Some(to) = level(on) else { continue };
            if text(dependency, "kind") == "dev" {
                continue;
            }
            assert_ne!(on, "signet-testkit", "{name} links the testkit: it is for dev-dependencies");
            assert!(to < from || BESIDE.contains(&(name, on)), "{name} (level {from}) depends on {on} (level {to})");
        }
    }
}

#[test]
fn trees_hold_nothing_forbidden() {
    for (package, forbidden) in FORBIDDEN {
        let tree = tree(package);
        assert!(!tree.is_empty(), "{package} is not a package");
        for name in *forbidden {
            assert!(!tree.contains(name), "{name} is in the tree of {package}");
        }
    }
}

/// An auditor reads the verifier without the gateway, and believes it without the gateway.
#[test]
fn the_verifier_shares_the_formats_alone() {
    let tree = tree("signet-verify");
    let ours: Vec<&str> = LEVELS.iter().map(|(name, _)| *name).filter(|name| tree.contains(name)).collect();
    assert_eq!(ours, ["signet-tlog"]);
}

#[test]
fn one_integration_test_binary_a_crate() {
    for package in ours() {
        let tests =
            list(package, "targets").iter().filter(|target| list(target, "kind").iter().any(|kind| kind == "test"));
        assert!(tests.count() <= 1, "{} has more than one integration-test binary", text(package, "name"));
    }
}

#[test]
fn every_crate_takes_the_lints_and_facts_of_the_workspace() {
    for package in ours() {
        let name = text(package, "name");
        let manifest = std::fs::read_to_string(text(package, "manifest_path")).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name} does not take the lints of the workspace");
        assert_eq!(text(package, "license"), "Apache-2.0", "{name}");
        assert_eq!(text(package, "edition"), "2024", "{name}");
    }
}

#[test]
fn licences_are_on_the_list() {
    let (names, _) = graph();
    let linked: BTreeSet<&str> = ours().iter().flat_map(|package| tree(text(package, "name"))).collect();
    for package in list(metadata(), "packages") {
        let name = names[text(package, "id")];
        if linked.contains(name) {
            let licence = text(package, "license");
            assert!(accepted(licence), "{name} has the licence {licence:?}");
        }
    }
}

/// Whether an SPDX expression can be met: `AND` binds tighter than `OR`, parentheses before both.
fn accepted(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    if let Some(open) = expression.rfind('(') {
        let Some(close) = expression[open..].find(')') else { return false };
        let inner = if accepted(&expression[open + 1..open + close]) { "MIT" } else { "none" };
        return accepted(&[&expression[..open], inner, &expression[open + close + 1..]].concat());
    }
    expression.split(" OR ").any(|all| all.split(" AND ").all(|one| LICENCES.contains(&one.trim())))
}

#[test]
fn licence_expressions_are_read_right() {
    for good in ["MIT OR GPL-3.0", "MIT/Apache-2.0", "(MIT OR GPL-3.0) AND Unicode-3.0", "ISC AND (Apache-2.0 OR ISC)"]
    {
        assert!(accepted(good), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT AND GPL-3.0) OR AGPL-3.0"] {
        assert!(!accepted(bad), "{bad}");
    }
}
