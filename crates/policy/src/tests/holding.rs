//! Approval is a restriction: what holds, on which terms, and what no permit lifts.

use std::time::Duration;

use model::{Decision, HoldTerms, Phase, Public, Requirement, Verb, Verdict, Wait};

use super::deciding::{decide, denied, given, mask};
use crate::Given;

const HELD: &str = r#"
@id("all") @mask("ssn") permit (principal, action, resource);
@id("eyes") @approve("group:leads") @expires("10m") @message("two people look at writes")
forbid (principal, action == Action::"write", resource) unless { context.approvals.contains("group:leads") };
"#;

fn requirement(text: &str) -> Requirement {
    text.parse().unwrap()
}

#[track_caller]
fn held(decision: &Decision) -> (&[String], &Public, &HoldTerms) {
    match &decision.verdict {
        Verdict::Hold { policies, notice, terms } => (policies, notice, terms),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_write_waits_and_says_for_what() {
    let decision = decide(HELD, &given("write"));
    let (policies, notice, terms) = held(&decision);
    assert_eq!(policies, ["eyes"]);
    assert_eq!(terms.requirements, [requirement("group:leads")]);
    assert_eq!((terms.expires, terms.wait), (Duration::from_secs(600), Wait::Session));
    assert_eq!(notice.message, "this waits for approval of group:leads: two people look at writes");
    assert_eq!(notice.hint.as_deref(), Some("It waits at most 10 minutes; Ctrl-C takes it back."));
}

#[test]
fn what_was_approved_is_allowed_with_what_comes_with_it() {
    let met = Given { approvals: vec![requirement("group:leads")], ..given("write") };
    let Verdict::Allow { policies, obligations } = decide(HELD, &met).verdict else { panic!("it is approved") };
    assert_eq!(policies, ["all"]);
    assert_eq!(obligations.mask, mask("all", "ssn"));
    let other = Given { approvals: vec![requirement("group:others")], ..given("write") };
    held(&decide(HELD, &other));
}

#[test]
fn an_approve_forbid_cannot_be_lifted_by_a_broader_permit() {
    let broader = format!(
        "{HELD}@id(\"everything\") permit (principal, action, resource);@id(\"ada\") permit (principal == Person::\"local/ada\", action, resource) when {{ true }};"
    );
    let ada = Given { person: "ada".to_owned(), groups: vec!["administrators".to_owned()], ..given("write") };
    assert_eq!(held(&decide(&broader, &ada)).0, ["eyes"]);
}

#[test]
fn what_would_be_denied_anyway_is_not_held() {
    let nothing = HELD.replace("permit (principal,", "permit (principal in Group::\"nobody\",");
    let decision = decide(&nothing, &given("write"));
    assert!(denied(&decision).0.is_empty(), "approval gives no permit");
    let flat =
        format!("{HELD}@id(\"flat\") @message(\"never\") forbid (principal, action == Action::\"write\", resource);");
    assert_eq!(denied(&decide(&flat, &given("write"))).0, ["eyes", "flat"]);
    let reads = HELD.replace("@mask(\"ssn\")", "@read_only(\"true\")");
    assert_eq!(denied(&decide(&reads, &given("write"))).0, ["all"]);
    let error = format!(
        "{HELD}@id(\"odd\") forbid (principal, action, resource) when {{ context.approvals.contains(\"group:leads\") && context.hour + 9223372036854775807 < 0 }};"
    );
    assert_eq!(denied(&decide(&error, &given("write"))).0, ["odd"], "also when only the second decision fails");
}

#[test]
fn preparing_is_not_held_but_denied() {
    let prepare = |text: &str| decide(text, &Given { phase: Phase::Prepare, ..given("write") });
    assert!(matches!(prepare(HELD).verdict, Verdict::Allow { .. }));
    held(&decide(HELD, &Given { phase: Phase::Bind, ..given("write") }));
    let flat =
        format!("{HELD}@id(\"flat\") @message(\"never\") forbid (principal, action == Action::\"write\", resource);");
    denied(&prepare(&flat));
    // It may run outside of the transaction in which it is prepared.
    let refuse = HELD.replace("@expires(\"10m\")", "@hold_in_transaction(\"refuse\")");
    let prepared = decide(&refuse, &Given { phase: Phase::Prepare, in_transaction: true, ..given("write") });
    assert!(matches!(prepared.verdict, Verdict::Allow { .. }));
}

#[test]
fn inside_a_transaction_it_waits_less_or_not_at_all() {
    let inside = |annotation: &str| {
        decide(&HELD.replace("@expires(\"10m\")", annotation), &Given { in_transaction: true, ..given("write") })
    };
    for (annotation, seconds) in [
        ("", 120),
        ("@expires(\"10m\")", 120),
        ("@expires(\"1m\")", 60),
        ("@hold_in_transaction(\"5m\")", 300),
        ("@hold_in_transaction(\"30s\")", 30),
    ] {
        let decision = inside(annotation);
        let (_, notice, terms) = held(&decision);
        assert_eq!(terms.expires, Duration::from_secs(seconds), "{annotation}");
        assert!(notice.hint.as_ref().unwrap().ends_with("its locks are held."), "{notice:?}");
    }
    let decision = inside("@hold_in_transaction(\"refuse\")");
    let (policies, message) = denied(&decision);
    assert_eq!(policies, ["eyes"]);
    assert_eq!(message, "this needs approval of group:leads, which is not waited for inside a transaction");
    // What is sent again later does not wait, and so holds no locks.
    let decision = inside("@wait(\"resubmit\") @hold_in_transaction(\"refuse\") @expires(\"10m\")");
    assert_eq!(held(&decision).2.expires, Duration::from_secs(600));
}

#[test]
fn terms_of_several_are_combined() {
    let text = r#"
@id("all") permit (principal, action, resource);
@id("a") @approve("group:leads") @expires("30m") @hold_in_transaction("5m") @message("one")
forbid (principal, action, resource) unless { context.approvals.contains("group:leads") };
@id("b") @approve("2 of group:owners") @expires("20m") @wait("resubmit") @message("two")
forbid (principal, action, resource) unless { context.approvals.contains("2 of group:owners") };
@id("c") @approve("group:leads")
forbid (principal, action, resource) unless { context.approvals.contains("group:leads") };
"#;
    let decision = decide(text, &given("write"));
    let (policies, notice, terms) = held(&decision);
    assert_eq!(policies, ["a", "b", "c"]);
    let all: Vec<String> = terms.requirements.iter().map(ToString::to_string).collect();
    assert_eq!(all, ["group:leads", "2 of group:owners"]);
    assert_eq!((terms.expires, terms.wait), (Duration::from_secs(1200), Wait::Resubmit));
    assert_eq!(notice.message, "this needs approval of group:leads and 2 of group:owners first: one; two");
    let half = Given { approvals: vec![requirement("group:leads")], ..given("write") };
    assert_eq!(held(&decide(text, &half)).0, ["b"]);
    let met = Given { approvals: vec![requirement("group:leads"), requirement("2 of group:owners")], ..given("write") };
    assert!(matches!(decide(text, &met).verdict, Verdict::Allow { .. }));
}

#[test]
fn access_is_asked_for_elsewhere() {
    let text = HELD.replace("Action::\"write\"", "Action::\"connect\"");
    let decision = decide(&text, &given("connect"));
    let (_, notice, _) = held(&decision);
    assert!(notice.message.starts_with("resource prod as account app needs approval of group:leads first"));
    assert!(notice.hint.as_ref().unwrap().contains("signet requests create prod"));
}

#[test]
fn break_glass_opens_what_the_policy_says_and_nothing_else() {
    let text = HELD.replace("(\"group:leads\") }", "(\"group:leads\") || context.break_glass }");
    let broken = Given { break_glass: true, ..given("write") };
    assert!(matches!(decide(&text, &broken).verdict, Verdict::Allow { .. }));
    held(&decide(HELD, &broken));
    denied(&decide("", &broken));
    let unknown = Verb::Unknown.as_str();
    denied(&decide(
        &format!("{text}@id(\"no\") @message(\"no\") forbid (principal, action == Action::\"unknown\", resource);"),
        &Given { break_glass: true, ..given(unknown) },
    ));
}
