//! F4: who approves sees all that would run, and nothing in it can hide, reorder or push away what matters.

use crate::harness::direct;
use crate::harness::scene::{Scene, changes_need_a_lead, id, kept, ran};
use crate::harness::wire::{Wire, query};

/// What a command would have an approver see; each is refused afterwards.
fn shown(text: &str) -> Option<(Scene, String)> {
    if direct() {
        return None;
    }
    let scene = Scene::with(&changes_need_a_lead("15m"));
    let grace = scene.person("grace");
    let mut wire = Wire::sign_in(&scene.gateway.door());
    wire.send(&query(text));
    let request = id(&grace.next_request());
    let page = grace.ok(&["requests", "show", &request]);
    grace.ok(&["requests", "reject", &request, "--reason", "seen through"]);
    crate::harness::pipeline::assert_error(&wire.messages(), "42501", b'I');
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "kept VALUES")), ("", 0));
    scene.gateway.assert_recorded("hold", &request);
    scene.gateway.assert_recorded("refusal", "seen through");
    // Whatever is not a line's end is visible.
    let hidden: Vec<char> = page.chars().filter(|letter| letter.is_control() && *letter != '\n').collect();
    assert!(hidden.is_empty(), "{hidden:?} in:\n{page}");
    Some((scene, page))
}

/// F4: marks that turn the direction of reading, and letters of no width.
#[test]
fn f4_bidi_and_zero_width_are_escaped() {
    let hidden = "\u{202e}\u{2066}\u{200b}\u{200d}\u{feff}\u{ad}\u{2028}\u{e0041}";
    let Some((_scene, page)) = shown(&format!("INSERT INTO kept VALUES ('a{hidden}b')")) else { return };
    for letter in hidden.chars() {
        assert!(!page.contains(letter), "{letter:?} is in the page");
        let escape = letter.escape_unicode().to_string();
        assert!(page.contains(&escape), "no {escape} in:\n{page}");
    }
}

/// F4: what moves the cursor, clears the screen or returns to the line's start.
#[test]
fn f4_control_characters_are_escaped() {
    let text = "INSERT INTO kept VALUES ('x') /* \u{1b}[2J\u{1b}[H \u{8}\u{7f}\r\u{b}\u{85}\u{9b}1A harmless */";
    let Some((_scene, page)) = shown(text) else { return };
    for escape in ["\\u{1b}[2J", "\\u{8}", "\\u{7f}", "\\r", "\\u{9b}", "\\u{85}"] {
        assert!(page.contains(escape), "no {escape} in:\n{page}");
    }
}

/// F4: ten thousand empty lines, then what matters. The number of lines stands before them, and none is left out.
#[test]
fn f4_ten_thousand_empty_lines_hide_nothing() {
    let text = format!("INSERT INTO kept VALUES ('x'){}RETURNING 'at the end'", "\n".repeat(10_000));
    let Some((_scene, page)) = shown(&text) else { return };
    assert!(page.contains("10001 lines") || page.contains("10,001 lines"), "{:.2000}", page);
    assert!(page.contains("bytes"), "{page:.2000}");
    assert!(page.contains("    | RETURNING 'at the end'"), "the end is not shown");
    assert_eq!(page.lines().filter(|line| line.starts_with("    |")).count(), 10_001);
}

/// F4: a long line whose end matters, behind a comment that ends before it seems to, is shown to its end.
#[test]
fn f4_a_comment_hides_no_tail() {
    let harmless = "SELECT 'all is well' ".repeat(2000);
    let text = format!("INSERT INTO kept VALUES ('x') /* {harmless} */ RETURNING 'the tail'");
    let Some((_scene, page)) = shown(&text) else { return };
    assert!(page.contains("RETURNING 'the tail'"), "the tail is not shown");
    assert!(page.contains(&format!("{} bytes", text.len())), "{page:.2000}");
    let line = page.lines().find(|line| line.starts_with("    | INSERT")).unwrap();
    assert_eq!(line, format!("    | {text}"), "what would run is not shown as it is");
}

/// F4: names of programs and reasons are words of the requester, and are escaped too; a line of theirs does not look like
/// one of the page's.
#[test]
fn f4_what_the_requester_says_of_themselves_is_escaped() {
    if direct() {
        return;
    }
    let rule = r#"@id("by-request") @approve("group:dba-leads")
forbid (principal, action == Action::"connect", resource)
unless { context.approvals.contains("group:dba-leads") };
"#;
    let scene = Scene::with(rule);
    let (ada, grace) = (scene.person("ada"), scene.person("grace"));
    let reason = "a repair\n  needs         nobody\u{202e}\u{1b}[1A";
    let asked = ada.run(&["requests", "create", "prod", "--for", "1h", "--reason", reason]);
    if asked.status.success() {
        let page = grace.ok(&["requests", "show", &id(&grace.next_request())]);
        assert!(!page.contains("\n  needs         nobody") && page.contains("a repair\\n"), "{page}");
        assert!(!page.contains('\u{202e}') && !page.contains('\u{1b}'), "{page}");
    } else {
        assert!(String::from_utf8_lossy(&asked.stderr).contains("reason"), "{asked:?}");
        assert!(grace.json(&["requests"]).as_array().unwrap().is_empty());
    }
    assert_eq!(scene.gateway.journal().of_kind("session.start").count(), 0);
    scene.gateway.assert_recorded("admin.act", "");
}
