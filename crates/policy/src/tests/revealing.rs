//! What is masked, by which policy, and what lifts that.

use model::{Decision, MaskRule, Positions, Verb, Verdict};
use ports::Decider;

use super::deciding::{decide, denied, given};
use super::loading::{problem, problems};
use super::world::{NOON, command, engine, policies};
use crate::{Given, Gives, Grant};

const MASKED: &str = r#"
@id("all") permit (principal, action, resource);
@id("cards") @mask("cards.number keep_last(4), label:pii token") @positions("allow-equality") @approve("group:dpo")
forbid (principal, action == Action::"reveal", resource in Env::"production")
unless { context.approvals.contains("group:dpo") };
@id("salaries") @mask("salary")
forbid (principal, action == Action::"reveal", resource) unless { principal in Group::"hr" };
"#;

/// On production, which is masked.
fn on_production(action: &str) -> Given {
    Given { labels: [("env".to_owned(), "production".to_owned())].into(), ..given(action) }
}

/// Policies and masks of what is allowed.
#[track_caller]
fn allowed(decision: &Decision) -> (Vec<&str>, Vec<String>) {
    let Verdict::Allow { policies, obligations } = &decision.verdict else { panic!("{decision:?}") };
    let mask = obligations.mask.iter().map(|rule| format!("{}: {rule}", rule.policy)).collect();
    (policies.iter().map(String::as_str).collect(), mask)
}

fn grant(policy: &str, met: &str) -> Grant {
    let masks = ["cards.number keep_last(4)", "label:pii token"].map(str::to_owned).to_vec();
    let gives = Gives::Reveal { policy: policy.to_owned(), masks };
    Grant { gives, met: vec![met.parse().unwrap()], from_us: 0, until_us: NOON + 1, purpose: Some("why".to_owned()) }
}

#[test]
fn what_is_forbidden_to_reveal_is_masked_and_says_by_what() {
    let decision = decide(MASKED, &on_production("read"));
    let (ids, mask) = allowed(&decision);
    assert_eq!(ids, ["all", "cards", "salaries"]);
    assert_eq!(mask, ["cards: cards.number keep_last(4)", "cards: label:pii token", "salaries: salary"]);
    let Verdict::Allow { obligations, .. } = &decision.verdict else { unreachable!() };
    let positions: Vec<Positions> = obligations.mask.iter().map(|rule: &MaskRule| rule.positions).collect();
    assert_eq!(positions, [Positions::EQUALITY, Positions::EQUALITY, Positions::NONE]);
    let hr = Given { groups: vec!["hr".to_owned()], ..given("read") };
    assert_eq!(allowed(&decide(MASKED, &hr)), (vec!["all"], vec![]), "neither is for them");
    assert_eq!(allowed(&decide(MASKED, &on_production("connect"))), (vec!["all"], vec![]));
}

#[test]
fn masks_come_with_what_was_approved_and_nothing_is_allowed_by_them() {
    let held = format!(
        "{MASKED}@id(\"eyes\") @approve(\"group:dpo\") forbid (principal, action == Action::\"write\", resource) \
         unless {{ context.approvals.contains(\"group:dpo\") }};"
    );
    assert!(matches!(decide(&held, &on_production("write")).verdict, Verdict::Hold { .. }));
    // That the same people agreed to the command does not show more of what it brings.
    let approved = Given { approvals: vec!["group:dpo".parse().unwrap()], ..on_production("write") };
    assert_eq!(allowed(&decide(&held, &approved)).0, ["all", "cards", "salaries"]);
    let alone = MASKED.replace("permit (principal,", "permit (principal in Group::\"nobody\",");
    assert!(denied(&decide(&alone, &on_production("read"))).0.is_empty());
}

#[test]
fn a_grant_lifts_exactly_the_policy_that_it_names() {
    let (engine, world, ada) = engine(MASKED, &[]);
    let mask = || allowed(&engine.decide(ada.who(), &command(Verb::Read), &[])).1.len();
    assert_eq!(mask(), 3);
    world.grant(grant("salaries", "group:dpo"));
    world.grant(grant("cards", "group:others"));
    world.grant(grant("none", "group:dpo"));
    world.grant(Grant { gives: Gives::Access, ..grant("cards", "group:dpo") });
    assert_eq!(mask(), 3, "nobody can lift one, and the other asks for other people");
    world.grant(grant("cards", "group:dpo"));
    assert_eq!(allowed(&engine.decide(ada.who(), &command(Verb::Read), &[])).1, ["salaries: salary"]);
    world.at(NOON + 1);
    assert_eq!(mask(), 3, "it is over, whatever is remembered");
    world.at(NOON);
    assert_eq!(mask(), 1);
    world.grants.lock().unwrap().clear();
    assert_eq!(mask(), 3, "it was revoked");
}

#[test]
fn a_grant_to_reveal_is_no_access_and_no_purpose() {
    let text = "@id(\"all\") permit (principal, action, resource);\
        @id(\"cards\") @mask(\"a\") @approve(\"group:dpo\") forbid (principal, action == Action::\"reveal\", resource) \
        unless { context.approvals.contains(\"group:dpo\") };\
        @id(\"ask\") @approve(\"group:dpo\") forbid (principal, action == Action::\"connect\", resource) \
        unless { context.approvals.contains(\"group:dpo\") };\
        @id(\"why\") @message(\"say why\") forbid (principal, action == Action::\"write\", resource) \
        unless { context has purpose };";
    let (engine, world, ada) = engine(text, &[]);
    world.grant(grant("cards", "group:dpo"));
    assert!(matches!(engine.admit(ada.who()).verdict, Verdict::Hold { .. }));
    assert_eq!(denied(&engine.decide(ada.who(), &command(Verb::Write), &[])).0, ["why"]);
    world.grant(Grant { gives: Gives::Access, ..grant("", "group:dpo") });
    assert!(matches!(engine.admit(ada.who()).verdict, Verdict::Allow { .. }));
    allowed(&engine.decide(ada.who(), &command(Verb::Write), &[]));
}

#[test]
fn a_grant_holds_only_while_the_policy_asks_for_the_same_people() {
    let (engine, world, ada) = engine(MASKED, &[]);
    world.grant(grant("cards", "group:dpo"));
    let mask = || allowed(&engine.decide(ada.who(), &command(Verb::Read), &[])).1.len();
    assert_eq!(mask(), 1);
    engine.replace(policies(2, &MASKED.replace("\"group:dpo\"", "\"2 of group:dpo\""))).unwrap();
    assert_eq!(mask(), 3);
}

#[test]
fn a_grant_holds_only_while_the_policy_masks_nothing_else() {
    let (engine, world, ada) = engine(MASKED, &[]);
    world.grant(grant("cards", "group:dpo"));
    let mask = || allowed(&engine.decide(ada.who(), &command(Verb::Read), &[])).1.len();
    assert_eq!(mask(), 1);
    for (number, (rules, masked)) in [
        ("cards.number keep_last(4), label:pii token, ssn", 4),
        ("label:pii token, cards.number keep_last(4)", 1),
        ("cards.* keep_last(4), label:pii token", 3),
        ("label:pii token", 1),
        ("label:pii", 2),
    ]
    .into_iter()
    .enumerate()
    {
        let text = MASKED.replace("cards.number keep_last(4), label:pii token", rules);
        engine.replace(policies(2 + number as u64, &text)).unwrap();
        assert_eq!(mask(), masked, "{rules}");
    }
}

#[test]
fn two_grants_of_one_policy_are_not_taken_for_each_other() {
    let (engine, world, ada) = engine(MASKED, &[]);
    let mask = || allowed(&engine.decide(ada.who(), &command(Verb::Read), &[])).1.len();
    let of_less = Gives::Reveal { policy: "cards".to_owned(), masks: vec!["label:pii token".to_owned()] };
    world.grant(Grant { gives: of_less, ..grant("cards", "group:dpo") });
    assert_eq!(mask(), 3, "less was agreed to");
    *world.grants.lock().unwrap() = vec![grant("cards", "group:dpo")];
    assert_eq!(mask(), 1, "what is remembered of the other says nothing of this one");
}

#[test]
fn why_a_grant_lifts_nothing_is_known() {
    let set = policies(1, MASKED);
    let masks = ["cards.number keep_last(4)", "label:pii token"].map(str::to_owned);
    let why = |id: &str, met: &str, masks: &[String]| set.unlifted(id, &[met.parse().unwrap()], masks);
    assert_eq!(why("cards", "group:dpo", &masks), None);
    assert_eq!(why("cards", "group:dpo", &masks[1..]), Some("the policy masks something else now"));
    assert_eq!(why("cards", "group:others", &masks), Some("the policy asks for other people now"));
    for gone in ["salaries", "none"] {
        assert_eq!(why(gone, "group:dpo", &masks), Some("nobody can agree to lift the policy any more"));
    }
}

#[test]
fn a_mask_that_cannot_be_evaluated_denies_the_command() {
    let odd = format!(
        "{MASKED}@id(\"odd\") @mask(\"x\") forbid (principal, action == Action::\"reveal\", resource) \
         when {{ context.hour + 9223372036854775807 < 0 }};"
    );
    assert_eq!(denied(&decide(&odd, &given("read"))).0, ["odd"]);
    let observed = odd.replace("@mask(\"x\") forbid (principal, action == Action::\"reveal\", resource)",
        "@mask(\"x\") @observe(\"2027-01-01\") forbid (principal, action == Action::\"reveal\", resource == Resource::\"prod\")");
    assert_eq!(denied(&decide(&observed, &given("read"))).0, ["odd"]);
}

#[test]
fn a_mask_that_is_only_observed_masks_nothing_and_is_told() {
    let text = MASKED
        .replace("@mask(\"salary\")", "@observe(\"2027-01-01\") @mask(\"salary\")")
        .replace("\"reveal\", resource) unless", "\"reveal\", resource == Resource::\"prod\") unless");
    let decision = decide(&text, &given("read"));
    assert_eq!(allowed(&decision), (vec!["all"], vec![]));
    assert_eq!(decision.observed, ["salaries"]);
}

#[test]
fn who_means_all_actions_does_not_mean_reveal() {
    let text = "@id(\"all\") permit (principal, action, resource);\
        @id(\"glass\") @approve(\"group:x\") forbid (principal, action, resource) \
        unless { context.approvals.contains(\"group:x\") };";
    let approved = Given { approvals: vec!["group:x".parse().unwrap()], ..given("read") };
    assert_eq!(allowed(&decide(text, &approved)), (vec!["all"], vec![]));
}

#[test]
fn what_can_be_asked_to_be_revealed_is_known() {
    let set = policies(1, MASKED);
    assert_eq!(set.to_reveal("cards").unwrap().requirements, ["group:dpo".parse().unwrap()]);
    assert!(set.to_reveal("salaries").is_none() && set.to_reveal("all").is_none() && set.to_reveal("none").is_none());
    assert_eq!(set.masks("salaries").unwrap()[0].to_string(), "salary");
    assert!(set.masks("all").is_none());
    let shown = Given { revealed: vec!["cards".to_owned()], ..on_production("read") };
    assert_eq!(allowed(&decide(MASKED, &shown)).1, ["salaries: salary"]);
    let wrong = Given { revealed: vec!["salaries".to_owned()], ..given("read") };
    assert_eq!(allowed(&decide(MASKED, &wrong)).1, ["salaries: salary"], "nothing lifts it");
}

#[test]
fn what_makes_no_sense_about_reveal_fails_the_load() {
    let reveal = "(principal, action == Action::\"reveal\", resource)";
    for (text, cause, remedy) in [
        (format!("permit {reveal}"), "nothing needs to permit reveal", "Leave it out"),
        (format!("@mask(\"a\") permit {reveal}"), "nothing needs to permit reveal", "Leave it out"),
        (format!("forbid {reveal}"), "does not say what", "Add @mask"),
        (format!("@mask(\"a\") @message(\"m\") forbid {reveal}"), "@message has no meaning", "Leave it out"),
        ("@mask(\"a\") forbid (principal, action, resource)".to_owned(), "forbids something else", "of its own"),
        (
            "@message(\"m\") forbid (principal, action in [Action::\"read\", Action::\"reveal\"], resource)".to_owned(),
            "beside other actions",
            "of its own",
        ),
        (
            "@message(\"m\") forbid (principal, action, resource) when { action == Action::\"reveal\" }".to_owned(),
            "in a condition",
            "of its own",
        ),
        ("@positions(\"allow\") permit (principal, action, resource)".to_owned(), "there is no @mask", "Add @mask"),
        (format!("@mask(\"a b c\") forbid {reveal}"), "@mask(\"a b c\") is not understood", "It takes"),
        (format!("@mask(\"a\") @positions(\"some\") forbid {reveal}"), "is not understood", "It takes some of"),
    ] {
        let text = format!("@id(\"a\") {text};");
        let found = problems(&text);
        let told = found.iter().find(|problem| problem.cause.contains(cause));
        let told = told.unwrap_or_else(|| panic!("{text}: {found:#?}"));
        assert!(told.remedy.as_ref().is_some_and(|told| told.contains(remedy)), "{told:?}");
    }
    let lifted = format!("@id(\"a\") @mask(\"a\") @approve(\"group:x\") forbid {reveal};");
    problem(&lifted, 1, "does not lift the policy");
}
