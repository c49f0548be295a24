//! Attacks on names: what a text takes for the server's own, or does not name at all, is code of users there. Each writes when
//! it is sent straight to the server; through the gateway, before a resource that is for reading, it is refused.

use std::fs;

use crate::harness::client::Client;
use crate::harness::direct;
use crate::harness::pipeline::{assert_error, completed, run, sync};
use crate::harness::place::TempDir;
use crate::harness::postgres::{Options, PASSWORD, Postgres, Version};
use crate::harness::scene::{Scene, id, kept, sql};
use crate::harness::setup::Setup;
use crate::harness::wire::{Wire, query};

const SAMPLE: &str = include_str!("names.sql");

const READ_ONLY: &str = include_str!("../../../../policy/packs/read-only.cedar");

const APPROVED: &str = r#"@id("all") permit (principal, action, resource);
@id("code-needs-a-lead") @approve("group:dba-leads") @expires("15m")
forbid (principal, action in [Action::"write", Action::"call"], resource)
unless { context.approvals.contains("group:dba-leads") };
"#;

/// What writes, whatever its text looks like.
const WRITES: &[&str] = &[
    // A namesake that stands first in the path, and one that fits better than the server's.
    "SELECT upper('x')",
    "SELECT upper(word) FROM data",
    "SELECT abs('5')",
    "SELECT id FROM data WHERE upper(word) IS NULL",
    "SELECT id FROM data ORDER BY upper(word)",
    "SELECT count(*) FROM data GROUP BY upper(word)",
    "SELECT count(*) FILTER (WHERE upper(word) IS NULL) FROM data",
    "SELECT (SELECT upper('x'))",
    "WITH w AS MATERIALIZED (SELECT upper('x')) SELECT * FROM w",
    "SELECT * FROM upper('x')",
    "VALUES (upper('x'))",
    "SELECT 1 LIMIT length(upper('x'))",
    "SELECT \"upper\"('x')",
    "SELECT UPPER('x')",
    "SELECT u&\"\\0075pper\"('x')",
    "SELECT /* */ upper /* */ ('x')",
    "SELECT public.upper('x')",
    // Operators, also where the grammar has a word for them.
    "SELECT id FROM data WHERE word = 'a'",
    "SELECT 'a'::text = 'b'",
    "SELECT id FROM data WHERE word IN ('x', 'y')",
    "SELECT CASE word WHEN 'x' THEN 1 END FROM data",
    "SELECT nullif(word, 'x') FROM data",
    "SELECT id FROM data WHERE word = ANY (ARRAY['x'])",
    "SELECT id FROM data WHERE word IN (SELECT word FROM data)",
    "SELECT id FROM data WHERE word IS DISTINCT FROM 'x'",
    "SELECT count(*) FROM data a JOIN data b USING (word)",
    "SELECT count(*) FROM data a NATURAL JOIN (SELECT word FROM data) b",
    "SELECT id FROM data WHERE word BETWEEN 'a' AND 'b'",
    "SELECT (w, 1) = (w, 1) FROM scales",
    "SELECT 'a'::text ### 'b'",
    "SELECT 'a'::text OPERATOR(public.=) 'b'",
    // Types and casts.
    "SELECT mood + 1 FROM moods",
    "SELECT mood::int FROM moods",
    "SELECT abs(mood) FROM moods",
    "SELECT lower(mood) FROM moods",
    "SELECT word::mood FROM data",
    "SELECT CAST('x' AS checked)",
    "SELECT 'x'::checked",
    "SELECT checked 'x'",
    "SELECT checked('x')",
    "SELECT '{x}'::checked[]",
    "SELECT ROW('x', 1)::pair",
    "SELECT (json_populate_record(NULL::pair, '{\"a\": \"x\"}')).a",
    "SELECT a FROM json_to_record('{\"a\": \"x\"}') AS r(a checked)",
    "SELECT spans('a', 'b')",
    "SELECT '[a,b]'::spans",
    "SELECT spans_multirange(spans('a', 'b'))",
    // Relations.
    "SELECT * FROM loud",
    "TABLE loud",
    "COPY (SELECT * FROM loud) TO STDOUT",
    "SELECT * FROM over_loud",
    "SELECT * FROM over_ruled",
    "EXPLAIN ANALYZE SELECT * FROM loud",
    // Aggregates, windows, sets, fields.
    "SELECT gathered(word) FROM data",
    "SELECT gathered(word) OVER (ORDER BY id) FROM data",
    "SELECT * FROM many()",
    "SELECT many()",
    "SELECT * FROM ROWS FROM (many(), generate_series(1, 2)) AS r",
    "SELECT d.told FROM data d",
    "SELECT data.told FROM data",
    "SELECT (d).told FROM data d",
    "SELECT (SELECT d FROM data d LIMIT 1).told",
    // Classes of operators.
    "SELECT w FROM scales ORDER BY w",
    "SELECT w FROM scales ORDER BY w USING <",
    "SELECT w FROM scales ORDER BY w USING OPERATOR(public.>)",
    "SELECT DISTINCT w FROM scales",
    "SELECT count(*) FROM scales GROUP BY w",
    // By other ways, and what writes anyway.
    "COPY (SELECT upper('x')) TO STDOUT",
    "EXPLAIN ANALYZE SELECT upper('x')",
    "PREPARE p AS SELECT upper('x'); EXECUTE p",
    "BEGIN; DECLARE c CURSOR FOR SELECT upper('x'); FETCH c; COMMIT",
    "INSERT INTO defaulted (word) VALUES ('x')",
    "SELECT half_calm('x')",
    "SELECT calm(1), counts('x')",
];

/// What reads, and goes through.
const READS: &[&str] = &[
    "SELECT calm(1)",
    "SELECT calm('x')",
    "SELECT calm(id) FROM data",
    "SELECT * FROM calm_view",
    "SELECT lower(word) FROM data",
    "SELECT d.id, d.word FROM data d WHERE d.word LIKE 'a%' ORDER BY d.word",
    "SELECT count(*) FROM pg_class",
    "SELECT 1",
];

fn scene(version: Version, policies: &str) -> (Scene, TempDir) {
    let folder = TempDir::new("names");
    let file = folder.join("password");
    fs::write(&file, PASSWORD).unwrap();
    let server = Postgres::with(Options { version, ..Options::default() });
    let scene = Scene::prepared(server, policies, |setup| {
        let look = "[[resource.account]]\nname = \"look\"\nuser = \"app_user\"\ninspection = true\n";
        let look = format!("{look}secret = {{ file = \"{}\" }}\n", file.display());
        Setup { more: format!("{}\n{look}", setup.more), ..setup }
    });
    Client::psql(&scene.server.door()).stdin(SAMPLE).args(["-v", "ON_ERROR_STOP=1", "-f", "-"]).run().ok();
    (scene, folder)
}

/// What is wrong with one attack; nothing when it is refused in both ways of asking, and writes at the server.
fn wrong(scene: &Scene, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let straight = Client::psql(&scene.server.door()).args(["-X", "-q", "-c", text]).run();
    if kept(&scene.server).is_empty() {
        problems.push(format!("{text}: writes nothing at the server, so it proves nothing: {}", straight.stderr));
    }
    sql(&scene.server, "TRUNCATE kept");
    let said = Client::psql(&scene.gateway.door()).args(["-v", "VERBOSITY=verbose", "-c", text]).run();
    if !said.stderr.contains("42501") {
        problems.push(format!("{text}: is not refused: {}{}", said.stdout, said.stderr));
    }
    if !text.contains(';') {
        let mut wire = Wire::sign_in(&scene.gateway.door());
        wire.send(&[run(text), sync()].concat());
        let messages = wire.messages();
        if !completed(&messages).is_empty() {
            problems.push(format!("{text}: is not refused when it is prepared"));
        }
    }
    if !kept(&scene.server).is_empty() {
        problems.push(format!("{text}: wrote through the gateway"));
        sql(&scene.server, "TRUNCATE kept");
    }
    problems
}

fn no_name_writes(version: Version) {
    if direct() {
        return;
    }
    let everybody = "@id(\"all\") permit (principal, action, resource);\n";
    let (scene, _folder) = scene(version, &format!("{everybody}{READ_ONLY}"));
    let problems: Vec<String> = WRITES.iter().flat_map(|text| wrong(&scene, text)).collect();
    assert!(problems.is_empty(), "{} of {}:\n{}", problems.len(), WRITES.len(), problems.join("\n"));
    // Large objects are no rows: the server says how many there are.
    let before = sql(&scene.server, "SELECT count(*) FROM pg_largeobject_metadata");
    let said = Client::psql(&scene.gateway.door()).args(["-c", "SELECT * FROM with_server_code"]).run();
    said.fails_with("this resource is for reading");
    assert_eq!(sql(&scene.server, "SELECT count(*) FROM pg_largeobject_metadata"), before);
    for text in READS {
        Client::psql(&scene.gateway.door()).args(["-c", text]).run().ok();
    }
    scene.gateway.assert_recorded("refusal", "upper");
}

#[test]
fn no_name_of_a_read_only_resource_writes_on_15() {
    no_name_writes(Version::V15);
}

#[test]
fn no_name_of_a_read_only_resource_writes_on_18() {
    no_name_writes(Version::V18);
}

/// What was approved is what it was asked for: swapped by somebody else meanwhile, it is refused, and asked for anew.
#[test]
fn what_is_swapped_while_it_waits_is_not_run() {
    if direct() {
        return;
    }
    let (scene, _folder) = scene(Version::V15, APPROVED);
    let grace = scene.person("grace");
    let swaps = [
        (
            "INSERT INTO kept SELECT word FROM source",
            "CREATE VIEW source AS SELECT 'harmless' AS word",
            "CREATE OR REPLACE VIEW source AS SELECT 'swapped' AS word",
        ),
        (
            "INSERT INTO kept SELECT word FROM below",
            "CREATE VIEW inner_one AS SELECT 'harmless' AS word; CREATE VIEW below AS SELECT word FROM inner_one",
            "CREATE OR REPLACE VIEW inner_one AS SELECT 'swapped' AS word",
        ),
        (
            "INSERT INTO kept SELECT made_up()",
            "CREATE FUNCTION made_up() RETURNS text LANGUAGE sql AS $$SELECT 'harmless'$$",
            "CREATE OR REPLACE FUNCTION made_up() RETURNS text LANGUAGE sql AS $$SELECT 'swapped'$$",
        ),
        (
            "INSERT INTO kept SELECT w FROM tabled",
            "CREATE TABLE tabled AS SELECT 'harmless' AS w",
            "ALTER TABLE tabled RENAME TO old; CREATE TABLE tabled AS SELECT 'swapped' AS w",
        ),
        (
            "INSERT INTO kept SELECT lower('SWAPPED')",
            "SELECT 1",
            "CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE sql AS $$SELECT 'swapped'$$",
        ),
    ];
    for (text, before, swap) in swaps {
        sql(&scene.server, before);
        let mut wire = Wire::sign_in(&scene.gateway.door());
        wire.send(&query(text));
        let first = id(&grace.next_request());
        sql(&scene.server, swap);
        grace.ok(&["requests", "approve", &first, "--yes"]);
        assert_error(&wire.messages(), "42501", b'I');
        assert_eq!(kept(&scene.server), "", "{text}");
        scene.gateway.assert_recorded("refusal", "what its names stand for was changed");
        // Asked anew, it is what stands there now.
        wire.send(&query(text));
        let again = id(&grace.next_request());
        assert_ne!(first, again);
        grace.ok(&["requests", "approve", &again, "--yes"]);
        assert_eq!(completed(&wire.messages()), ["INSERT 0 1"], "{text}");
        assert_eq!(kept(&scene.server), "swapped", "{text}");
        sql(&scene.server, "TRUNCATE kept");
    }
}

/// Whoever keeps the gateway from reading what there is gains nothing by it.
#[test]
fn what_cannot_be_looked_up_may_be_code() {
    if direct() {
        return;
    }
    let everybody = "@id(\"all\") permit (principal, action, resource);\n";
    let (scene, folder) = scene(Version::V15, &format!("{everybody}{READ_ONLY}"));
    fs::write(folder.join("password"), "not-the-password").unwrap();
    sql(&scene.server, "ALTER ROLE app_user CONNECTION LIMIT 0");
    let said = Client::psql(&scene.gateway.door()).args(["-c", "SELECT lower(word) FROM data"]).run();
    said.fails_with("this resource is for reading");
    Client::psql(&scene.gateway.door()).args(["-c", "SELECT 1"]).run().ok();
}
