//! What runs by a name: statements of PREPARE, cursors of DECLARE, and those of drivers and tools that use them.

use super::{through, with_inspection};
use crate::harness::client::Client;
use crate::harness::direct;
use crate::harness::postgres::PASSWORD;
use crate::harness::scene::Scene;

const DESTRUCTIVE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../policy/packs/destructive.cedar"));

/// `through`, with a text that psql sends statement by statement.
fn script(scene: &Scene, options: &[&str], text: &str) -> crate::harness::client::Done {
    let done = Client::psql(&scene.gateway.door()).args(options.iter().copied()).stdin(text).run();
    let said = format!("{}{}", done.stdout, done.stderr);
    assert!(!said.contains("canary"), "{text}: {said}");
    done
}

#[test]
fn execute_and_fetch_are_masked_by_what_is_behind_their_names() {
    if direct() {
        return;
    }
    let (scene, _folder) = with_inspection(PASSWORD);
    for text in [
        "PREPARE p AS SELECT id, name, ssn FROM customers; EXECUTE p;",
        "PREPARE p (int) AS SELECT id, name, ssn FROM customers WHERE id = $1; EXECUTE p (1);",
        "BEGIN; DECLARE c CURSOR FOR SELECT id, name, ssn FROM customers; FETCH ALL FROM c; COMMIT;",
        "DECLARE c CURSOR WITH HOLD FOR SELECT id, name, ssn FROM customers; BEGIN; COMMIT; FETCH ALL FROM c;",
    ] {
        for text in [text.to_owned(), text.replace("; ", ";\n")] {
            let shown = script(&scene, &[], &text);
            assert!(shown.ok().contains("1|Ada|[masked]") && shown.stderr.is_empty(), "{text}: {}", shown.report());
            assert!(through(&scene, &text).stderr.is_empty(), "{text}");
        }
    }
    // Of what is computed, the text behind the name is all that tells.
    for text in [
        "PREPARE p AS SELECT id, upper(ssn) FROM customers;\nEXECUTE p;",
        "BEGIN;\nDECLARE c CURSOR FOR SELECT id, upper(ssn) FROM customers;\nFETCH c;",
        "PREPARE p AS SELECT 1;\nDEALLOCATE p;\nPREPARE p AS SELECT ssn || '' FROM customers;\nEXECUTE p;",
        "PREPARE p AS SELECT 1;\nDO $$ BEGIN EXECUTE 'DEALLOCATE p'; EXECUTE 'PREPARE p AS SELECT ssn || '''' FROM customers'; END $$;\nEXECUTE p;",
    ] {
        let shown = script(&scene, &[], text);
        assert!(!shown.stdout.contains("CANARY"), "{text}: {}", shown.report());
    }
    let clear = script(&scene, &[], "PREPARE p AS SELECT upper(word) FROM later;\nEXECUTE p;");
    assert!(clear.ok().contains("SEEN") && clear.stderr.is_empty(), "{}", clear.report());
    scene.gateway.assert_recorded("command", "/* runs */ PREPARE p AS SELECT upper(word) FROM later");
}

#[test]
fn clients_that_use_names_work() {
    if direct() {
        return;
    }
    let (scene, _folder) = with_inspection(PASSWORD);
    let counted = ["-v", "FETCH_COUNT=2"];
    let shown = script(&scene, &counted, "SELECT upper(word), ssn FROM later, customers;");
    assert!(shown.ok().contains("SEEN|[masked]") && shown.stderr.is_empty(), "{}", shown.report());
    let psycopg = r#"
import os, psycopg
with psycopg.connect("") as connection:
    with connection.cursor(name="server side") as rows:
        rows.itersize = 1
        rows.execute("SELECT name, ssn FROM customers WHERE id = %s", (1,))
        print(rows.fetchall())
    with connection.cursor() as rows:
        rows.execute("SELECT name FROM customers WHERE id = %s", (1,), prepare=True)
        name = connection.execute("SELECT name FROM pg_prepared_statements").fetchone()[0]
        rows.execute(f'EXECUTE "{name}" (1)')
        print(rows.fetchone())
"#;
    let shown = Client::python_text(psycopg, &scene.gateway.door()).run();
    assert_eq!(shown.ok(), "[('Ada', '[masked]')]\n('Ada',)", "{}", shown.report());
}

#[test]
fn an_execute_of_what_the_policy_forbids_by_now_is_refused() {
    if direct() {
        return;
    }
    let scene = Scene::with("");
    let mut screen = scene.screen();
    screen.type_line("CREATE TABLE things (a int); INSERT INTO things VALUES (1); PREPARE p AS DELETE FROM things;");
    screen.type_line("SELECT 'all ' || 'made';");
    screen.expect("all made", 20);
    scene.change_policies(DESTRUCTIVE);
    screen.type_line("EXECUTE p;");
    screen.expect("DELETE and UPDATE need a WHERE clause", 20);
    screen.type_line("SELECT count(*) || ' left' FROM things;");
    screen.expect("1 left", 20);
    scene.gateway.assert_recorded("refusal", "/* runs */ PREPARE p AS DELETE FROM things");
}
