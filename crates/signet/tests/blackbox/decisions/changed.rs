//! What changes while a command waits: it is decided again by what holds when it is approved.

use super::scene::{Scene, changes_need_a_lead, id, kept, ran};

const WAITS: &str = "NOTICE:  ";

fn held(scene: &Scene, word: &str) -> (crate::harness::terminal::Terminal, String) {
    let mut screen = scene.screen();
    screen.type_line(&format!("INSERT INTO kept VALUES ('{word}');"));
    screen.expect(WAITS, 20);
    let id = id(&scene.person("grace").next_request());
    (screen, id)
}

#[test]
fn a_policy_that_forbids_meanwhile_is_heeded() {
    let scene = Scene::with(&changes_need_a_lead("15m"));
    let (mut screen, id) = held(&scene, "forbidden meanwhile");
    let freeze =
        r#"@id("freeze") @message("changes are frozen") forbid (principal, action == Action::"write", resource);"#;
    scene.change_policies(&format!("{}\n{freeze}\n", changes_need_a_lead("15m")));
    scene.person("grace").run(&["requests", "approve", &id, "--yes"]);
    screen.expect("changes are frozen", 20);
    screen.expect("ready> ", 20);
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "forbidden meanwhile")), ("", 0));
    scene.gateway.assert_recorded("refusal", "freeze");
}

#[test]
fn a_policy_that_asks_for_more_meanwhile_is_heeded() {
    let scene = Scene::with(&changes_need_a_lead("15m"));
    let (mut screen, id) = held(&scene, "more is asked");
    scene.change_policies(&changes_need_a_lead("15m").replace("group:dba-leads", "2 of group:dba-leads"));
    scene.person("grace").run(&["requests", "approve", &id, "--yes"]);
    screen.expect("ERROR:", 20);
    screen.expect("ready> ", 20);
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "more is asked")), ("", 0));
}

#[test]
fn two_of_a_group_are_two_people() {
    let scene = Scene::with(&changes_need_a_lead("15m").replace("group:dba-leads", "2 of group:dba-leads"));
    let (mut screen, id) = held(&scene, "of two");
    let (grace, linus) = (scene.person("grace"), scene.person("linus"));
    grace.ok(&["requests", "approve", &id, "--yes"]);
    grace.run(&["requests", "approve", &id, "--yes"]);
    assert_eq!((grace.state(&id).as_str(), ran(&scene.server, "of two")), ("pending", 0));
    linus.ok(&["requests", "approve", &id, "--yes"]);
    screen.expect("ready> ", 20);
    grace.wait_for_state(&id, "used");
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "of two")), ("of two", 1));
}

/// Grace said yes to one of two, and is taken out of the group: her yes counts no more.
#[test]
fn an_approver_who_left_the_group_counts_no_more() {
    let scene = Scene::with(&changes_need_a_lead("15m").replace("group:dba-leads", "2 of group:seniors"));
    let root = scene.person("root");
    for person in ["grace", "linus"] {
        root.ok(&["groups", "add", "seniors", person]);
    }
    let (mut screen, id) = held(&scene, "half a yes");
    scene.person("grace").ok(&["requests", "approve", &id, "--yes"]);
    root.ok(&["groups", "remove", "seniors", "grace"]);
    scene.person("linus").run(&["requests", "approve", &id, "--yes"]);
    assert_eq!((scene.person("linus").state(&id).as_str(), ran(&scene.server, "half a yes")), ("pending", 0));
    screen.press_ctrl_c();
    screen.expect("canceling statement", 20);
}

/// Who joins the group after the request was made cannot decide it, whoever lets them in.
#[test]
fn an_approver_made_for_the_occasion_does_not_count() {
    let scene = Scene::with(&changes_need_a_lead("15m").replace("group:dba-leads", "group:seniors"));
    let root = scene.person("root");
    root.ok(&["groups", "add", "seniors", "grace"]);
    let (mut screen, id) = held(&scene, "for the occasion");
    root.ok(&["groups", "add", "seniors", "linus"]);
    assert!(!scene.person("linus").refused(&["requests", "approve", &id, "--yes"]).is_empty());
    assert_eq!(ran(&scene.server, "for the occasion"), 0);
    scene.person("grace").ok(&["requests", "approve", &id, "--yes"]);
    screen.expect("ready> ", 20);
    assert_eq!(kept(&scene.server), "for the occasion");
}

#[test]
fn a_requester_who_left_their_group_may_not_any_more() {
    let rule = r#"@id("writers-write") permit (principal in Group::"writers", action, resource);
@id("others-do-not") forbid (principal, action == Action::"write", resource) unless { principal in Group::"writers" };
"#;
    let scene = Scene::with(&format!("{rule}{}", changes_need_a_lead("15m")));
    let root = scene.person("root");
    root.ok(&["groups", "add", "writers", "ada"]);
    let (mut screen, id) = held(&scene, "no longer a writer");
    root.ok(&["groups", "remove", "writers", "ada"]);
    scene.person("grace").run(&["requests", "approve", &id, "--yes"]);
    screen.expect("ERROR:", 20);
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "no longer a writer")), ("", 0));
    scene.gateway.assert_recorded("refusal", "others-do-not");
}

#[test]
fn a_policy_that_lets_somebody_in_no_more_cuts_them_at_once() {
    let scene = Scene::with("");
    let mut screen = scene.screen();
    screen.type_line("SELECT 'was ' || 'in';");
    screen.expect("was in", 20);
    scene.change_policies("@id(\"closed\") forbid (principal, action == Action::\"connect\", resource);");
    scene.expect_cut(&mut screen);
    scene.gateway.assert_recorded("session.end", "");
}

#[test]
fn a_folder_that_cannot_be_read_leaves_the_earlier_policies_in_force() {
    let scene = Scene::with(&changes_need_a_lead("15m"));
    let rules = scene.gateway.dir().join("policies/rules.cedar");
    std::fs::write(rules, changes_need_a_lead("15m").replace("@approve", "@aprove")).unwrap();
    assert!(scene.person("root").refused(&["policy", "reload"]).contains("aprove"));
    let (mut screen, _) = held(&scene, "still held");
    screen.press_ctrl_c();
    screen.expect("canceling statement", 20);
    assert_eq!(ran(&scene.server, "still held"), 0);
}

#[test]
fn a_resource_that_is_removed_is_left_at_once() {
    let scene = Scene::with("@id(\"all\") permit (principal, action, resource);");
    let root = scene.person("root");
    let address = format!("postgres://postgres@127.0.0.1:{}/postgres", scene.server.port);
    let password = scene.gateway.dir().join("target-password").display().to_string();
    root.ok(&["resources", "add", &address, "--name", "other", "--tls", "disable", "--password-file", &password]);
    let mut screen = crate::harness::terminal::Terminal::psql(&scene.gateway.shared_door("other"));
    screen.expect("ready> ", 20);
    screen.type_line("SELECT 'on the ' || 'other';");
    screen.expect("on the other", 20);
    root.ok(&["resources", "remove", "other", "--yes"]);
    scene.expect_cut(&mut screen);
}
