//! Allow, deny and what comes with it.

use std::time::Duration;

use model::{Certainty, Decision, MaskRule, Obligations, Positions, Recording, Verb, Verdict};
use ports::Decider;

use super::world::{Asker, command, engine, policies};
use crate::{Given, Stale, schema_text};

pub(super) fn given(action: &str) -> Given {
    Given { action: Some(action.to_owned()), ..Given::default() }
}

pub(super) fn decide(text: &str, given: &Given) -> Decision {
    given.decide(&policies(1, text), &|_, _| Vec::new()).unwrap()
}

pub(super) fn allowed(text: &str, given: &Given) -> bool {
    matches!(decide(text, given).verdict, Verdict::Allow { .. })
}

#[track_caller]
pub(super) fn denied(decision: &Decision) -> (&[String], String) {
    match &decision.verdict {
        Verdict::Deny { policies, reason } => (policies, reason.message.to_string()),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn obligations(decision: &Decision) -> Obligations {
    match &decision.verdict {
        Verdict::Allow { obligations, .. } => obligations.clone(),
        other => panic!("{other:?}"),
    }
}

/// What comes with a permit without annotations. How much the resource itself wants recorded is not the policy's.
const NONE: Obligations = Obligations {
    mask: Vec::new(),
    record: Recording::UpTo(0),
    max_rows: None,
    rates: Vec::new(),
    max_bytes: None,
    timeout: None,
};

/// The rules of one annotation, as they come out of a decision.
pub(super) fn mask(id: &str, text: &str) -> Vec<MaskRule> {
    MaskRule::read_all(id, Positions::NONE, text).unwrap()
}

const ALL: &str = "@id(\"all\") permit (principal, action, resource);\n";

#[test]
fn what_nothing_permits_is_denied_and_says_what_to_do() {
    let decision = decide("", &given("connect"));
    let (policies, message) = denied(&decision);
    assert!(policies.is_empty());
    assert_eq!(message, "no policy lets you use resource prod as account app");
    let Verdict::Deny { reason, .. } = &decision.verdict else { unreachable!() };
    assert!(reason.hint.as_ref().unwrap().contains("ask the operators"));
    assert_eq!(denied(&decide("", &given("write"))).1, "no policy lets you do write on resource prod as account app");
}

#[test]
fn a_forbid_whose_condition_errors_denies() {
    // Adding one to the largest number overflows, which no validation can see.
    let text = format!(
        "{ALL}@id(\"odd\") @message(\"inner text\") forbid (principal, action, resource) when {{ context.hour + 9223372036854775807 < 0 }};"
    );
    for action in ["connect", "read", "unknown"] {
        let decision = decide(&text, &given(action));
        let (policies, message) = denied(&decision);
        assert_eq!(policies, ["odd"]);
        assert_eq!(message, "policy odd could not be evaluated, so nothing is allowed");
    }
}

#[test]
fn a_permit_whose_condition_errors_denies_though_another_permits() {
    let text = format!(
        "{ALL}@id(\"odd\") permit (principal, action, resource) when {{ context.hour + 9223372036854775807 < 0 }};"
    );
    assert_eq!(denied(&decide(&text, &given("read"))).0, ["odd"]);
}

#[test]
fn an_observed_policy_that_errors_denies() {
    let text = format!(
        "{ALL}@id(\"odd\") @observe(\"2027-01-01\") forbid (principal, action, resource == Resource::\"prod\") when {{ context.hour + 9223372036854775807 < 0 }};"
    );
    assert_eq!(denied(&decide(&text, &given("read"))).0, ["odd"]);
}

#[test]
fn a_denial_says_the_messages_by_order_of_id() {
    let text = format!(
        "{ALL}@id(\"b\") @message(\"second\") forbid (principal, action, resource);@id(\"a\") @message(\"first\") forbid (principal, action, resource);@id(\"c\") forbid (principal, action == Action::\"read\", resource);"
    );
    let decision = decide(&text, &given("read"));
    assert_eq!(denied(&decision).0, ["a", "b", "c"]);
    assert_eq!(denied(&decision).1, "denied by policies a, b, c: first; second");
}

#[test]
fn obligations_of_all_permits_are_combined() {
    let text = "\
@id(\"one\") @mask(\"b,a\") @record(\"16KiB\") @max_rows(\"10\") @max_bytes(\"2MiB\") @statement_timeout(\"1m\")
permit (principal, action, resource);
@id(\"two\") @mask(\"c,a\") @record(\"1MiB\") @max_rows(\"20\") @max_bytes(\"1MiB\") @statement_timeout(\"30s\")
permit (principal, action, resource);
@id(\"three\") permit (principal, action, resource);
@id(\"four\") @record(\"full\") permit (principal, action == Action::\"write\", resource);
";
    let found = obligations(&decide(text, &given("read")));
    let expected = Obligations {
        mask: [("one", "a,b"), ("two", "a,c")].iter().flat_map(|(id, text)| mask(id, text)).collect(),
        record: Recording::UpTo(1 << 20),
        max_rows: Some(10),
        rates: Vec::new(),
        max_bytes: Some(1 << 20),
        timeout: Some(Duration::from_secs(30)),
    };
    assert_eq!(found, expected);
    assert_eq!(obligations(&decide(text, &given("write"))).record, Recording::Whole);
    assert_eq!(obligations(&decide(ALL, &given("read"))), NONE);
}

#[test]
fn read_only_lets_proven_reads_through_alone() {
    let text = format!("{ALL}@id(\"reads\") @read_only(\"true\") permit (principal, action, resource);");
    for action in ["connect", "read", "session", "transaction"] {
        assert!(allowed(&text, &given(action)), "{action}");
    }
    for action in
        ["write", "ddl", "copy_out", "copy_in", "call", "unknown", "grant", "session_identity", "session_guard"]
    {
        assert_eq!(denied(&decide(&text, &given(action))).0, ["reads"], "{action}");
    }
    let lexed = Given { certainty: Certainty::Lexed, ..given("read") };
    assert_eq!(denied(&decide(&text, &lexed)).0, ["reads"]);
}

#[test]
fn every_verb_is_an_action_and_a_command() {
    let text = "@id(\"commands\") permit (principal, action in Action::\"command\", resource);";
    for verb in Verb::ALL {
        assert!(allowed(text, &given(verb.as_str())), "{verb:?}");
        let one = format!("@id(\"one\") permit (principal, action == Action::\"{}\", resource);", verb.as_str());
        for other in Verb::ALL {
            assert_eq!(allowed(&one, &given(other.as_str())), verb == other);
        }
        assert!(!allowed(&one, &given("connect")));
    }
    assert!(!allowed(text, &given("connect")));
    let inside = "@id(\"in\") permit (principal, action, resource) when { action in Action::\"command\" };";
    assert!(allowed(inside, &given("read")) && !allowed(inside, &given("connect")));
}

#[test]
fn every_value_of_the_context_can_be_asked_about() {
    for condition in [
        "context.account == \"app\"",
        "context has database && context.database == \"shop\"",
        "context.source.isInRange(ip(\"10.0.0.0/8\"))",
        "context has client && context.client like \"psql*\"",
        "context.time >= datetime(\"2026-07-01T11:59:59Z\") && context.time < datetime(\"2026-07-01T12:00:01Z\")",
        "context.hour == 12 && context.weekday == 3",
        "context has purpose && context.purpose == \"INC-1\"",
        "context.break_glass",
        "context.approvals.contains(\"group:x\")",
        "context.statement.verb == Verb::\"read\" && context.statement.phase == Phase::\"run\"",
        "context.statement.certainty == Certainty::\"lexed\" && context.statement.name == \"given\"",
        "context.statement.unbounded_write && context.statement.in_transaction",
        "context.statement.bytes == 0 && context.statement.parameters == 0",
        "resource.name == \"prod\" && resource.protocol == \"postgres\"",
        "resource.hasTag(\"team\") && resource.getTag(\"team\") == \"pay\"",
        "principal.issuer == \"local\" && principal.subject == \"ada\"",
    ] {
        let text =
            format!("@id(\"a\") permit (principal, action == Action::\"read\", resource) when {{ {condition} }};");
        let given = Given {
            person: "ada".to_owned(),
            database: Some("shop".to_owned()),
            client: Some("psql 18".to_owned()),
            source: "::ffff:10.1.2.3".parse().unwrap(),
            time: "2026-07-01T12:00:00.9Z".to_owned(),
            purpose: Some("INC-1".to_owned()),
            break_glass: true,
            approvals: vec!["group:x".parse().unwrap()],
            certainty: Certainty::Lexed,
            unbounded_write: true,
            in_transaction: true,
            labels: [("team".to_owned(), "pay".to_owned())].into(),
            ..given("read")
        };
        assert!(allowed(&text, &given), "{condition}");
    }
}

#[test]
fn an_agent_is_bound_to_the_groups_of_its_human() {
    let text =
        "@id(\"a\") permit (principal is Agent, action, resource) when { principal.on_behalf_of in Group::\"dba\" };";
    let with = |groups: &[&str]| Given {
        kind: crate::Being::Agent,
        human: Some("ada".to_owned()),
        human_groups: groups.iter().map(ToString::to_string).collect(),
        ..given("read")
    };
    assert!(allowed(text, &with(&["dba"])));
    assert!(!allowed(text, &with(&["users"])));
    assert!(!allowed(text, &Given { groups: vec!["dba".to_owned()], ..with(&[]) }));
}

#[test]
fn an_observed_policy_is_told_until_its_day_and_then_in_force() {
    let text = format!(
        "{ALL}@id(\"later\") @message(\"no\") @observe(\"2026-12-31\") forbid (principal, action == Action::\"write\", resource == Resource::\"prod\");"
    );
    let at = |time: &str, action| decide(&text, &Given { time: time.to_owned(), ..given(action) });
    let before = at("2026-12-30T23:59:59.999999Z", "write");
    assert_eq!(before.observed, ["later"]);
    assert_eq!(obligations(&before), NONE);
    assert!(at("2026-12-30T23:59:59Z", "read").observed.is_empty());
    let after = at("2026-12-31T00:00:00Z", "write");
    assert_eq!(denied(&after).0, ["later"]);
    assert!(after.observed.is_empty());
    let set = policies(1, &text);
    assert_eq!(set.observed(0).len(), 1);
    assert!(set.observed(u64::MAX).is_empty());
}

/// E9: what contradicts itself is denied: a forbid wins over every permit.
#[test]
fn a_forbid_wins_over_every_permit() {
    let text =
        format!("{ALL}@id(\"no\") @message(\"no\") forbid (principal == Person::\"local/ada\", action, resource);");
    let given = Given { person: "ada".to_owned(), ..given("read") };
    assert_eq!(denied(&decide(&text, &given)).0, ["no"]);
    assert!(allowed(&text, &Given { person: "bob".to_owned(), ..given }));
}

/// E10: a version never goes back, and what is in force stays as it is.
#[test]
fn the_version_never_goes_back() {
    let (engine, _, ada) = engine("@id(\"one\") permit (principal, action, resource);", &[]);
    let (old, none) = (policies(1, "@id(\"one\") permit (principal, action, resource);"), policies(3, ""));
    let third = engine.replace(none).unwrap();
    assert!(third.starts_with("3-"));
    let stale = |policies| engine.replace(policies).unwrap_err();
    let Stale { offered, in_force } = stale(old);
    assert!(offered.starts_with("1-") && in_force == *third);
    stale(policies(2, ALL));
    stale(policies(3, ALL));
    assert_eq!(engine.replace(policies(3, "")), Ok(third.clone()), "the very same is no change");
    assert_eq!(engine.admit(ada.who()).version, third);
    assert!(matches!(engine.admit(ada.who()).verdict, Verdict::Deny { .. }));
    assert!(engine.replace(policies(4, ALL)).unwrap().starts_with("4-"));
    assert!(matches!(engine.admit(ada.who()).verdict, Verdict::Allow { .. }));
}

#[test]
fn groups_are_those_of_the_moment() {
    let (engine, world, ada) = engine("@id(\"dba\") permit (principal in Group::\"dba\", action, resource);", &["dba"]);
    let allowed =
        |ada: &Asker| matches!(engine.decide(ada.who(), &command(Verb::Read), &[]).verdict, Verdict::Allow { .. });
    assert!(allowed(&ada));
    world.put("ada", &[]);
    assert!(!allowed(&ada), "also when it was allowed a moment ago");
    world.put("ada", &["dba"]);
    assert!(allowed(&ada));
}

#[test]
fn the_schema_is_stated() {
    let text = schema_text();
    for word in ["\"connect\"", "\"session_guard\"", "unbounded_write", "entity Label"] {
        assert!(text.contains(word), "{word}");
    }
}
