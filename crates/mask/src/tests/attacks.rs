//! Ways to talk past a mask, with the lineage that a grammar gives them. What is shown of each is what the attacker gets.

use model::{Derived, Flow, Lineage, Position, Verb};

use super::house::*;

/// A statement, what it shows as the grammar and the target see it, and what else it does with columns.
struct Attack {
    statement: &'static str,
    outputs: Vec<(Flow, Option<model::ColumnId>)>,
    uses: Vec<(model::ColumnId, Position)>,
}

fn attack(statement: &'static str, outputs: Vec<(Flow, Option<model::ColumnId>)>) -> Attack {
    Attack { statement, outputs, uses: Vec::new() }
}

fn computed(sources: &[model::ColumnId]) -> (Flow, Option<model::ColumnId>) {
    (made(Derived::Computed, sources), None)
}

/// Statements that run, and show nothing of the number.
#[test]
fn nothing_of_a_masked_value_is_shown() {
    let attacks = [
        attack("SELECT ssn AS note FROM customers", vec![(same(SSN), Some(SSN))]),
        attack("SELECT reverse(ssn) FROM customers", vec![(made(Derived::Total, &[SSN]), None)]),
        attack("SELECT left(ssn, 1), substr(ssn, 2) FROM customers", vec![computed(&[SSN]), computed(&[SSN])]),
        attack("SELECT 'x' || ssn || name FROM customers", vec![computed(&[SSN, NAME])]),
        attack("SELECT string_agg(ssn, ',') FROM customers", vec![computed(&[SSN])]),
        attack("SELECT c FROM customers c", vec![(made(Derived::Same, &[ROW]), Some(ROW))]),
        attack("SELECT c::text FROM customers c", vec![computed(&[ROW])]),
        attack("SELECT row_to_json(c) FROM customers c", vec![computed(&[ROW])]),
        attack("SELECT to_jsonb(c)->>'ssn' FROM customers c", vec![computed(&[ROW])]),
        attack("SELECT name FROM orders UNION ALL SELECT ssn FROM customers", vec![computed(&[at(ORDERS, 2), SSN])]),
        attack("WITH x AS (SELECT ssn AS a FROM customers) SELECT a FROM x", vec![(same(SSN), Some(SSN))]),
        attack("SELECT (SELECT ssn FROM customers LIMIT 1) AS name", vec![(same(SSN), None)]),
        attack("SELECT CASE WHEN true THEN ssn END FROM customers", vec![computed(&[SSN])]),
        attack("SELECT max(ssn) OVER () FROM customers", vec![computed(&[SSN])]),
        attack("SELECT query_to_xml('SELECT ssn FROM customers')", vec![(made(Derived::Unknown, &[]), None)]),
        attack("SELECT a FROM dblink('...') AS t(a text)", vec![(made(Derived::Unknown, &[]), None)]),
        attack("UPDATE customers SET note = note RETURNING ssn", vec![(same(SSN), Some(SSN))]),
    ];
    for attack in attacks {
        let (flows, origins): (Vec<_>, Vec<_>) = attack.outputs.into_iter().unzip();
        let asked = |lineage: Lineage| Asked::read(lineage).shown(&origins);
        let known = lineage(&[CUSTOMERS, ORDERS], flows, &attack.uses);
        assert!(asked(known.clone()).iter().all(|shown| shown == "[masked]"), "{}", attack.statement);
        // Nor is it when the grammar takes it for something else.
        let asleep = Lineage { outputs: None, ..known };
        assert!(asked(asleep).iter().all(|shown| shown == "[masked]"), "{}", attack.statement);
        // Nor when it is not understood at all: then it is not even asked, and what comes of it in another way is masked.
        let unknown = Asked::read(Lineage::unknown());
        assert!(unknown.refused().contains("not understood"), "{}", attack.statement);
        let fetched = Asked { verb: Verb::Session, ..unknown }.shown(&origins);
        assert!(fetched.iter().all(|shown| shown == "[masked]"), "{}", attack.statement);
    }
}

/// Statements that would tell of the number without showing it, or take it elsewhere, and do not run.
#[test]
fn nothing_is_told_of_a_masked_value() {
    let told = |statement, position| Attack { statement, outputs: Vec::new(), uses: vec![(SSN, position)] };
    let attacks = [
        told("SELECT id FROM customers WHERE ssn = '536-90-4399'", Position::Equality),
        told("SELECT id FROM customers WHERE ssn LIKE '5%'", Position::Predicate),
        told("SELECT id FROM customers ORDER BY ssn", Position::Shape),
        told("SELECT count(*) FROM customers GROUP BY left(ssn, 1)", Position::Shape),
        told("SELECT ssn::int FROM customers", Position::Computed),
        told("SELECT 1/(ascii(ssn) - 53) FROM customers", Position::Computed),
        told("SELECT id FROM customers c JOIN guesses g ON c.ssn = g.ssn", Position::Predicate),
        told("SELECT set_config('application_name', ssn, false) FROM customers", Position::Write),
        told("CREATE TEMP TABLE t AS SELECT ssn FROM customers", Position::Write),
        told("INSERT INTO notes SELECT ssn FROM customers", Position::Write),
        told("UPDATE customers SET note = ssn RETURNING note", Position::Write),
    ];
    for attack in attacks {
        for verb in [Verb::Read, Verb::Write, Verb::Ddl] {
            let lineage = lineage(&[CUSTOMERS], vec![same(ID)], &attack.uses);
            let told = Asked { verb, ..Asked::read(lineage) }.refused();
            assert!(told.contains("customers.ssn is masked"), "{}: {told}", attack.statement);
        }
    }
}

/// What nobody could read may not store anything, so that it is not read there later.
#[test]
fn nothing_is_copied_in_the_dark() {
    for (statement, verb) in [
        ("DO $$ BEGIN INSERT INTO notes SELECT ssn FROM customers; END $$", Verb::Call),
        ("CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS '...'", Verb::Ddl),
        ("INSERT INTO notes SELECT f()", Verb::Write),
        ("COPY notes FROM PROGRAM '...'", Verb::CopyIn),
        ("something new", Verb::Unknown),
    ] {
        assert!(Asked { verb, ..Asked::read(Lineage::unknown()) }.mask().is_err(), "{statement}");
    }
}
