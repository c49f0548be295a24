//! What the grammar found in a command, as policies see it.

use super::world::{command, engine, policies};
use crate::{Given, Inventory, Word, lint};
use model::{Name, Reading, Verb, Verdict};
use ports::Decider;

const ALL: &str = "@id(\"all\") permit (principal, action, resource);";

/// What is said to a read that states so much, when this is forbidden.
fn said(condition: &str, given: &Given) -> Word {
    let text =
        format!("{ALL} @id(\"no\") @message(\"no\") forbid (principal, action, resource) when {{ {condition} }};");
    let command = format!(
        "{ALL} @id(\"no\") @message(\"no\") forbid (principal, action in Action::\"command\", resource) when {{ {condition} }};"
    );
    let text = if condition.contains("statement") { command } else { text };
    Word::of(&given.decide(&policies(1, &text), &|_, _| Vec::new()).unwrap().verdict)
}

fn read() -> Given {
    Given { action: Some("read".to_owned()), ..Given::default() }
}

fn of(relation: &str) -> Given {
    Given { relations: vec![relation.to_owned()], ..read() }
}

#[test]
fn leaving_out_the_schema_talks_nothing_past() {
    let (whole, bare) =
        ("context.statement.relations.contains(\"public.cards\")", "context.statement.relations.contains(\"cards\")");
    for (condition, relation, expected) in [
        (whole, "public.cards", Word::Deny),
        (whole, "cards", Word::Deny),
        (whole, "other.cards", Word::Allow),
        (whole, "orders", Word::Allow),
        (bare, "cards", Word::Deny),
        (bare, "public.cards", Word::Deny),
        (bare, "other.cards", Word::Deny),
        (bare, "Cards", Word::Allow),
        ("[\"a.b\", \"public.cards\"].containsAny(context.statement.relations)", "cards", Word::Deny),
        ("context.statement.functions.contains(\"public.cards\")", "cards", Word::Allow),
    ] {
        assert_eq!(said(condition, &of(relation)), expected, "{condition}: {relation}");
    }
}

/// With a list of what may be named, both forms of each.
#[test]
fn a_list_of_what_may_be_named_lets_nothing_else_through() {
    let listed = "!([\"orders\", \"public.orders\"].containsAll(context.statement.relations))";
    for (relations, expected) in [
        (&["orders"][..], Word::Allow),
        (&["public.orders"], Word::Allow),
        (&["other.orders"], Word::Deny),
        (&["orders", "cards"], Word::Deny),
    ] {
        let relations = relations.iter().map(ToString::to_string).collect();
        assert_eq!(said(listed, &Given { relations, ..read() }), expected);
    }
}

/// A relation whose name holds a dot is not one in a schema.
#[test]
fn a_dot_in_a_name_is_written_otherwise() {
    let text = format!(
        "{ALL} @id(\"no\") forbid (principal, action == Action::\"read\", resource) when {{ context.statement.relations.contains(\"public.cards\") }};"
    );
    let (engine, _, ada) = engine(&text, &[]);
    let ask = |schema: Option<&str>, name: &str| {
        let relations = vec![Name { schema: schema.map(str::to_owned), name: name.to_owned() }];
        let mut action = command(Verb::Read);
        action.reading = Some(Reading { relations, ..Reading::default() }.into());
        Word::of(&engine.decide(ada.who(), &action, &[]).verdict)
    };
    assert_eq!(ask(None, "public.cards"), Word::Allow);
    assert_eq!(ask(Some("public"), "cards"), Word::Deny);
}

#[test]
fn what_is_not_understood_says_so() {
    let lost = "!context.statement.understood";
    assert_eq!(said(lost, &read()), Word::Allow);
    assert_eq!(said(lost, &Given { understood: Some(false), ..read() }), Word::Deny);
    assert_eq!(said(lost, &Given { action: Some("unknown".to_owned()), ..Given::default() }), Word::Deny);
    let named = "context.statement.relations.contains(\"cards\")";
    let hidden = Given { understood: Some(false), ..of("cards") };
    assert_eq!(said(named, &hidden), Word::Allow, "it names nothing that is known");
    assert_eq!(said(&format!("{named} || {lost}"), &hidden), Word::Deny);
    // A command that names nothing at all needs no grammar to be understood.
    let (engine, _, ada) = engine(
        &format!(
            "{ALL} @id(\"no\") forbid (principal, action == Action::\"transaction\", resource) unless {{ context.statement.understood }};"
        ),
        &[],
    );
    assert!(matches!(engine.decide(ada.who(), &command(Verb::Transaction), &[]).verdict, Verdict::Allow { .. }));
}

#[test]
fn verbs_hold_the_most_consequential_one_whatever_was_read() {
    let writes = "context.statement.verbs.contains(Verb::\"write\")";
    assert_eq!(said(writes, &read()), Word::Allow);
    assert_eq!(said(writes, &Given { verbs: vec![Verb::Write], ..read() }), Word::Deny);
    let write =
        |understood| Given { action: Some("write".to_owned()), understood: Some(understood), ..Given::default() };
    assert_eq!(said(writes, &write(true)), Word::Deny);
    assert_eq!(said(writes, &write(false)), Word::Deny);
}

#[test]
fn the_rest_of_what_was_found() {
    let limit = "!(context.statement has limit && context.statement.limit <= 100)";
    assert_eq!(said(limit, &read()), Word::Deny);
    assert_eq!(said(limit, &Given { limit: Some(100), ..read() }), Word::Allow);
    assert_eq!(said(limit, &Given { limit: Some(u64::MAX), ..read() }), Word::Deny);
    let known = "context.statement has fingerprint && context.statement.fingerprint == \"a1\"";
    assert_eq!(said(known, &Given { fingerprint: Some("a1".to_owned()), ..read() }), Word::Deny);
    assert_eq!(said(known, &read()), Word::Allow);
    assert_eq!(said("!context.statement.resolved", &Given { resolved: true, ..read() }), Word::Allow);
    let calls = Given { functions: vec!["public.f".to_owned()], ..read() };
    assert_eq!(said("context.statement.functions.contains(\"f\")", &calls), Word::Deny);
}

/// For access, not for one command: only what looks for it is lifted by it.
#[test]
fn what_was_granted_for_a_time_is_told_apart_from_approvals() {
    let held = |place: &str| format!("!context.{place}.contains(\"group:leads\")");
    let write = Given { action: Some("write".to_owned()), ..Given::default() };
    let granted = Given { granted: vec!["group:leads".parse().unwrap()], ..write.clone() };
    let approved = Given { approvals: vec!["group:leads".parse().unwrap()], ..write.clone() };
    for (place, given, expected) in [
        ("granted", &write, Word::Deny),
        ("granted", &granted, Word::Allow),
        ("granted", &approved, Word::Deny),
        ("approvals", &granted, Word::Deny),
        ("approvals", &approved, Word::Allow),
    ] {
        assert_eq!(said(&held(place), given), expected, "{place}: {given:?}");
    }
}

#[test]
fn a_policy_that_goes_by_names_alone_is_warned_of() {
    let warned = |condition: &str| {
        let text = format!(
            "@id(\"no\") @message(\"no\") forbid (principal, action == Action::\"read\", resource) when {{ {condition} }};"
        );
        lint(&policies(1, &text), &Inventory::default()).iter().map(ToString::to_string).collect::<String>()
    };
    let named = "context.statement.relations.contains(\"cards\")";
    assert!(warned(named).contains("goes by what a command names"), "{}", warned(named));
    assert_eq!(warned(&format!("{named} || !context.statement.understood")), "");
    assert_eq!(warned("context.statement.bytes > 5"), "");
}
