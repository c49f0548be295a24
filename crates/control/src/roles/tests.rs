//! The page about roles is made of the tables.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{APART, MATRIX, Role};

fn page() -> String {
    let mut page = String::from(
        "# Roles\n\n<!-- Made from crates/control/src/roles by a test; SIGNET_BLESS=1 writes it anew. -->\n\n\
         What somebody may do with the gateway itself. What they may do on a resource is for policies, to which everybody is\n\
         subject, administrators too. Everybody is a `user`; the other roles are given in the configuration file or by an\n\
         administrator, and end at once when they are taken. Each use case is written down, durably, before it takes effect.\n\n",
    );
    let _ = writeln!(page, "| use case | {} | record |", Role::ALL.map(Role::as_str).join(" | "));
    let _ = writeln!(page, "|---|{}---|", "---|".repeat(Role::ALL.len()));
    for rule in MATRIX {
        // What a user may, everybody may.
        let may = |role| rule.roles.contains(&role) || rule.roles.contains(&Role::User);
        let marks = Role::ALL.map(|role| if may(role) { "yes" } else { "" }).join(" | ");
        let _ = writeln!(page, "| {} (`{}`) | {marks} | {:?} |", rule.says, rule.name, rule.leaves);
    }
    page.push_str(
        "\n## What may not meet in one person\n\nPeople are compared by the human who answers for them: an alias, a second \
         account, a service or an agent changes\nnothing. No role is exempt.\n\n| who | may not be who | what they are told |\n|---|---|---|\n",
    );
    for apart in APART {
        let _ = writeln!(page, "| {} | {} | {} |", apart.one, apart.other, apart.refusal);
    }
    page.push_str(
        "\nA policy author may approve what their own policy holds; the request shows who wrote it.\n\nA token that an \
         administrator makes for somebody else may be known to both, so it carries no role but `user`, and neither\ndoes a \
         token that is made with it. People with a role get their first token from an operator at the gateway's machine\n\
         (`signet token create`), and make the next ones themselves.\n",
    );
    page
}

#[test]
fn the_page_is_what_the_tables_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/roles.md");
    if std::env::var_os("SIGNET_BLESS").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), page(), "SIGNET_BLESS=1 writes docs/roles.md anew");
}

#[test]
fn every_rule_has_a_name_of_its_own_and_somebody_who_may() {
    let names: BTreeSet<_> = MATRIX.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), MATRIX.len());
    for rule in MATRIX {
        assert!(!rule.roles.is_empty(), "{}", rule.name);
        assert!(rule.name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'.' | b'_')), "{}", rule.name);
    }
    for role in Role::ALL {
        assert_eq!(role.as_str().parse(), Ok(role));
    }
}
