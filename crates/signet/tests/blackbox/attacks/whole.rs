//! F4: whoever approves sees all that will run: what stands around a command in its message, and what binary parameters mean.

use crate::harness::client::Client;
use crate::harness::direct;
use crate::harness::pipeline::{assert_error, completed};
use crate::harness::scene::{Scene, changes_need_a_lead, id, kept, ran, sql};
use crate::harness::wire::{Wire, query};

fn scene(rules: &str) -> Option<Scene> {
    (!direct()).then(|| Scene::with(rules))
}

/// What stands before and behind is shown, and runs only together with it.
#[test]
fn f4_a_command_is_shown_with_its_message() {
    let Some(scene) = scene(&changes_need_a_lead("15m")) else { return };
    let grace = scene.person("grace");
    let mut wire = Wire::sign_in(&scene.gateway.door());
    wire.send(&query("BEGIN; SELECT 'before'; INSERT INTO kept VALUES ('inside'); COMMIT"));
    let request = id(&grace.next_request());
    let shown = grace.ok(&["requests", "show", &request]);
    for part in [
        "| INSERT INTO kept VALUES ('inside')",
        "in one message with:",
        "before | BEGIN; SELECT 'before'; ",
        "after  | ; COMMIT",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let json = grace.json(&["requests", "show", &request]);
    assert_eq!(json["command"]["after"]["text"], "; COMMIT");
    assert_eq!(ran(&scene.server, "before"), 0, "part of it ran");
    grace.ok(&["requests", "approve", &request, "--yes"]);
    assert_eq!(completed(&wire.messages()), ["BEGIN", "SELECT 1", "INSERT 0 1", "COMMIT"]);
    wire.send(&query("INSERT INTO kept VALUES ('alone')"));
    let request = id(&grace.next_request());
    assert!(!grace.ok(&["requests", "show", &request]).contains("one message"));
    grace.ok(&["requests", "reject", &request, "--reason", "no"]);
    assert_error(&wire.messages(), "42501", b'I');
    assert_eq!(kept(&scene.server), "inside");
}

/// An approval of a command inside a transaction that ends in ROLLBACK is none of the same command elsewhere.
#[test]
fn f5_an_approval_is_for_the_whole_message() {
    let rule = changes_need_a_lead("15m").replacen("@expires", "@wait(\"resubmit\") @expires", 1);
    let Some(scene) = scene(&rule) else { return };
    let grace = scene.person("grace");
    let mut wire = Wire::sign_in(&scene.gateway.door());
    let tried = "BEGIN; INSERT INTO kept VALUES ('tried'); ROLLBACK";
    assert_error(&wire.query(tried), "42501", b'I');
    let request = id(&grace.next_request());
    grace.ok(&["requests", "approve", &request, "--yes"]);
    for other in ["INSERT INTO kept VALUES ('tried')", "BEGIN; INSERT INTO kept VALUES ('tried'); COMMIT"] {
        assert_error(&wire.query(other), "42501", b'I');
    }
    assert_eq!(ran(&scene.server, "tried"), 0);
    assert_eq!(completed(&wire.query(tried)), ["BEGIN", "INSERT 0 1", "ROLLBACK"]);
    assert_eq!(grace.state(&request), "used");
    assert_eq!(kept(&scene.server), "");
}

const ASYNCPG: &str = r#"
import asyncio, datetime, decimal, os, uuid, asyncpg

async def main():
    conn = await asyncpg.connect(ssl=os.environ["PGSSLMODE"] if "PGSSLROOTCERT" not in os.environ else None)
    day = datetime.date(2026, 11, 23)
    moment = datetime.datetime(2026, 11, 23, 12, 30, tzinfo=datetime.timezone.utc)
    print(await conn.execute(
        "INSERT INTO typed VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        7, "a word", True, decimal.Decimal("-12.50"), day, moment, uuid.UUID(int=1), b"\x00\xff", ["x", None, "y z"], '{"a": 1}'))
    await conn.close()

asyncio.run(main())
"#;

const PSYCOPG: &str = r#"
import psycopg

with psycopg.connect(autocommit=True) as conn:
    done = conn.execute("INSERT INTO typed (a, b, i) VALUES (%b, %b, %b)", (70000, "a word", ["x", "y"]))
    print(done.statusmessage)
"#;

const TYPED: &str =
    "CREATE TABLE typed (a int, b text, c bool, d numeric, e date, f timestamptz, g uuid, h bytea, i text[], j jsonb)";

/// Drivers that send all parameters in binary form: the approver reads them, and they arrive as they were sent.
#[test]
fn f4_binary_parameters_are_read() {
    let Some(scene) = scene(&changes_need_a_lead("15m")) else { return };
    sql(&scene.server, TYPED);
    let grace = scene.person("grace");
    let asyncpg: &[&str] = &[
        "$1 = 7 ",
        "$2 = a word ",
        "$3 = t ",
        "$4 = -12.50 ",
        "$5 = 2026-11-23 ",
        "$6 = 2026-11-23 12:30:00+00 ",
        "$7 = 00000000-0000-0000-0000-000000000001 ",
        "$8 = \\\\x00ff ",
        "$9 = {x,NULL,\"y z\"} ",
        "$10 = {\"a\": 1} ",
    ];
    for (program, values) in [(ASYNCPG, asyncpg), (PSYCOPG, &["$1 = 70000 ", "$2 = a word ", "$3 = {x,y} "])] {
        let client = Client::python_text(program, &scene.gateway.door()).start();
        let request = id(&grace.next_request());
        let shown = grace.ok(&["requests", "show", &request]);
        for value in values {
            assert!(shown.contains(value), "{value} in {shown}");
        }
        grace.ok(&["requests", "approve", &request, "--yes"]);
        client.finish().prints("INSERT 0 1");
    }
    let kept = sql(&scene.server, "SELECT a, b, d, h, i FROM typed ORDER BY a");
    assert_eq!(kept, "7|a word|-12.50|\\x00ff|{x,NULL,\"y z\"}\n70000|a word|||{x,y}");
    scene.gateway.assert_recorded("hold", "2026-11-23 12:30:00+00");
    scene.gateway.assert_recorded("command", "a word");
}

/// What is of no known type is still refused, with what helps.
#[test]
fn f4_what_nobody_can_read_is_refused() {
    let Some(scene) = scene(&changes_need_a_lead("15m")) else { return };
    sql(&scene.server, "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE moods (a mood)");
    let program = ASYNCPG
        .replace("INSERT INTO typed VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", "INSERT INTO moods VALUES ($1)");
    let (head, rest) = program.split_once("        7, ").unwrap();
    let program = format!("{head}        'good'))\n{}", rest.split_once("))\n").unwrap().1);
    let done = Client::python_text(&program, &scene.gateway.door()).run();
    done.fails_with("parameters in binary form show nobody what they are");
    assert_eq!(sql(&scene.server, "SELECT count(*) FROM moods"), "0");
    scene.gateway.assert_recorded("refusal", "INSERT INTO moods");
}
