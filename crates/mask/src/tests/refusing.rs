//! Commands that may not happen.

use model::{Derived, Lineage, MaskRule, Position, Positions, Relation, Verb};

use super::house::*;

const ALL: [Position; 5] =
    [Position::Equality, Position::Predicate, Position::Shape, Position::Computed, Position::Write];

fn using(column: model::ColumnId, position: Position, positions: Positions) -> Asked {
    let asked = Asked::read(lineage(&[CUSTOMERS], vec![same(ID)], &[(column, position)]));
    Asked { rules: rules_with("customers.ssn", positions), ..asked }
}

#[test]
fn what_may_be_asked_of_a_masked_column_is_what_its_policy_says() {
    for (positions, allowed) in [(Positions::NONE, 0), (Positions::EQUALITY, 1), (Positions::ALL, 4)] {
        for (place, position) in ALL.into_iter().enumerate() {
            for column in [SSN, ROW] {
                let refused = using(column, position, positions).mask().is_err();
                assert_eq!(refused, place >= allowed, "{position:?} under {positions:?}");
            }
            assert!(using(NAME, position, positions).mask().is_ok(), "another column of the same relation");
        }
    }
}

#[test]
fn each_position_is_allowed_for_itself() {
    for (allowed, goes) in [
        ("computed", &[Position::Computed][..]),
        ("shape, equality", &[Position::Shape, Position::Equality]),
        ("predicate", &[Position::Predicate, Position::Equality]),
    ] {
        for position in ALL {
            let refused = using(SSN, position, allowed.parse().unwrap()).mask().is_err();
            assert_eq!(refused, !goes.contains(&position), "{position:?} under {allowed}");
        }
    }
    // What is computed is masked whole then.
    let outputs = vec![made(Derived::Computed, &[SSN])];
    let asked = Asked::read(lineage(&[CUSTOMERS], outputs, &[(SSN, Position::Computed)]));
    let rules = rules_with("customers.ssn keep_last(4)", "computed".parse().unwrap());
    assert_eq!(Asked { rules, ..asked }.shown(&[None]), ["[masked]"]);
}

#[test]
fn of_several_rules_the_one_that_allows_least_holds() {
    let both = [
        rules_with("ssn", "shape, computed".parse().unwrap()),
        rules_with("customers.*", "predicate, shape".parse().unwrap()),
    ];
    for position in ALL {
        let asked = Asked { rules: both.concat(), ..using(SSN, position, Positions::NONE) };
        assert_eq!(asked.mask().is_ok(), position == Position::Shape, "{position:?}");
    }
    let both = [rules_with("ssn token", Positions::ALL), rules("customers.*")].concat();
    assert!(Asked { rules: both, ..using(SSN, Position::Predicate, Positions::NONE) }.mask().is_err());
}

#[test]
fn the_words_name_the_column_the_policy_and_a_way_out() {
    let told = using(SSN, Position::Predicate, Positions::NONE).refused();
    for word in ["customers.ssn", "policy hide", "condition", "--reveal hide.", "@positions(\"predicate\")"] {
        assert!(told.contains(word), "{told}");
    }
    let told = using(SSN, Position::Write, Positions::ALL).refused();
    assert!(told.contains("stored elsewhere") && told.contains("policy hide"), "{told}");
    // Names come from the target.
    let odd = vec![table(110, "odd", &["a\u{1b}[31m\u{202e}b"])];
    let asked = Asked::read(lineage(&[110], Vec::new(), &[(at(110, 1), Position::Shape)])).with(odd);
    let told = Asked { rules: rules("odd.*"), ..asked }.refused();
    assert!(told.contains("odd.a?[31m?b"), "{told}");
}

#[test]
fn the_built_in_rules_and_what_is_not_known_allow_nothing() {
    let system = vec![table(1260, "pg_catalog.pg_authid", &["rolname", "rolpassword"])];
    let uses = [(at(1260, 2), Position::Equality)];
    let asked =
        Asked { rules: rules_with("x", Positions::ALL), ..Asked::read(lineage(&[1260], vec![], &uses)).with(system) };
    let told = asked.refused();
    assert!(told.contains("policy built-in") && !told.contains("--reveal"), "{told}");
    let asked = Asked::read(lineage(&[], vec![], &[(at(4711, 1), Position::Equality)]));
    assert!(asked.refused().contains("not known"));
}

#[test]
fn uses_through_views_and_partitions_are_uses_of_the_column() {
    let more = vec![
        view(110, "taxes", &[("tax", &[SSN]), ("computed", &[SSN]), ("id", &[ID])]),
        child(111, "customers_eu", CUSTOMERS, &["ssn"]),
    ];
    for (column, refused) in [(at(110, 1), true), (at(110, 2), true), (at(110, 3), false), (at(111, 1), true)] {
        let asked = Asked::read(lineage(&[110], vec![], &[(column, Position::Shape)])).with(more.clone());
        assert_eq!(asked.mask().is_err(), refused, "{column:?}");
    }
}

/// The table at the top of `command.rs`, row by row.
#[test]
fn what_stores_must_be_understood() {
    use Verb::{
        Call, CopyIn, CopyOut, Ddl, Grant, Read, Session, SessionGuard, SessionIdentity, Transaction, Unknown, Write,
    };
    let understood = lineage(&[ORDERS], vec![], &[]);
    let runs = Lineage { runs_unknown: true, ..understood.clone() };
    for (verbs, by_code, by_unknown) in [
        (vec![Read, CopyOut], false, true),
        (vec![Session, Transaction, SessionIdentity, SessionGuard], false, false),
        (vec![Call, Unknown], false, true),
        (vec![CopyIn, Write, Ddl, Grant], true, true),
    ] {
        for verb in verbs {
            let refused = |lineage: &Lineage, unsettled| {
                Asked { verb, unsettled, ..Asked::read(lineage.clone()) }.mask().is_err()
            };
            assert!(!refused(&understood, false), "{verb:?}");
            assert_eq!(refused(&runs, false), by_code, "{verb:?} runs code");
            assert_eq!(refused(&Lineage::unknown(), false), by_unknown, "{verb:?} is not understood");
            assert_eq!(refused(&understood, true), by_unknown, "{verb:?} after changes of structure");
            assert!(!refused(&lineage(&[], vec![], &[]), true), "{verb:?} reads nothing");
        }
    }
    let all = MaskRule::read_all("p", Positions::ALL, "customers.ssn").unwrap();
    let asked = Asked { rules: all, ..Asked::read(Lineage::unknown()) };
    assert!(asked.mask().is_ok(), "everything may be asked");
    let triggered = vec![Relation { triggered: true, ..table(110, "log", &["x"]) }];
    let write = Asked { verb: Write, ..Asked::read(lineage(&[110], vec![], &[])).with(triggered) };
    assert!(write.mask().is_ok(), "triggers are the database's own");
}

#[test]
fn nothing_is_copied_to_where_no_mask_is() {
    for name in ["COPY PROGRAM", "COPY FILE"] {
        let asked = Asked { verb: Verb::Unknown, name, ..Asked::read(lineage(&[ORDERS], vec![], &[])) };
        assert!(asked.refused().contains("STDIN"));
    }
}

#[test]
fn what_a_policy_knows_a_column_by_stays() {
    let labelled = |id, name| Relation { labels: vec!["pii".to_owned()], ..table(id, name, &["number"]) };
    let more = || {
        vec![
            labelled(110, "cards"),
            view(111, "taxes", &[("tax", &[SSN])]),
            child(112, "customers_eu", CUSTOMERS, &["id", "ssn"]),
        ]
    };
    let refused = |rule: &str, column, position| {
        let asked = Asked { verb: Verb::Ddl, ..Asked::read(lineage(&[], vec![], &[(column, position)])).with(more()) };
        Asked { rules: rules(rule), ..asked }.mask().is_err()
    };
    use Position::{Labelled, Renamed};
    for (rule, column, position, expected) in [
        ("customers.ssn", SSN, Renamed, true),
        ("customers.ssn", NAME, Renamed, false),
        ("customers.ssn", ROW, Renamed, true),
        ("customers.ssn", SSN, Labelled, false),
        // The name of the relation does not matter to it.
        ("ssn", ROW, Renamed, false),
        ("ssn", SSN, Renamed, true),
        // A view is made of columns by their numbers.
        ("customers.ssn", at(111, 0), Renamed, false),
        // A part of it goes by the name of the whole.
        ("customers.ssn", at(112, 0), Renamed, true),
        ("customers_eu.ssn", SSN, Renamed, true),
        ("label:pii", at(110, 0), Renamed, false),
        ("label:pii", at(110, 0), Labelled, true),
        ("label:pii", at(110, 1), Labelled, true),
        ("label:pii", SSN, Labelled, false),
        // Whatever it is, it may be anything.
        ("customers.ssn", model::ColumnId::ANYTHING, Renamed, true),
        ("customers.ssn", model::ColumnId::ANYTHING, Labelled, true),
    ] {
        assert_eq!(refused(rule, column, position), expected, "{rule} {column:?} {position:?}");
    }
    assert!(refused("customers.ssn", model::ColumnId::ANYTHING, Position::Shadowed));
    let asked = Asked::read(lineage(&[], vec![], &[(SSN, Renamed)]));
    assert!(asked.refused().contains("customers.ssn") && asked.refused().contains("its name"));
}

#[test]
fn a_forbidden_use_is_refused_whatever_else_is_not_known() {
    let mut lineage = lineage(&[CUSTOMERS], vec![], &[(SSN, Position::Predicate)]);
    lineage.runs_unknown = true;
    assert!(Asked::read(lineage.clone()).mask().is_err());
    lineage.known = false;
    assert!(Asked { unsettled: true, ..Asked::read(lineage) }.mask().is_err());
}
