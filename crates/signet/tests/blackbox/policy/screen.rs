//! A held psql at a terminal: what the person sees, and when.

use std::time::{Duration, Instant};

use super::{kept, ran, scene};
use crate::harness::desk::NOTICE;
use crate::harness::terminal::Terminal;

#[test]
fn the_notice_stands_on_the_screen_before_the_approval() {
    let Some((server, inside, _wire)) = scene() else { return };
    let mut screen = Terminal::psql(&inside.door());
    screen.expect("ready> ", 20);
    screen.type_line("INSERT INTO kept VALUES ('delicate') RETURNING 'answer ' || length(word);");
    let before = screen.expect(NOTICE, 20);
    assert!(before.contains("NOTICE:  ") && !before.contains("answer 8"), "{before}");
    let request = inside.desk.next();
    assert!(request.waits(), "the notice came after the decision");
    server.assert_never_saw("delicate");
    let approved = Instant::now();
    request.approve();
    screen.expect("answer 8", 20);
    assert!(approved.elapsed() < Duration::from_secs(2), "{:?} from approval to screen", approved.elapsed());
    screen.expect("ready> ", 10);
    screen.type_line("\\q");
    screen.wait_for_end(10);
    assert_eq!((kept(&server).as_str(), ran(&server, "delicate")), ("delicate", 1));
    inside.assert_recorded("command", "\"approved\":true");
}

#[test]
fn ctrl_c_takes_a_held_command_back() {
    let Some((server, inside, _wire)) = scene() else { return };
    let mut screen = Terminal::psql(&inside.door());
    screen.expect("ready> ", 20);
    screen.type_line("INSERT INTO kept VALUES ('delicate');");
    screen.expect(NOTICE, 20);
    let request = inside.desk.next();
    screen.press_ctrl_c();
    screen.expect("canceling statement due to user request", 10);
    request.wait_for_withdrawal();
    screen.expect("ready> ", 10);
    screen.type_line("SELECT 'still ' || 'here';");
    screen.expect("still here", 10);
    // The next one is a request of its own.
    screen.type_line("INSERT INTO kept VALUES ('delicate too') RETURNING 'then ' || 'done';");
    screen.expect(NOTICE, 20);
    inside.desk.next().approve();
    screen.expect("then done", 10);
    screen.type_line("\\q");
    screen.wait_for_end(10);
    assert_eq!((kept(&server).as_str(), ran(&server, "'delicate'")), ("delicate too", 0));
    inside.assert_recorded("cancel", "");
    inside.assert_recorded("refusal", "\"class\":\"cancelled\"");
}

#[test]
fn a_rejection_stands_on_the_screen_with_its_reason() {
    let Some((server, inside, _wire)) = scene() else { return };
    let mut screen = Terminal::psql(&inside.door());
    screen.expect("ready> ", 20);
    screen.type_line("BEGIN; INSERT INTO kept VALUES ('before');");
    screen.expect("ready> ", 20);
    screen.type_line("INSERT INTO kept VALUES ('delicate');");
    screen.expect(NOTICE, 20);
    inside.desk.next().reject("ask the owner of the table first");
    screen.expect("ERROR:  refused: ask the owner of the table first", 10);
    screen.expect("ready> ", 10);
    screen.type_line("COMMIT;\\echo 'over'");
    screen.expect("over", 10);
    screen.type_line("\\q");
    screen.wait_for_end(10);
    assert_eq!((kept(&server).as_str(), ran(&server, "delicate")), ("", 0));
    inside.assert_recorded("refusal", "ask the owner of the table first");
}
