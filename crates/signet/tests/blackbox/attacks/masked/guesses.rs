//! A29, A30: a number of nine digits behind a mask, asked for digit by digit in all ways in which an answer can tell whether a guess
//! is right. Straight at the server each way recovers the number; through the gateway no two guesses are told apart.

use std::time::{Duration, Instant};

use crate::harness::direct;
use crate::harness::postgres::{Options, Postgres, Version};
use crate::harness::scene::{Scene, sql};
use crate::harness::wire::{Message, Wire};

const SECRET: &str = "536904399";

const RULES: &str = r#"@id("mask-numbers") @mask("customers.ssn, visits.ssn")
forbid (principal, action == Action::"reveal", resource);
"#;

const SAMPLE: &str = "
    CREATE TABLE customers (id int PRIMARY KEY, name text, ssn text UNIQUE);
    INSERT INTO customers VALUES (1, 'Ada', 'SECRET'), (2, 'Bob', NULL);
    CREATE TABLE visits (id int, ssn text);
    INSERT INTO visits SELECT n, 'SECRET' FROM generate_series(1, 50) n; ANALYZE visits;
    CREATE TABLE digits (digit text PRIMARY KEY);
    INSERT INTO digits SELECT n::text FROM generate_series(0, 9) n;
    CREATE TABLE taken (digit text PRIMARY KEY);
    CREATE TABLE refers (digit text REFERENCES taken);";

/// What an answer tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// Whether the guess is right.
    Right,
    /// Whether the guess is below the number.
    Below,
    /// Whether the guess is right, by the time that it takes.
    Late,
}
use Tells::{Below, Late, Right};

/// PLACE and DIGIT are the guess, DIGIT_THERE the digit of the number; PATTERN fits the number when the guess is right; BEGIN_ is what is
/// known of the number, with the guess behind it.
const WAYS: &[(&str, Tells)] = &[
    ("SELECT 1 FROM customers WHERE DIGIT_THERE = 'DIGIT'", Right),
    ("SELECT 1 FROM customers WHERE right(left(ssn, PLACE), 1) = 'DIGIT'", Right),
    ("SELECT 1 FROM customers WHERE position('BEGIN_' IN ssn) = 1", Right),
    ("SELECT 1 FROM customers WHERE starts_with(ssn, 'BEGIN_')", Right),
    ("SELECT 1 FROM customers WHERE ssn LIKE 'PATTERN'", Right),
    ("SELECT 1 FROM customers WHERE ssn ILIKE 'PATTERN'", Right),
    ("SELECT 1 FROM customers WHERE ssn SIMILAR TO 'PATTERN'", Right),
    ("SELECT 1 FROM customers WHERE ssn ~ '^BEGIN_'", Right),
    ("SELECT 1 FROM customers WHERE ssn NOT LIKE 'PATTERN'", Right),
    ("SELECT 1 FROM customers WHERE ssn BETWEEN 'BEGIN_' AND 'BEGIN_:'", Right),
    ("SELECT 1 FROM customers WHERE ssn::int / 10 ^ (9 - PLACE) >= BEGIN_", Below),
    ("SELECT 1 FROM customers WHERE (id, ssn) >= (1, 'BEGIN_') AND id = 1", Below),
    (
        "SELECT w FROM (SELECT ssn AS v, 'x' AS w FROM customers WHERE id = 1 UNION ALL SELECT 'BEGIN_', 'a') q ORDER BY v, w LIMIT 1",
        Below,
    ),
    (
        "SELECT w FROM (SELECT ssn AS v, 'x' AS w FROM customers WHERE id = 1 UNION ALL SELECT 'BEGIN_', 'a') q ORDER BY v, w OFFSET 1",
        Below,
    ),
    (
        "SELECT w, row_number() OVER (ORDER BY v, w) FROM (SELECT ssn AS v, 'x' AS w FROM customers WHERE id = 1 UNION ALL SELECT 'BEGIN_', 'a') q",
        Below,
    ),
    ("SELECT count(*) FROM customers GROUP BY DIGIT_THERE HAVING DIGIT_THERE = 'DIGIT'", Right),
    ("SELECT count(*) FILTER (WHERE ssn LIKE 'PATTERN') FROM customers", Right),
    (
        "SELECT count(DISTINCT v) FROM (SELECT DIGIT_THERE AS v FROM customers WHERE id = 1 UNION ALL SELECT 'DIGIT') q",
        Right,
    ),
    ("SELECT 'x' FROM (SELECT DIGIT_THERE FROM customers WHERE id = 1 UNION SELECT 'DIGIT') q", Right),
    ("SELECT 'x' FROM (SELECT DIGIT_THERE FROM customers INTERSECT SELECT 'DIGIT') q", Right),
    ("SELECT 'x' FROM (SELECT 'DIGIT' EXCEPT SELECT DIGIT_THERE FROM customers WHERE id = 1) q", Right),
    ("SELECT max(ssn) >= 'BEGIN_' FROM customers", Below),
    ("SELECT least(min(ssn), 'BEGIN_') = 'BEGIN_' FROM customers", Below),
    ("SELECT 1 / (CASE WHEN DIGIT_THERE = 'DIGIT' THEN 0 ELSE 1 END) FROM customers WHERE id = 1", Right),
    ("SELECT 1 / (DIGIT_THERE::int - DIGIT) IS NULL FROM customers WHERE id = 1", Right),
    ("SELECT (CASE WHEN DIGIT_THERE = 'DIGIT' THEN 'x' ELSE '1' END)::int FROM customers WHERE id = 1", Right),
    ("SELECT nullif(DIGIT_THERE, 'DIGIT') IS NULL FROM customers WHERE id = 1", Right),
    ("SELECT coalesce(nullif(DIGIT_THERE, 'DIGIT'), 'none') = 'none' FROM customers WHERE id = 1", Right),
    ("SELECT array_position(ARRAY[DIGIT_THERE], 'DIGIT') FROM customers WHERE id = 1", Right),
    ("SELECT generate_series(1, CASE DIGIT_THERE WHEN 'DIGIT' THEN 2 ELSE 1 END) FROM customers WHERE id = 1", Right),
    ("SELECT length(replace(DIGIT_THERE, 'DIGIT', '')) FROM customers WHERE id = 1", Right),
    ("SELECT to_jsonb(ssn) @? '$ ? (@ like_regex \"^BEGIN_\")' FROM customers WHERE id = 1", Right),
    ("SELECT 'x' FROM digits JOIN customers ON DIGIT_THERE = digit WHERE digit = 'DIGIT'", Right),
    (
        "SELECT 'x' FROM digits d WHERE digit = 'DIGIT' AND EXISTS (SELECT FROM customers WHERE DIGIT_THERE = d.digit)",
        Right,
    ),
    ("SELECT 'x' FROM digits WHERE digit = 'DIGIT' AND digit IN (SELECT DIGIT_THERE FROM customers)", Right),
    ("SELECT 'x' FROM digits LIMIT 1 OFFSET (SELECT count(*) FROM customers WHERE ssn LIKE 'PATTERN') * 10", Right),
    ("SELECT 'x' FROM digits LIMIT (SELECT (DIGIT_THERE::int = DIGIT)::int FROM customers WHERE id = 1)", Right),
    ("EXPLAIN SELECT 1 FROM visits WHERE ssn LIKE 'PATTERN'", Right),
    (
        "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) SELECT 1 FROM visits WHERE ssn LIKE 'PATTERN'",
        Right,
    ),
    ("SELECT 1 FROM pg_stats WHERE tablename = 'visits' AND most_common_vals::text LIKE '{PATTERN'", Right),
    ("SELECT CASE WHEN DIGIT_THERE = 'DIGIT' THEN pg_sleep(0.3) END FROM customers WHERE id = 1", Late),
    (
        "BEGIN; INSERT INTO taken VALUES ('DIGIT'); INSERT INTO taken SELECT DIGIT_THERE FROM customers WHERE id = 1; ROLLBACK",
        Right,
    ),
    (
        "BEGIN; INSERT INTO taken VALUES ('DIGIT'); INSERT INTO taken SELECT DIGIT_THERE FROM customers WHERE id = 1 ON CONFLICT DO NOTHING; ROLLBACK",
        Right,
    ),
    (
        "BEGIN; INSERT INTO taken VALUES ('DIGIT'); INSERT INTO refers SELECT DIGIT_THERE FROM customers WHERE id = 1; ROLLBACK",
        Right,
    ),
    ("BEGIN; UPDATE customers SET name = name WHERE ssn LIKE 'PATTERN'; ROLLBACK", Right),
    ("BEGIN; DELETE FROM customers WHERE ssn LIKE 'PATTERN' RETURNING 'x'; ROLLBACK", Right),
    ("BEGIN; ALTER TABLE customers ADD CHECK (ssn NOT LIKE 'PATTERN'); ROLLBACK", Right),
    (
        "BEGIN; CREATE VIEW guess AS SELECT 1 FROM customers WHERE ssn LIKE 'PATTERN'; SELECT * FROM guess; ROLLBACK",
        Right,
    ),
    (
        "BEGIN; DECLARE guess CURSOR FOR SELECT 1 FROM customers WHERE ssn LIKE 'PATTERN'; MOVE ALL FROM guess; ROLLBACK",
        Right,
    ),
    ("PREPARE guess AS SELECT 1 FROM customers WHERE ssn LIKE $1; EXECUTE guess('PATTERN'); DEALLOCATE guess", Right),
    ("COPY (SELECT 1 FROM customers WHERE ssn LIKE 'PATTERN') TO STDOUT", Right),
    ("SELECT query_to_xml('SELECT 1 FROM customers WHERE ssn LIKE ''PATTERN''', false, false, '')", Right),
    (
        "LISTEN guess; SELECT 'x' FROM (SELECT pg_notify('guess', (DIGIT_THERE = 'DIGIT')::text) FROM customers WHERE id = 1) q",
        Right,
    ),
    (
        "DO $$ BEGIN IF (SELECT ssn FROM customers WHERE id = 1) LIKE 'PATTERN' THEN RAISE NOTICE 'yes'; END IF; END $$",
        Right,
    ),
    (
        "SELECT set_config('application_name', (DIGIT_THERE = 'DIGIT')::text, false) IS NULL FROM customers WHERE id = 1; SHOW application_name",
        Right,
    ),
];

/// One guess: that this digit stands at that place, from 0.
fn guess(way: &str, place: usize, digit: usize) -> String {
    let begin = format!("{}{digit}", &SECRET[..place]);
    way.replace("DIGIT_THERE", "substr(ssn, PLACE, 1)")
        .replace("PLACE", &(place + 1).to_string())
        .replace("DIGIT", &digit.to_string())
        .replace("PATTERN", &pattern(place, digit))
        .replace("BEGIN_", &begin)
}

/// What a number looks like with that digit at that place.
fn pattern(place: usize, digit: usize) -> String {
    format!("{}{digit}%", "_".repeat(place))
}

/// All that an answer says, but for the numbers of relations.
fn said(messages: &[Message]) -> String {
    let told = messages.iter().map(|message| match message.tag {
        b'E' | b'N' => format!("{:?}{:?}", message.field(b'C'), message.field(b'M')),
        // The process that notifies has a number of its own.
        b'A' => String::from_utf8_lossy(&message.body[4..]).into_owned(),
        b'T' => "T".to_owned(),
        _ => format!("{}{}", char::from(message.tag), message.text()),
    });
    told.collect()
}

/// What is said to each of the ten guesses for a place, and how long each took.
fn answers(wire: &mut Wire, way: &str, place: usize) -> Vec<(String, Duration)> {
    let asked = |digit| {
        let start = Instant::now();
        let messages = wire.query(&guess(way, place, digit));
        let took = start.elapsed();
        if messages.last().is_some_and(|ready| ready.body != b"I") {
            wire.query("ROLLBACK");
        }
        // Nothing is left of it that the next could meet.
        wire.query("DEALLOCATE ALL; SET application_name = 'x'");
        (said(&messages).replace(&pattern(place, digit), "?"), took)
    };
    (0..10).map(asked).collect()
}

/// The digit that the answers tell.
fn told(answers: &[(String, Duration)], tells: Tells) -> Option<usize> {
    let text = |at: usize| answers.get(at).map(|(said, _)| said.as_str());
    match tells {
        Below => (0..10).rev().find(|at| text(*at) == text(0)),
        Right => {
            let alone = |at: &usize| (0..10).filter(|other| text(*other) == text(*at)).count() == 1;
            let mut alone = (0..10).filter(alone);
            alone.next().filter(|_| alone.next().is_none())
        }
        Late => (0..10).max_by_key(|at| answers.get(*at).map(|(_, took)| *took)),
    }
}

fn recovered(wire: &mut Wire, way: &str, tells: Tells) -> String {
    let digit = |place| told(&answers(wire, way, place), tells).map_or("?".to_owned(), |digit| digit.to_string());
    (0..SECRET.len()).map(digit).collect()
}

/// How many places there are at which not all guesses have the same answer.
fn distinguished(wire: &mut Wire, way: &str) -> usize {
    let differ = |place: &usize| {
        let answers = answers(wire, way, *place);
        answers.iter().any(|(said, _)| *said != answers[0].0)
    };
    (0..SECRET.len()).filter(differ).count()
}

#[test]
fn a30_no_guess_at_a_masked_number_is_answered() {
    if direct() {
        return;
    }
    let scene = Scene::on(Postgres::with(Options { version: Version::V15, ..Options::default() }), RULES);
    sql(&scene.server, &SAMPLE.replace("SECRET", SECRET));
    let (mut straight, mut through) = (Wire::sign_in(&scene.server.door()), Wire::sign_in(&scene.gateway.door()));
    let mut problems = Vec::new();
    for (way, tells) in WAYS {
        let found = recovered(&mut straight, way, *tells);
        if found != SECRET {
            problems.push(format!("{way}: finds {found} at the server, so it proves nothing"));
        }
        let known = distinguished(&mut through, way);
        if known > 0 {
            let answers = answers(&mut through, way, 0);
            problems.push(format!("{way}: {known} digits can be told: {answers:?}"));
        }
    }
    assert!(problems.is_empty(), "{} of {}:\n{}", problems.len(), WAYS.len(), problems.join("\n"));
    scene.gateway.assert_recorded("refusal", "customers.ssn");
}
