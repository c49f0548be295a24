//! What loads, and what fails the load with file, line, cause and remedy.

use crate::schema::schema;
use crate::{File, Inventory, Problem, compile, lint};

const DESIGN: &str = r#"
@id("dba-may-write")
permit (principal in Group::"dba", action in [Action::"read", Action::"write", Action::"ddl"], resource in Env::"production");

@id("dba-writes-need-a-second-pair-of-eyes") @approve("group:dba-leads") @expires("15m")
forbid (principal, action in [Action::"write", Action::"ddl"], resource in Env::"production")
unless { context.approvals.contains("group:dba-leads") };

@id("no-delete-without-where") @message("DELETE and UPDATE need a WHERE clause on production")
forbid (principal, action == Action::"write", resource in Env::"production")
when { context.statement.unbounded_write };
"#;

pub(super) fn file(text: &str) -> File {
    File { name: "test.cedar".to_owned(), text: text.to_owned() }
}

pub(super) fn problems(text: &str) -> Vec<Problem> {
    match compile(1, &[file(text)]) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems,
    }
}

/// The only problem of a text, which must stand in that line.
#[track_caller]
pub(super) fn problem(text: &str, line: usize, cause: &str) -> Problem {
    let problems = problems(text);
    let [problem] = problems.as_slice() else { panic!("{problems:#?}") };
    assert_eq!((problem.file.as_str(), problem.line), ("test.cedar", line), "{problem}");
    assert!(problem.cause.contains(cause), "{problem}");
    problem.clone()
}

#[test]
fn the_examples_of_the_design_load() {
    let policies = compile(7, &[file(DESIGN)]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(policies.ids().count(), 3);
    let (name, line, text) = policies.source("no-delete-without-where").unwrap();
    assert_eq!((name, line), ("test.cedar", 9));
    assert!(text.starts_with("@id(\"no-delete-without-where\")") && text.ends_with("unbounded_write };"), "{text}");
    let version = policies.version();
    assert!(version.starts_with("7-") && version.len() == 8, "{version}");
}

#[test]
fn the_schema_is_cedars() {
    assert!(schema().actions().count() > 12);
}

#[test]
fn aprove_fails_the_load() {
    let text = "\n@id(\"a\") @aprove(\"group:leads\")\nforbid (principal, action, resource)\nunless { context.approvals.contains(\"group:leads\") };";
    let problem = problem(text, 2, "there is no annotation @aprove");
    assert_eq!(problem.remedy.as_deref(), Some("Did you mean @approve?"));
}

#[test]
fn annotations_are_a_closed_grammar() {
    let forbid =
        |annotations: &str| format!("{annotations}\nforbid (principal, action, resource == Resource::\"prod\");");
    let permit = |annotations: &str| format!("{annotations}\npermit (principal, action, resource);");
    problem(&forbid("@message(\"no\")"), 1, "no @id");
    problem(&forbid("@id(\"\") @message(\"no\")"), 1, "no @id");
    problem(&forbid("@id(\"a\") @id(\"b\")"), 1, "duplicate annotation");
    problem(&forbid("@id(\"a\") @message(\"x\") @message(\"y\")"), 1, "duplicate annotation");
    problem(&[forbid("@id(\"a\")"), forbid("@id(\"a\")")].join("\n"), 3, "is there twice");
    problem(&forbid("@id(\"a\") @mask(\"ssn\")"), 1, "and this forbids something else");
    problem(&permit("@id(\"a\") @message(\"ssn\")"), 1, "@message belongs to a forbid");
    problem(&permit("@id(\"a\") @approve(\"group:x\")"), 1, "@approve belongs to a forbid");
    problem(&forbid("@id(\"a\") @expires(\"15m\")"), 1, "there is no @approve");
    problem(&forbid("@id(\"a\") @message(\"a\\nb\")"), 1, "is not understood");
    for wrong in [
        "@record(\"all\")",
        "@record(\"64kb\")",
        "@max_rows(\"0\")",
        "@max_rows(\"many\")",
        "@rate(\"10\")",
        "@rate(\"0 rows/1h\")",
        "@rate(\"10 rows/31d\")",
        "@rate(\"10 bytes/1h\")",
        "@max_bytes(\"10\")",
        "@statement_timeout(\"15\")",
        "@statement_timeout(\"-1m\")",
        "@read_only(\"false\")",
        "@read_only",
        "@mask(\"\")",
        "@mask(\"a,,b\")",
        "@mask(\"a,a\")",
    ] {
        problem(&permit(&format!("@id(\"a\") {wrong}")), 1, "is not understood");
    }
    let approve = |more: &str| {
        format!(
            "@id(\"a\") @approve(\"group:x\") {more}\nforbid (principal, action, resource) unless {{ context.approvals.contains(\"group:x\") }};"
        )
    };
    for wrong in ["@wait(\"forever\")", "@expires(\"31d\")", "@hold_in_transaction(\"never\")"] {
        problem(&approve(wrong), 1, "is not understood");
    }
    for right in [
        "@wait(\"session\")",
        "@wait(\"resubmit\")",
        "@expires(\"30d\")",
        "@hold_in_transaction(\"refuse\")",
        "@hold_in_transaction(\"30s\")",
    ] {
        assert_eq!(problems(&approve(right)), [], "{right}");
    }
    for right in [
        "@record(\"full\")",
        "@record(\"64KiB\")",
        "@max_rows(\"10\")",
        "@rate(\"10 rows/1h\")",
        "@max_bytes(\"10MiB\")",
        "@statement_timeout(\"30s\")",
        "@read_only(\"true\")",
        "@mask(\"a, b\")",
    ] {
        assert_eq!(problems(&permit(&format!("@id(\"a\") {right}"))), [], "{right}");
    }
}

#[test]
fn an_approval_must_lift_what_asks_for_it() {
    let approve = |condition: &str| {
        format!("@id(\"a\") @approve(\"group:x\")\nforbid (principal, action, resource)\n{condition};")
    };
    for lifted in [
        "unless { context.approvals.contains(\"group:x\") }",
        "unless { context.approvals.contains(\"group:x\") || context.break_glass }",
        "unless { context.break_glass || context.approvals.contains(\"group:x\") }",
        "when { !context.approvals.contains(\"group:x\") }",
        "when { context.account == \"app\" && !context.approvals.contains(\"group:x\") }",
        "when { context.account == \"app\" } unless { context.approvals.contains(\"group:x\") }",
    ] {
        assert_eq!(problems(&approve(lifted)), [], "{lifted}");
    }
    for not in [
        "",
        "unless { context.break_glass }",
        "unless { context.approvals.contains(\"group:y\") }",
        "unless { context.approvals.contains(\"group:x\") && context.break_glass }",
        "unless { !context.approvals.contains(\"group:x\") }",
        "when { context.approvals.contains(\"group:x\") }",
        "when { context.account == \"context.approvals.contains(\\\"group:x\\\")\" }",
        "when { !context.approvals.contains(\"group:x\") || context.account == \"app\" }",
    ] {
        problem(&approve(not), 1, "does not lift the policy");
    }
    problem("@id(\"a\") @approve(\"dba\") forbid (principal, action, resource);", 1, "is not understood");
    let typo = approve("unless { context.approvals.contains(\"group:x\") || context.approvals.contains(\"grup:y\") }");
    problem(&typo, 1, "can never stand in context.approvals");
}

#[test]
fn a_typo_fails_the_load() {
    let permit = |scope: &str, condition: &str| {
        format!("@id(\"a\")\npermit (principal, action {scope}, resource)\n{condition};")
    };
    problem(&permit("== Action::\"raed\"", ""), 2, "raed");
    problem(&permit("", "when { principal in Gruop::\"dba\" }"), 3, "Gruop");
    problem(&permit("== Action::\"read\"", "when { context.statement.unbouned_write }"), 3, "unbouned_write");
    problem(&permit("== Action::\"connect\"", "when { context.statement.unbounded_write }"), 3, "statement");
    problem(&permit("== Action::\"read\"", "when { context.statement.certainty == Certainty::\"Full\" }"), 3, "Full");
    problem(&permit("== Action::\"read\"", "when { context.account == 5 }"), 3, "type");
    problem(&permit("== Action::\"read\"", "when { context.database == \"x\" }"), 3, "database");
    problem("@id(\"a\")\npermit (principal, action, resource", 2, "unexpected end");
    problem("@id(\"a\")\npermit (principal == ?principal, action, resource);", 1, "?slots");
}

#[test]
fn what_cannot_be_seen_fails_the_load() {
    for hidden in ["\u{202e}", "\u{2066}", "\u{200b}", "\u{feff}"] {
        let text = format!("@id(\"a\")\n// a comment{hidden}\npermit (principal, action, resource);");
        problem(&text, 2, "cannot be seen");
    }
}

#[test]
fn one_bad_policy_fails_them_all_and_all_are_told() {
    let bad = "@id(\"a\") @aprove(\"x\") permit (principal, action, resource);\npermit (principal, action, resource);";
    assert_eq!(problems(&[DESIGN, bad].join("\n")).len(), 2);
    let error =
        compile(1, &[file(DESIGN), File { name: "b.cedar".to_owned(), text: "permit".to_owned() }]).unwrap_err();
    assert!(error.to_string().starts_with("b.cedar:1: "), "{error}");
}

#[test]
fn observing_names_resources_and_is_for_forbids() {
    let text = |effect: &str, scope: &str| {
        format!("@id(\"a\") @observe(\"2026-12-31\")\n{effect} (principal, action, {scope});")
    };
    assert_eq!(problems(&text("forbid", "resource == Resource::\"prod\"")), []);
    assert_eq!(problems(&text("forbid", "resource in Env::\"production\"")), []);
    problem(&text("forbid", "resource"), 1, "@observe is for named resources");
    problem(&text("forbid", "resource is Resource"), 1, "@observe is for named resources");
    problem(&text("permit", "resource == Resource::\"prod\""), 1, "@observe belongs to a forbid");
    problem(&text("forbid", "resource == Resource::\"prod\"").replace("2026-12-31", "2026-02-30"), 1, "not understood");
}

#[test]
fn what_is_hardly_meant_is_warned_of() {
    let text = r#"
@id("all") permit (principal, action, resource);
@id("silent") forbid (principal, action == Action::"ddl", resource);
@id("silent-again") forbid (principal, action == Action::"ddl", resource);
@id("never") @message("no") forbid (principal == Group::"dba", action, resource);
@id("asks") permit (principal in Group::"DBA", action, resource in Env::"prod") when { context.approvals.contains("group:x") };
"#;
    let policies = compile(1, &[file(text)]).unwrap();
    let inventory = Inventory {
        groups: ["dba".to_owned()].into(),
        labels: [("env".to_owned(), "production".to_owned())].into(),
        ..Inventory::default()
    };
    let causes: Vec<String> = lint(&policies, &inventory).into_iter().map(|lint| lint.cause).collect();
    let expected = [
        "policy all: it permits everything to everybody",
        "policy silent: it forbids and does not say what to do",
        "policy silent-again: it forbids and does not say what to do",
        "policy silent-again: it says the same as policy silent",
        "for policy `never`, unable to find an applicable action given the policy scope constraints",
        "for policy `never`, policy is impossible: the policy expression evaluates to false for all valid requests",
        "policy asks: a permit that looks for an approval never asks for one",
        "policy asks: it can never match: there is no group \"DBA\"",
        "policy asks: it can never match: there is no resource with the label env = \"prod\"",
    ];
    assert_eq!(causes, expected);
}
