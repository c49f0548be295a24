//! A23-A31 and the thirty of the masking list: values of masked columns, on every way out, in every shape. Each shape shows a
//! canary when it is sent straight to the server, and none through the gateway: not to the client, not in records, payloads,
//! logs or metrics.

mod guesses;
mod shapes;
mod structure;

use std::fs;
use std::path::Path;

use shapes::{Becomes, SHAPES};

use crate::harness::client::{Client, Done};
use crate::harness::direct;
use crate::harness::postgres::{Options, Postgres, Version};
use crate::harness::scene::Scene;

const SAMPLE: &str = include_str!("sample.sql");

/// Everybody sees these columns masked.
pub const RULES: &str = r#"@id("mask-people")
@mask("customers.ssn, customers.email email, customers.card, customers.balance, customers.born generalise(year), customers.seen null, customers.at, customers.token token, customers.ip generalise(/16), customers.score, customers.small, customers.rate, customers.tags, customers.sums, customers.notes, customers.plain, customers.raw, customers.code, parts.ssn, derived.ssn")
forbid (principal, action == Action::"reveal", resource);
"#;

/// A masked value, as it is or in a form that tells it.
const CANARIES: &[&str] = &[
    "536-90-4399",
    "536904399",
    "9934-09-635",
    "3533362d39302d34333939",
    "NTM2LTkwLTQzOTk",
    "739944a0bb0edb275374880e528da2b6",
    "078-05-1120",
    "canary",
    "CANARY",
    "4532015112830366",
    "918273",
    "1961-07-23",
    "2019-07-23",
    "04:05:06",
    "c0ffee00-cafe",
    "203.0.113.77",
    "cn4ry",
    "636e347279",
];

fn canary(text: &str) -> Option<&'static str> {
    CANARIES.iter().copied().find(|canary| text.contains(canary))
}

fn scene(version: Version) -> Scene {
    let scene = Scene::on(Postgres::with(Options { version, ..Options::default() }), RULES);
    Client::psql(&scene.server.door()).stdin(SAMPLE).args(["-f", "-"]).run().ok();
    scene
}

/// What psql says of a text, with all fields of errors.
fn psql(door: &crate::harness::door::Door, text: &str) -> Done {
    let verbose = ["-v", "VERBOSITY=verbose", "-v", "SHOW_CONTEXT=always", "-v", "ON_ERROR_STOP=0"];
    Client::psql(door).args(verbose).stdin(format!("{text};\n")).run()
}

/// What is wrong with what became of a shape; `None` when all is well.
fn wrong(shape: &str, becomes: Becomes, done: &Done) -> Option<String> {
    // The text of the command itself stands in no answer of the gateway, but for what the shape makes of it.
    let said = format!("{}{}", done.stdout, done.stderr);
    let refused = done.stderr.contains("42501");
    let problem = if let Some(canary) = canary(&said) {
        format!("shows {canary:?}")
    } else if becomes == Becomes::Refused && !refused {
        "is not refused".to_owned()
    } else if becomes == Becomes::Answered && !done.stderr.is_empty() {
        "is not answered".to_owned()
    } else if becomes == Becomes::Pieces && !refused && done.stdout.chars().any(|letter| letter.is_ascii_digit()) {
        "shows digits".to_owned()
    } else {
        return None;
    };
    Some(format!("{shape} {problem}:\n{said}"))
}

fn no_shape_shows_a_masked_value(version: Version) {
    if direct() {
        return;
    }
    let scene = scene(version);
    let (server, gateway) = (scene.server.door(), scene.gateway.door());
    let mut problems = Vec::new();
    for (name, text, becomes) in SHAPES {
        let straight = psql(&server, text);
        let clear = format!("{}{}", straight.stdout, straight.stderr);
        // Pieces of a canary, or a part of a number, are told by their digits.
        let shows = match becomes {
            Becomes::Pieces => straight.stdout.chars().any(|letter| letter.is_ascii_digit()),
            _ => canary(&clear).is_some(),
        };
        if !shows {
            problems.push(format!("{name} shows nothing at the server either, so it proves nothing:\n{clear}"));
        }
        problems.extend(wrong(name, *becomes, &psql(&gateway, text)));
    }
    assert!(problems.is_empty(), "{} of {}:\n{}", problems.len(), SHAPES.len(), problems.join("\n"));
    nothing_is_kept(&scene);
}

/// No canary in anything that the gateway has written: the store, the log with its payloads opened, its own log, metrics.
/// The texts of commands are what people typed, and stand in the records as such.
fn nothing_is_kept(scene: &Scene) {
    let listed = scene.gateway.cli_ok(&["sessions", "list", "--limit", "100000", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    for session in listed.as_array().unwrap().iter().filter_map(|session| session["session"].as_str()) {
        let shown = scene.gateway.cli_ok(&["sessions", "show", session, "--json"]);
        for line in shown.lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            for part in ["response", "reason", "outcome"] {
                let text = record.get(part).map(ToString::to_string).unwrap_or_default();
                assert_eq!(canary(&text), None, "{part} of {record:#}");
            }
        }
    }
    assert_eq!(canary(&scene.gateway.log()), None, "the gateway's own log");
    let metrics = scene.gateway.get("/metrics").unwrap();
    assert_eq!(canary(&metrics), None, "the metrics");
    files(&scene.gateway.data(), &mut |path, bytes| {
        assert_eq!(canary(&String::from_utf8_lossy(bytes)), None, "{}", path.display());
    });
}

fn files(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => files(&path, look),
            kind if kind.is_file() => look(&path, &fs::read(&path).unwrap()),
            _ => {}
        }
    }
}

#[test]
fn a24_no_shape_shows_a_masked_value_on_15() {
    no_shape_shows_a_masked_value(Version::V15);
}

#[test]
fn a24_no_shape_shows_a_masked_value_on_18() {
    no_shape_shows_a_masked_value(Version::V18);
}

/// A23: binary results, statements that run again without being described, portals in parts, cursors, COPY in binary: typed
/// drivers decode every column, and find the same types and numbers of rows.
#[test]
fn a23_typed_drivers_decode_what_is_masked() {
    if direct() {
        return;
    }
    for version in [Version::V15, Version::V18] {
        let scene = scene(version);
        for client in [
            Client::python("masked_psycopg.py", &scene.gateway.door()),
            Client::python("masked_asyncpg.py", &scene.gateway.door()),
            Client::node("masked.js", &scene.gateway.door()),
        ] {
            let done = client.run();
            assert_eq!(done.ok().trim().lines().last(), Some("ok"), "{}", done.report());
            assert_eq!(canary(&format!("{}{}", done.stdout, done.stderr)), None, "{}", done.report());
        }
        nothing_is_kept(&scene);
    }
}

/// What is not masked is as it was, and what touches nothing masked is not in the way.
#[test]
fn what_is_not_masked_is_untouched() {
    if direct() {
        return;
    }
    let scene = scene(Version::V15);
    for (text, expected) in [
        ("SELECT id, name FROM customers ORDER BY id", "1|Ada\n2|Bob\n3|Kim"),
        ("SELECT name || '!' FROM customers WHERE id = 1", "Ada!"),
        (
            "SELECT ssn || '!', concat('x', ssn), ssn::varchar(3), id FROM customers WHERE id = 1",
            "[masked]|[masked]|***|1",
        ),
        ("SELECT count(*) FROM customers", "3"),
        ("SELECT 1 + 1, 'x' || 'y', current_database()", "2|xy|postgres"),
        ("SELECT string_agg(word, ',') FROM guesses", ""),
        ("SELECT count(*) > 0 FROM pg_class", "t"),
        ("SELECT relname FROM pg_class WHERE relname = 'customers'", "customers"),
        ("SHOW server_version_num", "150"),
        (
            "INSERT INTO customers (id, name, ssn) VALUES (7, 'Eve', 'x') ON CONFLICT (id) DO UPDATE SET ssn = excluded.ssn RETURNING id, ssn",
            "7|[masked]",
        ),
        ("UPDATE customers SET name = 'Eva' WHERE id = 7 RETURNING id, name, ssn", "7|Eva|[masked]"),
        ("INSERT INTO kin (id, name) VALUES (8, 'Eve') ON CONFLICT DO NOTHING", ""),
        ("CREATE UNLOGGED TABLE taken AS SELECT id, name FROM customers", ""),
        ("SELECT name FROM taken WHERE name LIKE 'A%'", "Ada"),
        ("INSERT INTO stamped (id, word) VALUES (1, 'x')", ""),
        ("UPDATE stamped SET word = 'y' WHERE id = 1 AND at <= now()", ""),
        ("SELECT id, word FROM stamped", "1|y"),
        ("UPDATE stamped SET word = 'z' RETURNING 7, word", "7|[masked]"),
    ] {
        let told = Client::psql(&scene.gateway.door()).args(["-c", text]).run();
        assert!(told.ok().trim().starts_with(expected), "{text}: {}", told.report());
    }
    let temporary =
        psql(&scene.gateway.door(), "CREATE TEMP TABLE mine AS SELECT name FROM customers; TABLE mine LIMIT 1");
    assert_eq!(temporary.stdout.trim(), "[masked]", "{}", temporary.report());
    for command in ["\\d", "\\d customers", "\\dt+", "\\df", "\\dv", "\\du", "\\l", "\\dn"] {
        let (through, straight) = (psql(&scene.gateway.door(), command), psql(&scene.server.door(), command));
        assert_eq!(through.stdout, straight.stdout, "{command}: {}", through.stderr);
    }
}

/// What a policy allows of a masked column goes, each for itself, and shows no more of it.
#[test]
fn positions_widen_what_goes_and_show_nothing() {
    if direct() {
        return;
    }
    let rules = RULES.replacen("@mask", "@positions(\"equality, computed\") @mask", 1);
    for version in [Version::V15, Version::V18] {
        let scene = Scene::on(Postgres::with(Options { version, ..Options::default() }), &rules);
        Client::psql(&scene.server.door()).stdin(SAMPLE).args(["-f", "-"]).run().ok();
        for (text, goes) in [
            ("SELECT id FROM customers WHERE ssn = '078-05-1120'", Some("2")),
            ("SELECT balance * 2, array_agg(ssn) FROM customers WHERE id = 1 GROUP BY id, balance", None),
            ("SELECT balance * 2, ssn || card || '' FROM customers WHERE id = 1", Some("|[masked]")),
            ("SELECT array_agg(ssn) FROM customers", Some("")),
            ("SELECT id FROM customers WHERE ssn LIKE '5%'", None),
            ("SELECT id FROM customers WHERE balance * 2 > 1", None),
            ("SELECT id FROM customers ORDER BY ssn", None),
            ("INSERT INTO guesses SELECT ssn FROM customers", None),
        ] {
            let told = psql(&scene.gateway.door(), text);
            assert_eq!(canary(&format!("{}{}", told.stdout, told.stderr)), None, "{text}: {}", told.report());
            assert_eq!(goes.is_none(), told.stderr.contains("42501"), "{text}: {}", told.report());
            assert!(goes.is_none_or(|shown| told.stdout.trim() == shown), "{text}: {}", told.report());
        }
    }
}
