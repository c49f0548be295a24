//! What access for a time would lift: asked for by whom and where a policy means, while it is in force.

use super::world::{NOON, engine};
use crate::{Gives, Grant};

fn policy(scope: &str, unless: &str) -> String {
    format!("@id(\"all\") permit (principal, action, resource);\n@id(\"p\") {scope} unless {{ {unless} }};")
}

const BOTH: &str = "context.approvals.contains(\"group:x\") || context.granted.contains(\"group:x\")";

fn lifted(text: &str, groups: &[&str]) -> bool {
    let (engine, _, ada) = engine(text, groups);
    engine.to_lift(ada.who()).is_some()
}

#[test]
fn it_is_about_commands_of_whom_the_scope_means() {
    for (scope, expected) in [
        ("@approve(\"group:x\") forbid (principal, action, resource)", true),
        ("@approve(\"group:x\") forbid (principal, action == Action::\"ddl\", resource)", true),
        ("@approve(\"group:x\") forbid (principal, action == Action::\"connect\", resource)", false),
        ("@approve(\"group:x\") forbid (principal in Group::\"g\", action, resource)", true),
        ("@approve(\"group:x\") forbid (principal in Group::\"other\", action, resource)", false),
        ("@approve(\"group:x\") forbid (principal == Person::\"local/ada\", action, resource)", true),
        ("@approve(\"group:x\") forbid (principal == Person::\"local/bob\", action, resource)", false),
        ("@approve(\"group:x\") forbid (principal is Person, action, resource)", true),
        ("@approve(\"group:x\") forbid (principal is Agent, action, resource)", false),
        ("@approve(\"group:x\") forbid (principal, action, resource == Resource::\"prod\")", true),
        ("@approve(\"group:x\") forbid (principal, action, resource == Resource::\"test\")", false),
        ("@approve(\"group:x\") forbid (principal, action, resource in Env::\"production\")", true),
        ("@approve(\"group:x\") forbid (principal, action, resource in Label::\"env=production\")", true),
        ("@approve(\"group:x\") forbid (principal, action, resource in Env::\"staging\")", false),
        (
            "@approve(\"group:x\") @observe(\"2030-01-01\") forbid (principal, action, resource in Env::\"production\")",
            false,
        ),
        (
            "@approve(\"group:x\") @observe(\"2020-01-01\") forbid (principal, action, resource in Env::\"production\")",
            true,
        ),
    ] {
        assert_eq!(lifted(&policy(scope, BOTH), &["g"]), expected, "{scope}");
    }
}

#[test]
fn only_what_says_so_is_lifted() {
    let scope = "@approve(\"group:x\") forbid (principal, action == Action::\"ddl\", resource)";
    assert!(!lifted(&policy(scope, "context.approvals.contains(\"group:x\")"), &[]));
    let other = "context.approvals.contains(\"group:x\") || context.granted.contains(\"group:y\")";
    assert!(!lifted(&policy(scope, other), &[]), "another agreement than the one that it asks for");
    let narrow =
        "context.approvals.contains(\"group:x\") || (context.granted.contains(\"group:x\") && context.hour < 9)";
    assert!(!lifted(&policy(scope, narrow), &[]), "it hangs on something else");
}

#[test]
fn a_grant_that_is_over_may_be_asked_for_again() {
    let (engine, world, ada) =
        engine(&policy("@approve(\"group:x\") forbid (principal, action == Action::\"ddl\", resource)", BOTH), &[]);
    let met = engine.to_lift(ada.who()).unwrap().terms.requirements;
    world.grant(Grant { gives: Gives::Access, met, from_us: 0, until_us: NOON + 1, purpose: None });
    assert!(engine.to_lift(ada.who()).is_none());
    world.at(NOON + 1);
    assert!(engine.to_lift(ada.who()).is_some());
}
