//! Why a column is masked.

use model::{Derived, Lineage, MaskOperator, Position, Verb};

use super::house::*;
use crate::{Explanation, Link, Question, Shown, Step, Why, explain};

fn explained(rules_text: &str, more: Vec<model::Relation>, lineage: &Lineage) -> Explanation {
    let (catalogue, rules) = (catalogue(more), rules(rules_text));
    explain(&Question { rules: &rules, catalogue: &catalogue, verb: Verb::Read, lineage, origins: None })
}

fn step(column: &str, link: Option<Link>) -> Step {
    Step { column: column.to_owned(), link }
}

#[test]
fn the_way_goes_from_the_result_to_the_rule() {
    let more = vec![
        child(110, "customers_eu", CUSTOMERS, &["ssn"]),
        view(111, "inner", &[("tax", &[at(110, 1)])]),
        view(112, "outer", &[("computed", &[at(111, 1)]), ("id", &[ID])]),
    ];
    let found = explained("customers.ssn token", more, &lineage(&[112], vec![same(at(112, 1)), same(at(112, 2))], &[]));
    assert!(!found.clear && found.refused.is_none());
    assert_eq!((found.columns[0].shown, found.columns[1].shown), (Shown::Nothing, Shown::All));
    assert_eq!(found.columns[1].reasons, []);
    let way = vec![
        step("outer.computed", Some(Link::Computed)),
        step("inner.tax", Some(Link::Same)),
        step("customers_eu.ssn", Some(Link::Parent)),
        step("customers.ssn", None),
    ];
    let (policy, rule) = ("hide".to_owned(), "customers.ssn token".to_owned());
    assert_eq!(found.columns[0].reasons, [Why::Rule { policy, rule, operator: MaskOperator::Token, way }]);
}

#[test]
fn what_is_not_known_says_so() {
    let flows = vec![same(at(4711, 1)), made(Derived::Unknown, &[])];
    let found = explained("ssn", Vec::new(), &lineage(&[ORDERS], flows.clone(), &[]));
    assert_eq!(found.columns[0].reasons, [Why::NotHeld]);
    assert_eq!(found.columns[1].reasons, [Why::NotTold]);
    let unknown = Lineage { outputs: Some(flows), ..Lineage::unknown() };
    let found = explained("ssn", Vec::new(), &unknown);
    assert!(found.columns.iter().all(|column| column.reasons == [Why::NotUnderstood]));
}

#[test]
fn the_built_in_rules_and_refusals_are_told() {
    let system = vec![table(1260, "pg_catalog.pg_authid", &["rolpassword"])];
    let found = explained("x", system, &lineage(&[1260], vec![same(at(1260, 1))], &[]));
    let Why::Rule { policy, rule, operator, .. } = &found.columns[0].reasons[0] else { panic!("{found:?}") };
    assert_eq!((policy.as_str(), rule.as_str(), operator), ("built-in", "", &MaskOperator::Null));
    let found = explained("ssn", Vec::new(), &lineage(&[CUSTOMERS], vec![], &[(SSN, Position::Shape)]));
    assert!(found.refused.is_some());
    assert!(explained("ssn", Vec::new(), &lineage(&[ORDERS], vec![], &[])).clear);
}
