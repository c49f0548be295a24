//! A17, A22, A37: by the policies in force at that moment, whatever was prepared, set or begun before.

use crate::harness::pipeline::{assert_error, bind, close_statement, completed, execute, parse, rows, run, sync, tags};
use crate::harness::scene::{Scene, id, kept, ran, sql};
use crate::harness::wire::{Wire, frame, query};
use crate::harness::{Postgres, direct};

const OPEN: &str = r#"@id("open") permit (principal, action, resource);
"#;
const FROZEN: &str = r#"@id("open") permit (principal, action, resource);
@id("frozen") @message("changes are frozen") forbid (principal, action == Action::"write", resource);
"#;

fn scene(policies: &str) -> Option<Scene> {
    (!direct()).then(|| Scene::with(policies))
}

fn nothing_changed(server: &Postgres, needle: &str) {
    assert_eq!((kept(server).as_str(), ran(server, needle)), ("", 0));
}

/// A17: parsed while it was allowed, bound and run when it is not; also a portal that was bound before.
#[test]
fn a17_what_was_prepared_before_a_change_is_decided_by_the_new_policy() {
    let Some(scene) = scene(OPEN) else { return };
    let insert = |what: &str| format!("INSERT INTO kept VALUES ('{what}')");
    let mut wire = Wire::sign_in(&scene.gateway.door());
    wire.send(&[parse("s", &insert("parsed")), parse("p", &insert("bound")), sync()].concat());
    assert_eq!(tags(&wire.messages()), "11Z");
    let mut open = Wire::sign_in(&scene.gateway.door());
    open.send(&[parse("p", &insert("bound")), bind("portal", "p"), frame(b'H', b"")].concat());
    assert_eq!([open.receive(), open.receive()].map(|message| message.unwrap().tag), [b'1', b'2']);
    scene.change_policies(FROZEN);
    wire.send(&[bind("", "s"), execute(""), sync()].concat());
    assert_error(&wire.messages(), "42501", b'I');
    open.send(&[execute("portal"), sync()].concat());
    assert_error(&open.messages(), "42501", b'I');
    // The same name, parsed anew: nothing of the earlier decision is left.
    wire.send(&[close_statement("s"), parse("s", &insert("anew")), bind("", "s"), execute(""), sync()].concat());
    assert!(tags(&wire.messages()).ends_with("EZ"));
    wire.send(&[parse("", &insert("unnamed")), bind("", ""), execute(""), sync()].concat());
    assert!(tags(&wire.messages()).ends_with("EZ"));
    assert_eq!(rows(&wire.query("SELECT 'goes on'")).len(), 1);
    nothing_changed(&scene.server, "INSERT");
    for needle in ["parsed", "bound", "unnamed"] {
        scene.gateway.assert_recorded("refusal", needle);
    }
    scene.gateway.assert_recorded("refusal", "frozen");
}

/// A17: what SQL prepared and runs by its name.
#[test]
fn a17_prepared_by_sql_before_a_change() {
    let Some(scene) = scene(OPEN) else { return };
    let mut wire = Wire::sign_in(&scene.gateway.door());
    assert_eq!(completed(&wire.query("PREPARE s AS INSERT INTO kept VALUES ('by sql')")), ["PREPARE"]);
    let frozen = r#"@id("open") permit (principal, action, resource);
@id("unseen") forbid (principal, action in [Action::"write", Action::"unknown", Action::"call"], resource);
"#;
    scene.change_policies(frozen);
    assert_error(&wire.query("EXECUTE s"), "42501", b'I');
    wire.send(&[bind("", "s"), execute(""), sync()].concat());
    assert_error(&wire.messages(), "42501", b'I');
    nothing_changed(&scene.server, "EXECUTE s");
    scene.gateway.assert_recorded("refusal", "EXECUTE s");
}

/// A22: the pack that keeps guards lets nobody take off what bounds or logs a conversation.
#[test]
fn a22_settings_that_bound_or_log_stay_as_they_are() {
    if direct() {
        return;
    }
    let pack = include_str!("../../../../policy/packs/destructive.cedar");
    let Some(scene) = scene(&format!("{OPEN}{pack}")) else { return };
    let mut wire = Wire::sign_in(&scene.gateway.door());
    let before = |wire: &mut Wire| rows(&wire.query("SHOW statement_timeout"));
    let was = before(&mut wire);
    let guarded = [
        "SET statement_timeout = 0",
        "SET LOCAL statement_timeout TO 0",
        "SET SESSION \"statement_timeout\" = '1h'",
        "set /* x */ Log_Statement = 'none'",
        "SET log_min_duration_statement = -1",
        "SET log_duration = off",
        "RESET statement_timeout",
        "SET row_security = off",
        "SET session_replication_role = replica",
        "SELECT 1; SET statement_timeout = 0",
    ];
    for text in guarded {
        let messages = wire.query(text);
        assert!(tags(&messages).ends_with("EZ") && completed(&messages).is_empty(), "{text}: {messages:?}");
        assert_error(&messages, "42501", b'I');
    }
    wire.send(&[run(guarded[0]), sync()].concat());
    assert!(tags(&wire.messages()).ends_with("EZ"));
    for text in ["RESET ALL", "DISCARD ALL", "SET ROLE app_user", "SET SESSION AUTHORIZATION app_user"] {
        assert_error(&wire.query(text), "42501", b'I');
    }
    // A function that sets is a call or cannot be told, and waits for a lead.
    let text = "DO $$ BEGIN PERFORM set_config('statement_timeout', '0', false); END $$";
    let mut other = Wire::sign_in(&scene.gateway.door());
    other.send(&query(text));
    let grace = scene.person("grace");
    let request = id(&grace.next_request());
    grace.ok(&["requests", "reject", &request, "--reason", "no"]);
    assert_error(&other.messages(), "42501", b'I');
    assert_eq!(ran(&scene.server, "set_config"), 0);
    assert_eq!(before(&mut wire), was);
    let log = scene.server.log();
    assert!(!log.to_ascii_lowercase().contains("set statement_timeout") && !log.contains("Log_Statement"), "{log}");
    scene.gateway.assert_recorded("refusal", "destructive-keep-guards");
    scene.gateway.assert_recorded("refusal", "destructive-keep-identity");
}

/// A37: what is rolled back was still done and shown: each part is on record. A COMMIT does not smuggle what is refused.
#[test]
fn a37_transactions_hide_nothing_and_smuggle_nothing() {
    let drops = r#"@id("open") permit (principal, action, resource);
@id("no-ddl") @message("tables stay") forbid (principal, action == Action::"ddl", resource);
"#;
    let Some(scene) = scene(drops) else { return };
    let mut wire = Wire::sign_in(&scene.gateway.door());
    for text in ["BEGIN", "INSERT INTO kept VALUES ('rolled back')", "SELECT word FROM kept", "ROLLBACK"] {
        wire.query(text);
        scene.gateway.assert_recorded("command", &format!("\"text\":\"{text}"));
    }
    wire.query("BEGIN; INSERT INTO kept VALUES ('in one'); ROLLBACK");
    scene.gateway.assert_recorded("command", "in one");
    assert_eq!((ran(&scene.server, "rolled back"), kept(&scene.server).as_str()), (1, ""));
    let whole = [
        "COMMIT; DROP TABLE kept",
        "BEGIN READ ONLY; SELECT 1; COMMIT; DROP TABLE kept",
        "ROLLBACK; DROP TABLE kept; BEGIN",
        "COMMIT AND CHAIN; DROP TABLE kept",
        "END; BEGIN; SAVEPOINT a; DROP TABLE kept; RELEASE a; COMMIT",
    ];
    for text in whole {
        wire.query("BEGIN");
        let messages = wire.query(text);
        assert!(tags(&messages).ends_with("EZ") && completed(&messages).is_empty(), "{text}: {messages:?}");
        assert_error(&messages, "42501", b'E');
        assert_eq!(completed(&wire.query("ROLLBACK")), ["ROLLBACK"]);
    }
    assert_eq!(ran(&scene.server, "DROP TABLE"), 0);
    assert_eq!(sql(&scene.server, "SELECT to_regclass('kept') IS NOT NULL"), "t");
    scene.gateway.assert_recorded("refusal", "DROP TABLE kept");
    scene.gateway.assert_recorded("refusal", "no-ddl");
}

/// A37: read-only is what the grammar says, not what the transaction promises or lifts.
#[test]
fn a37_read_only_does_not_hang_on_the_transaction() {
    let pack = include_str!("../../../../policy/packs/read-only.cedar");
    let Some(scene) = scene(&format!("{OPEN}{pack}")) else { return };
    let mut wire = Wire::sign_in(&scene.gateway.door());
    for text in [
        "BEGIN READ WRITE; INSERT INTO kept VALUES ('lifted'); COMMIT",
        "COMMIT; INSERT INTO kept VALUES ('lifted')",
        "SET TRANSACTION READ WRITE; INSERT INTO kept VALUES ('lifted')",
        "WITH x AS (INSERT INTO kept VALUES ('lifted') RETURNING 1) SELECT * FROM x",
        "EXPLAIN ANALYZE INSERT INTO kept VALUES ('lifted')",
    ] {
        let messages = wire.query(text);
        assert!(tags(&messages).ends_with("EZ") && completed(&messages).is_empty(), "{text}: {messages:?}");
    }
    nothing_changed(&scene.server, "lifted");
    scene.gateway.assert_recorded("refusal", "lifted");
}
