//! Which columns rules come to.

use model::{ColumnId, Positions, Relation, RelationKind};

use super::house::*;
use crate::resolution::Resolution;

const WHOLE: &str = "[masked]";

/// What is shown of a column that the target says is that of the relation, whatever the lineage would be.
fn shown(rules_text: &str, more: Vec<Relation>, column: ColumnId) -> String {
    let asked = Asked { rules: rules(rules_text), ..Asked::read(lineage(&[column.relation], vec![same(column)], &[])) };
    asked.with(more).shown(&[Some(column)]).remove(0)
}

#[test]
fn names_and_patterns_and_labels() {
    for (rule, masked) in [
        ("ssn null", true),
        ("customers.ssn null", true),
        ("public.customers.ssn null", true),
        ("cust*.s*n null", true),
        ("*.*.* null", true),
        ("orders.ssn null", false),
        ("sales.customers.ssn null", false),
        ("SSN null", false),
        ("label:pii null", false),
    ] {
        assert_eq!(shown(rule, Vec::new(), SSN) == "0", masked, "{rule}");
    }
    let mut labelled = table(110, "people", &["id", "mail"]);
    labelled.columns[1].labels.push("pii".to_owned());
    assert_eq!(shown("label:pii null", vec![labelled.clone()], at(110, 2)), "0");
    assert_eq!(shown("label:pii null", vec![labelled.clone()], at(110, 1)), "=");
    labelled.labels.push("whole".to_owned());
    for column in [1, 2] {
        assert_eq!(
            shown("label:whole null", vec![labelled.clone()], at(110, column)),
            "0",
            "a relation's label is its columns'"
        );
    }
}

#[test]
fn what_inherits_is_masked_and_what_is_inherited_from_too() {
    let family = || {
        vec![
            child(110, "customers_eu", CUSTOMERS, &["ssn", "id"]),
            child(111, "customers_us", CUSTOMERS, &["id", "x", "ssn"]),
            child(112, "customers_eu_de", 110, &["ssn"]),
        ]
    };
    for column in [at(110, 1), at(111, 3), at(112, 1), SSN] {
        assert_eq!(shown("customers.ssn null", family(), column), "0", "{column:?}");
    }
    assert_eq!(shown("customers.ssn null", family(), at(110, 2)), "=", "columns of other names are not");
    // Through the one above its rows are seen; those beside it have no part in it.
    for (column, masked) in [(at(110, 1), true), (at(112, 1), true), (SSN, true), (at(111, 3), false)] {
        assert_eq!(shown("customers_eu.ssn null", family(), column) == "0", masked, "{column:?}");
    }
}

#[test]
fn views_carry_masks_and_what_is_computed_is_masked_whole() {
    let views = || {
        vec![
            view(110, "plain", &[("id", &[ID]), ("tax", &[SSN]), ("computed", &[SSN]), ("computed_of_id", &[ID])]),
            view(
                111,
                "of_plain",
                &[("tax", &[at(110, 2)]), ("both", &[ID, at(110, 2)]), ("of_computed", &[at(110, 3)])],
            ),
            Relation { kind: RelationKind::Materialized, ..view(112, "kept", &[("t", &[at(111, 1)])]) },
            Relation { kind: RelationKind::Foreign, ..table(113, "far", &["ssn"]) },
        ]
    };
    let keep = "customers.ssn keep_last(3)";
    for (column, expected) in [
        (at(110, 1), "="),
        (at(110, 2), "***-**-*399"),
        (at(110, 3), WHOLE),
        (at(110, 4), "="),
        (at(111, 1), "***-**-*399"),
        (at(111, 2), WHOLE),
        (at(111, 3), WHOLE),
        (at(112, 1), "***-**-*399"),
        (at(113, 1), "="),
    ] {
        assert_eq!(shown(keep, views(), column), expected, "{column:?}");
    }
    assert_eq!(shown("far.ssn null", views(), at(113, 1)), "0", "foreign tables are tables");
}

#[test]
fn generated_columns_and_whole_rows() {
    let mut generated = table(110, "people", &["ssn", "last4", "row"]);
    generated.columns[1].from = vec![at(110, 1)];
    generated.columns[2].from = vec![at(110, 0)];
    for column in [2, 3] {
        assert_eq!(shown("people.ssn token", vec![generated.clone()], at(110, column)), WHOLE);
    }
    let by_row = view(111, "rows", &[("whole", &[ROW])]);
    assert_eq!(shown("customers.ssn token", vec![by_row.clone()], at(111, 1)), WHOLE, "a row is not its column");
    assert_eq!(shown("orders.total token", vec![by_row], at(111, 1)), "=");
}

#[test]
fn circles_end() {
    let circle = || {
        let mut one = view(110, "one", &[("a", &[at(111, 1)]), ("b", &[SSN])]);
        one.parents = vec![111, 110];
        one.columns[0].from.push(at(110, 2));
        vec![one, Relation { parents: vec![110], ..view(111, "two", &[("a", &[at(110, 1)])]) }]
    };
    for column in [at(110, 1), at(110, 2), at(111, 1)] {
        assert_ne!(shown("customers.ssn redact", circle(), column), "=", "{column:?}");
    }
}

#[test]
fn what_is_made_of_something_that_nobody_knows_is_masked_whole() {
    for from in [ColumnId::ANYTHING, at(4711, 1), at(CUSTOMERS, 99)] {
        let made = vec![view(110, "made", &[("x", &[from])]), view(111, "on", &[("y", &[at(110, 1)])])];
        assert_eq!(shown("orders.nothing null", made.clone(), at(110, 1)), WHOLE, "{from:?}");
        assert_eq!(shown("orders.nothing null", made, at(111, 1)), WHOLE, "{from:?}");
    }
}

#[test]
fn of_several_rules_the_strictest_holds() {
    assert_eq!(shown("customers.ssn keep_last(3), ssn keep_last(1)", Vec::new(), SSN), "***-**-***9");
    assert_eq!(shown("customers.ssn keep_last(3), *.ssn null", Vec::new(), SSN), "0");
    let both = [rules_with("ssn", Positions::ALL), rules_with("customers.ssn", Positions::EQUALITY)].concat();
    let resolution = Resolution::new(&catalogue(Vec::new()), &both);
    assert_eq!(resolution.positions(SSN), Positions::EQUALITY);
    assert_eq!(Resolution::new(&catalogue(Vec::new()), &both[..1]).positions(SSN), Positions::ALL);
}

#[test]
fn a_computed_column_is_missing_where_its_source_is() {
    let made = || vec![view(110, "made", &[("computed", &[SSN])])];
    assert_eq!(shown("ssn null", made(), at(110, 1)), "0");
    assert_eq!(shown("ssn token", made(), at(110, 1)), WHOLE);
}

#[test]
fn the_systems_own_are_masked_by_its_list_alone() {
    let system = || {
        vec![
            table(1260, "pg_catalog.pg_authid", &["rolname", "rolpassword"]),
            view(1261, "pg_catalog.pg_roles", &[("rolname", &[at(1260, 1), at(1260, 2)])]),
            table(1262, "pg_catalog.pg_of_tomorrow", &["x"]),
            view(110, "mine", &[("p", &[at(1260, 2)])]),
            table(1263, "pg_toast.pg_toast_100", &["chunk_data"]),
        ]
    };
    let any = "orders.nothing redact";
    for (column, masked) in [
        (at(1260, 1), false),
        (at(1260, 2), true),
        (at(1261, 1), false),
        (at(1262, 1), true),
        (at(110, 1), true),
        (at(1263, 1), true),
    ] {
        assert_eq!(shown(any, system(), column) == "0", masked, "{column:?}");
    }
    assert_eq!(shown("rolname null", system(), at(1260, 1)), "=", "a rule without a schema is not about the system");
    assert_eq!(shown("pg_catalog.*.rolname null", system(), at(1260, 1)), "0");
}
