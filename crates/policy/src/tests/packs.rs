//! The packs load, mean what their own cases say, and hold nothing that is warned of.

use crate::{Being, CaseResult, File, Given, Inventory, PACKS, Pack, Word, cases, check, compile, lint, reference};

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
        ("pci", verb("write"), Allow),
        ("gdpr", verb("copy_out"), Allow),
        ("agents", verb("write"), Allow),
        ("agents", Given { kind: Being::Agent, ..verb("read") }, Deny),
    ] {
        assert_eq!(ask(name, &given), expected, "{name}: {given:?}");
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
