//! Masks from end to end: what the gateway reads of a database, how soon it sees that it was changed, and how it says why
//! something is masked. What comes through in which shape is for `attacks::masked`.

mod changed;
mod dry_run;
mod named;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::harness::client::{Client, Done};
use crate::harness::direct;
use crate::harness::place::TempDir;
use crate::harness::postgres::PASSWORD;
use crate::harness::scene::Scene;
use crate::harness::setup::Setup;

const RULES: &str = r#"@id("mask-people") @mask("customers.ssn, label:card null")
forbid (principal, action == Action::"reveal", resource);
"#;

const STRUCTURE: &str = "
    CREATE TABLE customers (id int, name text, ssn text, plan text);
    INSERT INTO customers VALUES (1, 'Ada', 'canary-ssn', 'plain');
    CREATE VIEW people AS SELECT id, ssn AS number FROM customers;
    CREATE VIEW nested AS SELECT number AS renamed FROM people;
    CREATE TABLE cards (number text);
    INSERT INTO cards VALUES ('canary-card');
    COMMENT ON COLUMN cards.number IS 'signet: card';
    CREATE TABLE later (word text); INSERT INTO later VALUES ('seen');
    CREATE VIEW moving AS SELECT word FROM later;";

/// The account by which the gateway looks.
fn with_inspection(password: &str) -> (Scene, TempDir) {
    let folder = TempDir::new("look");
    let file = folder.join("password");
    fs::write(&file, password).unwrap();
    let scene = Scene::made(RULES, &[], |setup| {
        let look = "[[resource.account]]\nname = \"look\"\nuser = \"app_user\"\ninspection = true\n";
        let look = format!("{look}secret = {{ file = \"{}\" }}\n", file.display());
        Setup { more: format!("{}\n{look}", setup.more), ..setup }
    });
    straight(&scene, STRUCTURE);
    (scene, folder)
}

fn straight(scene: &Scene, text: &str) -> Done {
    let done = Client::psql(&scene.server.door()).args(["-c", text]).run();
    done.ok();
    done
}

fn through(scene: &Scene, text: &str) -> Done {
    let done = Client::psql(&scene.gateway.door()).args(["-c", text]).run();
    let said = format!("{}{}", done.stdout, done.stderr);
    assert!(!said.contains("canary"), "{text}: {said}");
    done
}

#[test]
fn views_and_labels_are_found_and_the_key_is_its_owners_alone() {
    if direct() {
        return;
    }
    let (scene, _folder) = with_inspection(PASSWORD);
    for table in ["customers", "people", "nested", "cards"] {
        let shown = through(&scene, &format!("SELECT * FROM {table}"));
        assert!(shown.stderr.is_empty(), "{}", shown.report());
    }
    assert!(through(&scene, "SELECT id, name FROM customers").ok().contains("1|Ada"));
    // It looked by the account for that, on one connection; people are not let in as it.
    let log = scene.server.log();
    assert_eq!(
        log.matches("connection authorized: user=app_user database=postgres application_name=signet").count(),
        1
    );
    let as_look = scene.gateway.door().user("ada+look");
    assert!(!Client::psql(&as_look).args(["-c", "SELECT 1"]).run().stderr.is_empty());
    let mode = fs::metadata(scene.gateway.data().join("mask.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_was_changed_by_others_is_seen_before_the_next_result() {
    if direct() {
        return;
    }
    let (scene, _folder) = with_inspection(PASSWORD);
    assert!(through(&scene, "SELECT word FROM later").ok().contains("seen"));
    straight(&scene, "UPDATE later SET word = 'canary'");
    assert!(through(&scene, "COMMENT ON COLUMN later.word IS 'signet: card'").stderr.is_empty());
    assert!(through(&scene, "SELECT word FROM later").stderr.is_empty());
    through(&scene, "SELECT * FROM moving");
    let made = through(&scene, "CREATE TABLE labelled (v text)");
    assert!(made.stderr.is_empty(), "{}", made.report());
    straight(&scene, "INSERT INTO labelled VALUES ('canary')");
    let labelled = through(&scene, "COMMENT ON COLUMN labelled.v IS 'signet: card'");
    assert!(labelled.stderr.is_empty(), "{}", labelled.report());
    assert!(through(&scene, "SELECT * FROM labelled").stderr.is_empty());
}

/// A label holds whatever its column is called, and is not taken away by whom it hides the column from.
#[test]
fn a_label_stays_through_other_names_and_is_not_taken_away() {
    if direct() {
        return;
    }
    let (scene, _folder) = with_inspection(PASSWORD);
    for taken in ["COMMENT ON COLUMN cards.number IS NULL", "COMMENT ON TABLE cards IS 'signet: other'"] {
        let refused = through(&scene, taken);
        assert!(refused.stderr.contains("cards.number is masked by policy mask-people"), "{}", refused.report());
        assert!(refused.stderr.contains("its labels may not be changed"), "{}", refused.report());
    }
    for renamed in ["ALTER TABLE cards RENAME number TO digits", "ALTER TABLE cards RENAME TO papers"] {
        through(&scene, renamed).ok();
    }
    assert!(through(&scene, "SELECT digits FROM papers").stderr.is_empty());
    assert!(through(&scene, "COMMENT ON COLUMN later.word IS 'a word'").stderr.is_empty());
}

/// What comes behind a change in the same message does not make it forgotten.
#[test]
fn a_change_with_something_behind_it_is_seen_as_soon() {
    if direct() {
        return;
    }
    let (scene, _folder) = with_inspection(PASSWORD);
    assert!(through(&scene, "SELECT word FROM later").ok().contains("seen"));
    straight(&scene, "UPDATE later SET word = 'canary'");
    let changed = through(&scene, "COMMENT ON COLUMN later.word IS 'signet: card'; SELECT 1");
    assert!(changed.stderr.is_empty(), "{}", changed.report());
    assert!(through(&scene, "SELECT word FROM later").stderr.is_empty());
}

#[test]
fn what_cannot_be_read_is_refused_and_the_log_says_why() {
    if direct() {
        return;
    }
    let (scene, folder) = with_inspection("not-the-password");
    let refused = through(&scene, "SELECT ssn FROM customers");
    assert!(refused.stderr.contains("cannot be read, so what must be masked is refused"), "{}", refused.report());
    assert!(!refused.stderr.contains("28P01"), "{}", refused.report());
    let log = scene.gateway.log();
    assert!(log.contains("28P01") && !log.contains("not-the-password"), "{log}");
    // As soon as it can be read, without a new start.
    fs::write(folder.join("password"), PASSWORD).unwrap();
    assert!(through(&scene, "SELECT ssn FROM customers").stderr.is_empty());
}

#[test]
fn why_something_is_masked_is_told() {
    if direct() {
        return;
    }
    let (scene, _folder) = with_inspection(PASSWORD);
    let watcher = scene.person("watcher");
    let words = ["mask", "explain", "SELECT renamed, 1 FROM nested", "--as", "ada", "--on", "prod"];
    let told = watcher.ok(&words);
    assert!(told.contains("by policy mask-people") && told.contains("which is"), "{told}");
    assert!(told.contains("column 2: shown"), "{told}");
    assert!(told.contains("customers.ssn"), "{told}");
    scene.gateway.assert_recorded("evidence.read", "masks.explain");
}
