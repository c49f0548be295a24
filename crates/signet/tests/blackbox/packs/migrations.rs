//! Migrations under `production-change`: held one by one, or let through for a window of time.

use super::under;
use crate::harness::client::Client;
use crate::harness::scene::{Person, Scene, id, sql};

/// Asks for a window of time and has it agreed to; gives the name of the grant.
fn window(scene: &Scene) -> String {
    let (ada, grace) = (scene.person("ada"), scene.person("grace"));
    let asked = id(&ada.json(&["requests", "create", "prod", "--for", "30m", "--reason", "migration 0042"]));
    grace.ok(&["requests", "approve", &asked, "--yes"]);
    asked
}

fn waiting(person: &Person) -> usize {
    person.json(&["requests", "--state", "pending"]).as_array().unwrap().len()
}

fn migrate(scene: &Scene, script: &str) -> String {
    let done = Client::python(script, &scene.gateway.door()).deadline(120).run();
    assert!(done.ok().contains("migrated"), "{}\n{}", done.stdout, done.stderr);
    assert!(!done.stderr.contains("approval"), "nothing waited: {}", done.stderr);
    done.stdout
}

#[test]
fn one_change_is_held_and_says_how_to_ask_for_a_window() {
    let scene = under("production-change");
    let change = Client::psql(&scene.gateway.door()).args(["-c", "ALTER TABLE kept ADD note text"]).start();
    let grace = scene.person("grace");
    let held = id(&grace.next_request());
    grace.ok(&["requests", "approve", &held, "--yes"]);
    let done = change.finish();
    done.ok();
    for expected in
        ["changes of production need a second person", "signet requests create prod", "signet requests approve"]
    {
        assert!(done.stderr.contains(expected), "{expected}: {}", done.stderr);
    }
    assert_eq!(sql(&scene.server, "SELECT count(note) FROM kept"), "0");
}

#[test]
fn a_window_lets_through_what_it_is_for_and_ends_at_once() {
    let scene = under("production-change");
    let grant = window(&scene);
    let ada = scene.person("ada");
    assert!(ada.refused(&["requests", "create", "prod", "--for", "30m", "--reason", "more"]).contains("already"));
    let steps: String = (0..30).map(|step| format!("CREATE TABLE step_{step} (id int);\n")).collect();
    let done = Client::psql(&scene.gateway.door()).stdin(format!("BEGIN;\n{steps}COMMIT;\n")).run();
    done.ok();
    assert_eq!(waiting(&scene.person("grace")), 0);
    assert_eq!(sql(&scene.server, "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'step_%'"), "30");
    let all = Client::psql(&scene.gateway.door()).args(["-c", "UPDATE kept SET word = 'x'"]).run();
    all.fails_with("DELETE and UPDATE need a WHERE clause on production");
    let mut screen = scene.screen();
    screen.type_line("INSERT INTO kept VALUES ('within');");
    screen.expect("ready> ", 20);
    ada.ok(&["grants", "revoke", &grant, "--reason", "done"]);
    screen.type_line("INSERT INTO kept VALUES ('after');");
    screen.expect("this waits for approval", 20);
    screen.press_ctrl_c();
    screen.expect("ready> ", 20);
    assert_eq!(sql(&scene.server, "SELECT string_agg(word, ',') FROM kept"), "within");
}

/// What empties whole stores is agreed to one by one in a window too.
#[test]
fn truncate_waits_in_a_window() {
    let scene = under("production-change");
    sql(&scene.server, "INSERT INTO kept VALUES ('one')");
    window(&scene);
    let truncate = Client::psql(&scene.gateway.door()).args(["-c", "TRUNCATE kept"]).start();
    let grace = scene.person("grace");
    let held = id(&grace.next_request());
    grace.ok(&["requests", "reject", &held, "--reason", "no"]);
    truncate.finish().fails_with("no");
    assert_eq!(sql(&scene.server, "SELECT count(*) FROM kept"), "1");
}

#[test]
fn django_migrates_in_a_window() {
    let scene = under("production-change");
    window(&scene);
    migrate(&scene, "migrate_django.py");
    assert_eq!(sql(&scene.server, "SELECT count(*) FROM shop_order WHERE paid"), "1");
    scene.gateway.assert_recorded("command", "CREATE TABLE \\\"shop_order\\\"");
}

#[test]
fn alembic_and_sqlalchemy_migrate_in_a_window() {
    let scene = under("production-change");
    window(&scene);
    migrate(&scene, "migrate_sqlalchemy.py");
    assert_eq!(sql(&scene.server, "SELECT count(*) FROM orders WHERE paid"), "1");
    assert_eq!(sql(&scene.server, "SELECT version_num FROM alembic_version"), "0002");
}

/// What Prisma's schema engine sends when it deploys a migration, by the same driver protocol: simple queries of several
/// statements for the scripts, extended ones for its own table.
#[test]
fn prisma_migrates_in_a_window() {
    let scene = under("production-change");
    window(&scene);
    let done = Client::node("migrate_prisma.js", &scene.gateway.door().tls("disable", None)).run();
    assert!(done.ok().contains("migrated"), "{}\n{}", done.stdout, done.stderr);
    assert_eq!(sql(&scene.server, "SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT NULL"), "1");
    assert_eq!(sql(&scene.server, "SELECT count(*) FROM \"Order\""), "0");
}

/// Without a window each change waits, and the migration goes through when each is agreed to.
#[test]
fn a_migration_without_a_window_goes_on_with_each_approval() {
    let scene = under("production-change");
    let mut migration = Client::python("migrate_sqlalchemy.py", &scene.gateway.door()).deadline(120).start();
    let (grace, mut agreed) = (scene.person("grace"), 0);
    while migration.running() {
        for held in grace.json(&["requests", "--state", "pending"]).as_array().unwrap() {
            agreed += usize::from(grace.run(&["requests", "approve", &id(held), "--yes"]).status.success());
        }
    }
    assert!(migration.finish().ok().contains("migrated"));
    assert!(agreed > 3, "{agreed} were agreed to");
}
