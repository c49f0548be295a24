//! Structure that is changed in an open transaction, which the gateway cannot see: what names it is in doubt, and nothing else.

use super::{straight, with_inspection};
use crate::harness::client::{Client, Done};
use crate::harness::direct;
use crate::harness::postgres::PASSWORD;
use crate::harness::scene::Scene;

const MORE: &str = "
    CREATE TABLE heirs () INHERITS (customers);
    INSERT INTO heirs VALUES (2, 'Bea', 'canary-heir', 'other');
    CREATE TABLE open (number text);
    CREATE VIEW over AS SELECT number FROM open;
    CREATE VIEW above AS SELECT word FROM moving;
    INSERT INTO later VALUES ('canary-later') ;
    DELETE FROM later WHERE word LIKE 'canary%';";

/// Each statement is a message of its own, and an error does not end it.
fn script(scene: &Scene, text: &str) -> Done {
    let statements = text.replace("; ", ";\n");
    let done = Client::psql(&scene.gateway.door()).args(["-v", "ON_ERROR_STOP=0"]).stdin(statements).run();
    let said = format!("{}{}", done.stdout, done.stderr).to_lowercase();
    assert!(!said.contains("canary"), "{text}: {said}");
    done
}

#[test]
fn what_was_not_named_is_as_clear_as_before() {
    if direct() {
        return;
    }
    let (scene, _folder) = with_inspection(PASSWORD);
    straight(&scene, MORE);
    for begin in ["SELECT 1 AS a INTO made;", "SELECT word INTO TEMP made FROM later;"] {
        let shown = script(&scene, &format!("BEGIN; {begin} SELECT upper(word) FROM later; ROLLBACK;"));
        assert!(shown.ok().contains("SEEN") && shown.stderr.is_empty(), "{begin}: {}", shown.report());
    }
    let shown = script(&scene, "BEGIN; SELECT 1 AS word INTO TEMP later; SELECT upper(word) FROM later; ROLLBACK;");
    assert!(!shown.stdout.contains("SEEN"), "{}", shown.report());
}

/// What a name means by now, the catalogue does not say.
#[test]
fn what_was_changed_shows_nothing_by_its_old_meaning() {
    if direct() {
        return;
    }
    let (scene, _folder) = with_inspection(PASSWORD);
    straight(&scene, MORE);
    let swap = "ALTER TABLE customers RENAME ssn TO x; ALTER TABLE customers RENAME plan TO ssn; \
                ALTER TABLE customers RENAME x TO plan;";
    for text in [
        format!("BEGIN; {swap} SELECT upper(plan) FROM customers; ROLLBACK;"),
        format!("BEGIN; {swap} SELECT upper(plan) FROM heirs; ROLLBACK;"),
        format!("BEGIN; {swap} SAVEPOINT a; ROLLBACK TO a; SELECT upper(plan) FROM heirs; ROLLBACK;"),
        "BEGIN; CREATE OR REPLACE VIEW moving AS SELECT ssn AS word FROM customers; SELECT upper(word) FROM above;"
            .into(),
        "BEGIN; ALTER TABLE cards INHERIT open; SELECT upper(number) FROM open; ROLLBACK;".into(),
        "BEGIN; ALTER TABLE cards INHERIT open; SELECT upper(number) FROM over; ROLLBACK;".into(),
        "BEGIN; ALTER TABLE later RENAME TO earlier; ALTER TABLE cards RENAME TO later; \
         ALTER TABLE later RENAME number TO word; SELECT upper(word) FROM later; ROLLBACK;"
            .into(),
        "BEGIN; DO $$ BEGIN ALTER TABLE later RENAME TO earlier; ALTER TABLE cards RENAME TO later; \
         ALTER TABLE later RENAME number TO word; END $$; SELECT upper(word) FROM later; ROLLBACK;"
            .into(),
    ] {
        script(&scene, &text);
    }
}
