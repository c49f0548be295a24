//! One approval, many who give it and many who would use it: it is used once.

use std::sync::Barrier;

use super::scene::{Person, Scene, changes_need_a_lead, id, kept, ran, states};
use crate::harness::place::free_port;
use crate::harness::setup::Setup;

const WAITS: &str = "NOTICE:  ";

#[test]
fn a_hundred_who_approve_at_once_let_it_run_once() {
    let scene = Scene::with(&changes_need_a_lead("15m"));
    let mut screen = scene.screen();
    screen.type_line("INSERT INTO kept VALUES ('once');");
    screen.expect(WAITS, 20);
    let (grace, linus) = (scene.person("grace"), scene.person("linus"));
    let id = id(&grace.next_request());
    let barrier = Barrier::new(100);
    std::thread::scope(|scope| {
        for number in 0..100 {
            let (person, barrier, id) = (if number % 2 == 0 { &grace } else { &linus }, &barrier, &id);
            scope.spawn(move || {
                barrier.wait();
                person.run(&["requests", "approve", id, "--yes"]);
            });
        }
    });
    screen.expect("ready> ", 30);
    grace.wait_for_state(&id, "used");
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "'once'")), ("once", 1));
    let shown = grace.json(&["requests", "show", &id]);
    let mut voices: Vec<String> =
        shown["approvals"].as_array().unwrap().iter().map(|approval| approval["by"].to_string()).collect();
    voices.sort();
    voices.dedup();
    assert_eq!(voices.len(), shown["approvals"].as_array().unwrap().len(), "one voice a person: {shown}");
}

/// Two gateways share a store: what is asked at one is decided at the other, and used at the first.
#[test]
fn two_gateways_on_one_store() {
    let shared = crate::harness::place::TempDir::new("shared-store");
    let store =
        format!("[store]\nfile = \"{0}/store.sqlite\"\nkey_file = \"{0}/store.key\"\n", shared.path().display());
    let add = |setup: Setup| Setup { more: format!("{}\n{store}", setup.more), ..setup };
    let scene = Scene::made(&changes_need_a_lead("15m"), &[], add);
    let other = scene.another_gateway();
    assert_ne!(free_port(), other.api_port);
    let mut screen = scene.screen();
    screen.type_line("INSERT INTO kept VALUES ('from afar');");
    screen.expect(WAITS, 20);
    let grace = Person::sign_in(&other, "grace");
    let id = id(&grace.next_request());
    grace.ok(&["requests", "approve", &id, "--yes"]);
    screen.expect("ready> ", 20);
    grace.wait_for_state(&id, "used");
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "from afar")), ("from afar", 1));
    assert_eq!(states(&grace.json(&["requests"])).get("used"), Some(&1));
    // A stop of the other one does not void what waits here.
    screen.type_line("INSERT INTO kept VALUES ('still waits');");
    screen.expect(WAITS, 20);
    drop(other);
    let here = scene.person("grace");
    let id = super::scene::id(&here.next_request());
    here.ok(&["requests", "approve", &id, "--yes"]);
    screen.expect("ready> ", 20);
    assert_eq!(kept(&scene.server), "from afar,still waits");
}

#[test]
fn nobody_approves_their_own_wish() {
    let scene = Scene::with(&changes_need_a_lead("15m"));
    let door = scene.door_of("boss");
    let mut screen = crate::harness::terminal::Terminal::psql(&door);
    screen.expect("ready> ", 20);
    screen.type_line("INSERT INTO kept VALUES ('my own');");
    screen.expect(WAITS, 20);
    let boss = scene.person("boss");
    let id = id(&boss.next_request());
    assert!(!boss.refused(&["requests", "approve", &id, "--yes"]).is_empty());
    // Nor by a second account, made by an administrator who is the same human being.
    boss.ok(&["people", "add", "boss2", "--same-person-as", "boss"]);
    let ada = scene.person("ada");
    assert!(!ada.refused(&["requests", "approve", &id, "--yes"]).is_empty());
    assert!(!scene.person("root").refused(&["requests", "approve", &id, "--yes"]).is_empty());
    assert_eq!(ran(&scene.server, "my own"), 0);
    scene.person("grace").ok(&["requests", "approve", &id, "--yes"]);
    screen.expect("ready> ", 20);
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "my own")), ("my own", 1));
}
