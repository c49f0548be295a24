//! The packs load, mean what their own cases say, and hold nothing that is warned of.

use std::sync::Arc;

use model::{Action, Verb, Verdict};
use ports::Decider;

use super::world::{Asker, World, command};
use crate::{Being, CaseResult, File, Given, Inventory, PACKS, Pack, Word, cases, check, compile, lint, reference};
use crate::{Engine, Gives, Grant};

fn file(pack: &Pack) -> File {
    File { name: format!("{}.cedar", pack.name), text: pack.policies.to_owned() }
}

#[test]
fn every_pack_does_what_its_cases_say() {
    for pack in &PACKS {
        let policies = compile(1, &[file(pack)]).unwrap_or_else(|error| panic!("{error}"));
        for case in cases(pack.cases).unwrap() {
            let result = check(&policies, &case, &|_, _| Vec::new()).unwrap();
            assert_eq!(result, CaseResult::Passed, "{}: {}", pack.name, case.name);
        }
        let lints = lint(&policies, &Inventory::default());
        assert!(lints.is_empty(), "{lints:?}");
    }
}

#[test]
fn all_packs_may_be_used_together() {
    let files: Vec<File> = PACKS.iter().map(file).collect();
    let policies = compile(1, &files).unwrap_or_else(|error| panic!("{error}"));
    for case in PACKS.iter().flat_map(|pack| cases(pack.cases).unwrap()) {
        let result = check(&policies, &case, &|_, _| Vec::new()).unwrap();
        assert_eq!(result, CaseResult::Passed, "{}", case.name);
    }
}

/// With a permit for everything beside it, so that what a pack forbids is all that is denied.
#[test]
fn packs_forbid_what_they_are_for_and_nothing_else() {
    let all = File { name: "all".to_owned(), text: "@id(\"all\") permit (principal, action, resource);".to_owned() };
    let pack = |name: &str| PACKS.iter().find(|pack| pack.name == name).unwrap();
    let ask = |name: &str, given: &Given| {
        let policies = compile(1, &[file(pack(name)), all.clone()]).unwrap();
        Word::of(&given.decide(&policies, &|_, _| Vec::new()).unwrap().verdict)
    };
    let verb = |verb: &str| Given { action: Some(verb.to_owned()), ..Given::default() };
    let production = |name: &str| Given { labels: [("env".to_owned(), "production".to_owned())].into(), ..verb(name) };
    let leave = || vec!["group:change-approvers".parse().unwrap()];
    let for_a_time = |name: &str| Given { granted: leave(), ..production(name) };
    use Word::{Allow, Deny, Hold};
    for (name, given, expected) in [
        ("destructive", verb("connect"), Allow),
        ("destructive", verb("write"), Allow),
        ("destructive", Given { unbounded_write: true, ..verb("write") }, Deny),
        ("destructive", Given { unbounded_write: true, break_glass: true, ..verb("write") }, Allow),
        ("destructive", verb("unknown"), Hold),
        ("destructive", verb("session_identity"), Deny),
        ("read-only", verb("read"), Allow),
        ("read-only", verb("copy_out"), Allow),
        ("read-only", verb("write"), Deny),
        ("read-only", verb("unknown"), Deny),
        ("read-only", verb("session_guard"), Deny),
        ("production-change", verb("ddl"), Allow),
        ("production-change", production("read"), Allow),
        ("production-change", production("transaction"), Allow),
        ("production-change", production("write"), Hold),
        ("production-change", production("ddl"), Hold),
        ("production-change", production("copy_in"), Hold),
        ("production-change", production("unknown"), Hold),
        ("production-change", Given { approvals: leave(), ..production("ddl") }, Allow),
        ("production-change", for_a_time("ddl"), Allow),
        ("production-change", for_a_time("unknown"), Allow),
        ("production-change", for_a_time("session_guard"), Allow),
        ("production-change", for_a_time("session_identity"), Deny),
        ("production-change", Given { unbounded_write: true, ..for_a_time("write") }, Deny),
        ("production-change", Given { unbounded_write: true, understood: Some(false), ..production("write") }, Hold),
        ("pci-cardholder", verb("write"), Allow),
        ("gdpr", verb("copy_out"), Allow),
        ("agents", verb("write"), Allow),
        ("agents", Given { kind: Being::Agent, ..verb("read") }, Deny),
    ] {
        assert_eq!(ask(name, &given), expected, "{name}: {given:?}");
    }
}

/// What loses whole stores is agreed to one by one, and what changes them says how to be let through for a time.
#[test]
fn a_window_of_time_lifts_all_of_production_change_but_whole_stores() {
    let all = File { name: "all".to_owned(), text: "@id(\"all\") permit (principal, action, resource);".to_owned() };
    let pack = PACKS.iter().find(|pack| pack.name == "production-change").unwrap();
    let policies = compile(1, &[file(pack), all]).unwrap();
    let (world, ada) = (World::new(), Asker::new("ada"));
    let engine = Engine::new(policies, Arc::clone(&world) as _);
    let ask = |verb: Verb, name: &'static str| engine.decide(ada.who(), &Action { name, ..command(verb) }, &[]).verdict;
    let Verdict::Hold { notice, .. } = ask(Verb::Ddl, "CREATE TABLE") else { panic!("it is held") };
    assert!(notice.hint.unwrap().contains("signet requests create prod"));
    let lifted = engine.to_lift(ada.who()).unwrap();
    assert_eq!(lifted.policies, ["production-change-second-person"]);
    let met = lifted.terms.requirements;
    assert_eq!(met.iter().map(ToString::to_string).collect::<Vec<_>>(), ["group:change-approvers"]);
    world.grant(Grant { gives: Gives::Access, met, from_us: 0, until_us: u64::MAX, purpose: None });
    assert_eq!(engine.to_lift(ada.who()), None, "there is nothing more to ask for");
    assert!(matches!(ask(Verb::Ddl, "CREATE TABLE"), Verdict::Allow { .. }));
    for name in ["TRUNCATE", "DROP DATABASE", "DROP SCHEMA"] {
        let Verdict::Hold { policies, notice, .. } = ask(Verb::Ddl, name) else { panic!("{name} is held") };
        assert_eq!(policies, ["production-change-whole-stores"]);
        assert!(!notice.hint.unwrap().contains("requests create"), "a time would not help");
    }
}

#[test]
fn every_pack_keeps_identity_and_guards() {
    for pack in &PACKS {
        for deed in ["identity", "guards"] {
            assert!(pack.policies.contains(&format!("@id(\"{}-keep-{deed}\")", pack.name)), "{}", pack.name);
        }
    }
}

#[test]
fn the_page_holds_the_reference() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/policy.md");
    let (begin, end) = ("<!-- made from the program: begin -->\n", "<!-- made from the program: end -->");
    let page = std::fs::read_to_string(path).unwrap();
    let (head, rest) = page.split_once(begin).unwrap();
    let (_, tail) = rest.split_once(end).unwrap();
    let wanted = [head, begin, "\n", &reference(), "\n", end, tail].concat();
    if std::env::var_os("SIGNET_BLESS").is_some() {
        std::fs::write(path, &wanted).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), wanted, "SIGNET_BLESS=1 cargo test -p signet-policy mends it");
}
