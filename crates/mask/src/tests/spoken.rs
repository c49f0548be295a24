//! Statements as they are typed, from the grammar to what is shown of them. `customers.ssn` has a token.

use model::{Relation, RelationKind, Verb};

use super::house::*;

fn asked(verb: Verb, text: &str) -> Asked {
    let more = vec![
        table(102, "notes", &["id", "body"]),
        child(103, "customers_eu", CUSTOMERS, &["id", "name", "ssn", "note"]),
        view(104, "taxes", &[("id", &[ID]), ("tax", &[SSN])]),
        Relation { kind: RelationKind::Materialized, ..view(106, "kept", &[("computed", &[SSN])]) },
    ];
    let catalogue = catalogue(more);
    let lineage = sql::lineage(text, &catalogue);
    Asked { catalogue, rules: rules("customers.ssn token"), verb, ..Asked::read(lineage) }
}

/// What is shown of its columns when the target says of none where it comes from.
fn shown(text: &str) -> Vec<String> {
    let asked = asked(Verb::Read, text);
    let count = asked.lineage.outputs.as_ref().map_or(1, Vec::len);
    asked.shown(&vec![None; count])
}

#[test]
fn masked_columns_have_their_token_wherever_they_come_through() {
    let token = shown("SELECT ssn FROM customers").remove(0);
    assert_eq!(token.len(), 26);
    for text in [
        "SELECT tax FROM taxes",
        "SELECT ssn AS note FROM customers_eu",
        "WITH x AS (SELECT ssn a FROM customers) SELECT a FROM x",
        "SELECT (SELECT ssn FROM customers LIMIT 1)",
        "UPDATE customers SET note = 'x' WHERE id = 1 RETURNING ssn",
    ] {
        assert_eq!(shown(text), [token.as_str()], "{text}");
    }
    assert_eq!(shown("TABLE customers"), ["=", "=", token.as_str(), "="]);
    assert_eq!(asked(Verb::CopyOut, "COPY customers (id, ssn) TO STDOUT").copied(2), ["=", token.as_str()]);
}

#[test]
fn what_is_made_of_them_shows_nothing() {
    for text in [
        "SELECT upper(ssn), length(ssn), ssn::text FROM customers",
        "SELECT c FROM customers c",
        "SELECT c::text FROM customers c",
        "SELECT row_to_json(c) FROM customers c",
        "SELECT * FROM kept",
        "SELECT name FROM customers UNION ALL SELECT ssn FROM customers",
        "SELECT x FROM what_nobody_knows",
        "SELECT strange(1)",
    ] {
        assert!(shown(text).iter().all(|shown| shown == "[masked]"), "{text}: {:?}", shown(text));
    }
}

#[test]
fn what_would_tell_of_them_or_copy_them_is_refused() {
    for (verb, text) in [
        (Verb::Read, "SELECT ssn::int FROM customers"),
        (Verb::Read, "SELECT ssn || name FROM customers"),
        (Verb::Read, "SELECT array_agg(ssn) FROM customers"),
        (Verb::Read, "SELECT query_to_xml('select ssn from customers', true, true, '')"),
        (Verb::Read, "SELECT id FROM customers WHERE ssn = '1'"),
        (Verb::Read, "SELECT id FROM customers WHERE ssn LIKE '1%'"),
        (Verb::Read, "SELECT id FROM customers ORDER BY ssn"),
        (Verb::Read, "SELECT DISTINCT ssn FROM customers"),
        (Verb::Read, "SELECT name FROM customers UNION SELECT ssn FROM customers"),
        (Verb::Read, "SELECT CASE WHEN ssn > '5' THEN 1/0 END FROM customers"),
        (Verb::Read, "SELECT left(ssn, 1), count(*) FROM customers GROUP BY 1"),
        (Verb::Read, "SELECT n.id FROM notes n JOIN customers c ON c.ssn = n.body"),
        (Verb::Read, "SELECT set_config('a.b', ssn, false) FROM customers"),
        (Verb::Read, "EXPLAIN SELECT id FROM customers WHERE ssn = '1'"),
        (Verb::Unknown, "SELECT strange(ssn) FROM customers"),
        (Verb::Call, "DO $$ BEGIN INSERT INTO notes SELECT id, ssn FROM customers; END $$"),
        (Verb::Write, "INSERT INTO notes SELECT id, ssn FROM customers"),
        (Verb::Write, "INSERT INTO notes SELECT 1, strange()"),
        (Verb::Write, "UPDATE customers SET note = ssn WHERE id = 1 RETURNING note"),
        (Verb::Write, "MERGE INTO notes n USING customers c ON n.id = c.id WHEN MATCHED THEN UPDATE SET body = c.ssn"),
        (Verb::Ddl, "CREATE TABLE t AS SELECT tax FROM taxes"),
        (Verb::Ddl, "ALTER TABLE customers ALTER note TYPE text USING ssn"),
        (Verb::Ddl, "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT ssn FROM customers'"),
    ] {
        assert!(asked(verb, text).mask().is_err(), "{text}");
    }
}

#[test]
fn all_else_goes_on() {
    for (verb, text) in [
        (Verb::Read, "SELECT now(), 1, $1, current_user, version()"),
        (Verb::Read, "SELECT id, total FROM orders WHERE id = 1 ORDER BY total"),
        (Verb::Read, "SHOW server_version"),
        (Verb::Transaction, "BEGIN"),
        (Verb::Session, "SET search_path = x"),
        (Verb::Write, "INSERT INTO notes VALUES (1, now()::text)"),
        (Verb::Ddl, "CREATE TABLE t (a int)"),
        (Verb::CopyIn, "COPY notes FROM STDIN"),
    ] {
        assert!(asked(verb, text).mask().unwrap().is_none(), "{text}");
    }
    for text in ["SELECT id, name FROM customers WHERE id = 1 ORDER BY name", "SELECT count(*) FROM customers"] {
        assert!(shown(text).iter().all(|shown| shown == "="), "{text}");
    }
    for text in ["UPDATE customers SET ssn = '5' WHERE id = 1", "DELETE FROM customers WHERE id = 1"] {
        assert!(asked(Verb::Write, text).mask().is_ok(), "{text}");
    }
}
