//! Statements, and what they come to in a database with code of users.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};

use model::code::{Cast, Code, Operator};
use model::{Column, Function, Relation, RelationKind, Type, Volatility};

use super::*;

const TEXT: u32 = 25;
const INT: u32 = 23;
/// An enumeration, a domain over text with a check of users, a text of users' own, and the rows of `people`.
const MOOD: u32 = 20_001;
const CHECKED: u32 = 20_002;
const CITEXT: u32 = 20_003;
const ROW: u32 = 20_004;

fn relation(id: u32, name: &str, columns: &[(&str, u32)]) -> Relation {
    let columns = columns.iter().zip(1..).map(|((name, kind), number)| Column {
        number,
        name: (*name).to_owned(),
        kind: *kind,
        labels: Vec::new(),
        from: Vec::new(),
        same: false,
    });
    Relation {
        id,
        schema: "public".to_owned(),
        name: name.to_owned(),
        kind: RelationKind::Table,
        columns: columns.collect(),
        parents: Vec::new(),
        labels: Vec::new(),
        triggered: false,
    }
}

fn kind(id: u32, name: &str, domain_of: Option<u32>) -> Type {
    let (schema, domain) = (if id < 16_384 { "pg_catalog" } else { "public" }, domain_of.is_some());
    Type {
        id,
        schema: schema.into(),
        name: name.into(),
        made_of: domain_of,
        domain,
        array: false,
        built_in: id < 16_384,
    }
}

/// `number name arguments label`, of users.
const FUNCTIONS: &[(u32, &str, &[u32], &str)] = &[
    (30_001, "mine", &[], ""),
    (30_002, "quiet", &[INT], "reads"),
    (30_003, "noting", &[INT], "writes"),
    (30_004, "initcap", &[TEXT], ""),
    (30_005, "replace", &[CITEXT, CITEXT, CITEXT], ""),
    (30_006, "fits", &[TEXT], ""),
    (30_007, "citext_eq", &[CITEXT, CITEXT], ""),
    (30_008, "full_name", &[ROW], ""),
    (30_009, "id", &[ROW], ""),
    (30_010, "mood_of", &[INT], ""),
    (30_011, "twice", &[INT], "reads"),
    (30_012, "twice", &[TEXT], ""),
    (30_013, "abs", &[CHECKED], ""),
    (30_014, "bang", &[INT], ""),
    (30_015, "lower", &[CITEXT, TEXT], ""),
];

fn catalogue() -> Catalogue {
    static VERSIONS: AtomicU64 = AtomicU64::new(1_000);
    let functions = FUNCTIONS.iter().map(|(id, name, _, label)| Function {
        id: *id,
        schema: if *name == "initcap" { "other" } else { "public" }.to_owned(),
        name: (*name).to_owned(),
        language: "plpgsql".to_owned(),
        volatility: Volatility::Immutable,
        definer: false,
        built_in: false,
        labels: if label.is_empty() { Vec::new() } else { vec![(*label).to_owned()] },
    });
    let relations = vec![
        relation(40_001, "people", &[("id", INT), ("name", TEXT)]),
        relation(40_002, "loud", &[("id", INT)]),
        relation(40_003, "moods", &[("id", INT), ("mood", MOOD)]),
        relation(40_004, "nicks", &[("id", INT), ("nick", CITEXT)]),
        relation(40_005, "mails", &[("mail", CHECKED)]),
        relation(40_006, "calm", &[("id", INT)]),
    ];
    let types = vec![
        kind(INT, "int4", None),
        kind(TEXT, "text", None),
        kind(MOOD, "mood", None),
        kind(CHECKED, "checked", Some(TEXT)),
        kind(CITEXT, "citext", None),
        kind(ROW, "people", None),
    ];
    let operator = |id, name: &str, operands, function| Operator {
        id,
        schema: "public".to_owned(),
        name: name.to_owned(),
        operands,
        function,
    };
    let code = Code {
        operators: vec![
            operator(50_001, "=", [CITEXT, CITEXT], 30_007),
            operator(50_002, "<", [MOOD, INT], 30_010),
            operator(50_003, "!!", [0, INT], 30_014),
            operator(50_004, "##", [TEXT, TEXT], 67),
        ],
        casts: vec![Cast { from: INT, to: MOOD, function: 30_010 }],
        types: HashMap::from([(CHECKED, vec![30_006])]),
        relations: HashMap::from([(40_002, vec![30_001]), (40_006, vec![30_002])]),
        parts: HashMap::from([(ROW, Vec::new())]),
        rows: HashMap::from([(40_001, ROW)]),
        implied: HashSet::new(),
        arguments: FUNCTIONS.iter().map(|(id, _, takes, _)| (*id, takes.to_vec())).collect(),
        ..Code::default()
    };
    let version = VERSIONS.fetch_add(1, Ordering::Relaxed);
    Catalogue::new(version, 18, relations, functions.collect(), types).with_code(code)
}

#[track_caller]
fn all_come_to(texts: &[&str], by_text: Verb, verb: Verb, resolved: bool) {
    all_come_there_to(&catalogue(), texts, by_text, verb, resolved);
}

#[track_caller]
fn all_come_there_to(catalogue: &Catalogue, texts: &[&str], by_text: Verb, verb: Verb, resolved: bool) {
    for text in texts {
        let found = resolve(text, by_text, catalogue);
        assert_eq!((found.verb, found.resolved), (verb, resolved), "{text}");
        assert_eq!(resolve(text, by_text, catalogue), found, "{text}, when it comes again");
    }
}

#[test]
fn what_names_nothing_of_users_is_what_its_text_says() {
    let texts = [
        "SELECT id, upper(name) FROM people WHERE name = 'x' AND id IN (1, 2)",
        "SELECT count(*) FROM people p JOIN calm USING (id) WHERE p.id BETWEEN 1 AND 2",
        "SELECT p.name FROM people p ORDER BY p.id",
        "WITH loud AS (SELECT 1 AS id) SELECT id FROM loud",
        "SELECT replace(name, name, name) FROM people",
        "SELECT a.id FROM people a",
        "SELECT '1'::int4, 'x' ## 'y'",
        "SELECT pg_catalog.initcap('x')",
        "EXPLAIN SELECT name FROM people",
    ];
    all_come_to(&texts, Verb::Read, Verb::Read, true);
    all_come_to(&["UPDATE people SET name = 'x' WHERE id = 1"], Verb::Write, Verb::Write, true);
    all_come_to(&["UPDATE mails SET mail = 'x'", "INSERT INTO loud VALUES (1)"], Verb::Write, Verb::Write, true);
}

#[test]
fn code_of_users_behind_any_name_is_a_call() {
    let texts = [
        "SELECT mine()",
        "SELECT * FROM mine()",
        "SELECT initcap('x')",
        "SELECT other.initcap('x')",
        "SELECT sum(id) FILTER (WHERE mine() = 1) FROM people",
        "SELECT mine() OVER () FROM people",
        "SELECT * FROM loud",
        "SELECT (SELECT count(*) FROM loud)",
        "SELECT 1 = 'x' FROM people WHERE EXISTS (SELECT FROM loud)",
        "SELECT nick FROM nicks WHERE nick = 'x'",
        "SELECT 'a'::citext = 'b'",
        "SELECT count(*) FROM nicks a JOIN nicks b USING (nick)",
        "SELECT CASE nick WHEN 'x' THEN 1 END FROM nicks",
        "SELECT nick IN ('x') FROM nicks",
        "SELECT replace('a', 'b', 'c')",
        "SELECT replace(nick, nick, nick) FROM nicks",
        "SELECT lower('x', 'y')",
        "SELECT 1::mood",
        "SELECT mood FROM moods WHERE mood BETWEEN 1 AND 2",
        "SELECT 'x'::checked",
        "SELECT CAST('x' AS checked)",
        "SELECT checked 'x'",
        "SELECT checked('x')",
        "SELECT mail FROM mails",
        "SELECT abs('5')",
        "SELECT !! 5",
        "SELECT p.full_name FROM people p",
        "SELECT (p).full_name FROM people p",
        "SELECT (SELECT p FROM people p).full_name",
        "SELECT id FROM people ORDER BY id USING OPERATOR(public.<)",
        "EXPLAIN ANALYZE SELECT mine()",
        "COPY (SELECT mine()) TO STDOUT",
        "SELECT twice('x')",
    ];
    all_come_to(&texts, Verb::Read, Verb::Call, true);
    all_come_to(
        &["UPDATE people SET id = mine()", "INSERT INTO people SELECT id FROM loud"],
        Verb::Write,
        Verb::Call,
        true,
    );
}

#[test]
fn a_label_says_what_code_of_users_does() {
    let read = ["SELECT quiet(1)", "SELECT quiet(id) FROM people", "SELECT * FROM calm", "SELECT * FROM quiet(1)"];
    all_come_to(&read, Verb::Call, Verb::Read, true);
    all_come_to(&read, Verb::Read, Verb::Read, true);
    all_come_to(&["SELECT noting(1)", "SELECT quiet(1), noting(2)"], Verb::Call, Verb::Write, true);
    all_come_to(&["UPDATE people SET id = quiet(1)"], Verb::Call, Verb::Write, true);
    // Of several by one name all must be labelled, and what the server brings along does not become harmless.
    let calls = [
        "SELECT twice(1)",
        "SELECT quiet(1), mine()",
        "SELECT quiet(1), query_to_xml('x', true, true, '')",
        "CALL quiet(1)",
    ];
    all_come_to(&calls[..3], Verb::Call, Verb::Call, true);
    assert_eq!(resolve(calls[3], Verb::Call, &catalogue()).verb, Verb::Call);
}

#[test]
fn what_is_not_held_is_not_resolved() {
    all_come_to(&["SELECT * FROM elsewhere", "SELECT id FROM other.people"], Verb::Read, Verb::Read, false);
    all_come_to(&["SELECT elsewhere()", "SELECT pg_temp.mine()", "SELECT 1 @@@@ 2"], Verb::Read, Verb::Call, false);
    all_come_to(&["SELECT elsewhere()", "SELECT quiet(id) FROM elsewhere"], Verb::Call, Verb::Call, false);
}

#[test]
fn what_the_grammar_does_not_take_is_judged_by_its_words() {
    let deep = format!("SELECT {}1{}", "(".repeat(60), ")".repeat(60));
    // A cast may be anywhere.
    all_come_to(&[deep.as_str(), "SELECT FROM WHERE"], Verb::Read, Verb::Call, false);
    let catalogue = catalogue();
    let code = Code { casts: Vec::new(), ..catalogue.code().clone() };
    let catalogue = catalogue.with_code(code);
    all_come_there_to(&catalogue, &[deep.as_str(), "SELECT FROM WHERE"], Verb::Read, Verb::Read, false);
    let worse = [
        format!("{deep}, mine()"),
        format!("{deep}, \"mine\"()"),
        format!("{deep}, MINE()"),
        format!("{deep} FROM loud"),
        format!("{deep}, U&\"m\\0069ne\"()"),
        format!("{deep} !! 1"),
        format!("{deep}, 'x'::checked"),
    ];
    let worse: Vec<&str> = worse.iter().map(String::as_str).collect();
    all_come_there_to(&catalogue, &worse, Verb::Read, Verb::Call, false);
}

#[test]
fn changes_of_structure_stay_what_they_are() {
    all_come_to(&["DROP FUNCTION mine()", "CREATE VIEW v AS SELECT mine()"], Verb::Ddl, Verb::Ddl, false);
}

/// Casts of users are in the catalogue, and may be anywhere but here.
#[test]
fn what_names_no_code_is_no_call() {
    let session = ["SET search_path = public", "SET TIME ZONE 'UTC'", "LISTEN mine", "CLOSE c", "DEALLOCATE p"];
    all_come_to(&session, Verb::Session, Verb::Session, true);
    all_come_to(&["PREPARE p AS SELECT id FROM people", "EXECUTE p(1)"], Verb::Read, Verb::Read, true);
    all_come_to(&["PREPARE p AS SELECT mine()", "EXECUTE p(mine())"], Verb::Read, Verb::Call, true);
    all_come_to(&["EXECUTE p(1)"], Verb::Call, Verb::Call, false);
}
