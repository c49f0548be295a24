//! The words of a text are never read as something milder than what its grammar says it does.

use crate::full::find;
use crate::lexed::split;
use crate::parsed::with_tree;

/// A statement of every command.
const COMMANDS: &str = include_str!("../../commands.txt");

/// Statements that others stand in, or that begin another.
const STARTS: &[&str] = &[
    "SELECT a FROM t ",
    "SELECT ",
    "DELETE FROM t ",
    "INSERT INTO t ",
    "WITH q AS (SELECT 1) ",
    "COPY (",
    "COPY t FROM STDIN WHERE ",
    "EXPLAIN ",
    "CREATE INDEX i ON t (",
    "CREATE TABLE v PARTITION OF t FOR VALUES IN (",
    "CREATE TABLE v AS ",
    "CREATE SCHEMA s CREATE INDEX i ON t (",
    "ALTER TABLE t ADD COLUMN b int DEFAULT ",
    "ALTER TABLE t ADD CHECK ",
    "ALTER DOMAIN d ADD CHECK (",
    "CREATE RULE r AS ON INSERT TO t DO ",
    "PREPARE p (int, mood) AS ",
    "EXECUTE p (",
    "",
];

/// Pieces of statements that both readings have an opinion about.
const PIECES: &[&str] = &[
    "SELECT ",
    "a ",
    "FROM ",
    "t ",
    "WHERE ",
    "a = 1 ",
    "INSERT INTO t ",
    "INSERT INTO t (a) ",
    "VALUES (1) ",
    "DELETE FROM t ",
    "UPDATE t SET a = 1 ",
    "WITH q AS (",
    "WITH q (a) AS (",
    ") ",
    "( ",
    ", ",
    "* ",
    "f(1) ",
    "s.f(1) ",
    "n(1) ",
    "N'x' ",
    "information_schema._pg_expandarray(a) ",
    "information_schema.f(a) ",
    "\"f\"(1) ",
    "pg_catalog.upper('x') ",
    "upper('x') ",
    "left('x', 1) ",
    "nextval('x') ",
    "set_config('role', 'x', false) ",
    "pg_read_file('x') ",
    "count(*) FILTER (WHERE a) ",
    "rank() OVER (ORDER BY a) ",
    "CAST(a AS mood) ",
    "CAST(a AS int) ",
    "'x'::mood ",
    "'x'::s.mood ",
    "'x'::\"mood\" ",
    "::pg_catalog.int4 ",
    "mood 'x' ",
    "date '2020-01-01' ",
    "TREAT(a AS mood) ",
    "OPERATOR(s.+) 1 ",
    "@@@ 1 ",
    "+- 1 ",
    "=-1 ",
    "AS x(a mood) ",
    "AS x(a int) ",
    "json_to_record('{}') ",
    "JSON_VALUE(a, '$' RETURNING mood) ",
    "JSON_OBJECT('a': f(1)) ",
    "XMLSERIALIZE(CONTENT a AS mood) ",
    "TABLESAMPLE system (1) ",
    "TABLESAMPLE mine (1) ",
    "LIKE 'x' ",
    "IN ('x') ",
    "INTO u ",
    "FOR UPDATE ",
    "FOR SHARE ",
    "RETURNING a ",
    "RETURNING f(a) ",
    "ON CONFLICT (a) DO NOTHING ",
    "EXPLAIN ",
    "ANALYZE ",
    "COPY ",
    "TO STDOUT ",
    "UNION ",
    "AS ",
    "update ",
    "\"delete\" ",
    "JOIN u ON true ",
    "JOIN f(1) ON true ",
    "LIMIT 1 ",
    "ORDER BY f(a) ",
    "DECLARE c CURSOR FOR ",
    "PREPARE p AS ",
    "; ",
    "1 ",
    "'x' ",
    "::int ",
    "EXISTS ",
    "IN ",
    "MERGE INTO t USING u ON ",
    "WHEN MATCHED THEN DELETE ",
    "WHEN NOT MATCHED THEN INSERT (a) VALUES (f(1)) ",
    "CREATE TABLE v AS ",
    "OWNER TO x ",
    "ENABLE ROW LEVEL SECURITY ",
    "ALTER a TYPE int USING f(a) ",
    "-- x\n",
    "/* ; */ ",
];

/// A small generator of noise (xorshift), so that a failure comes again.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }

    fn text(&mut self, samples: &[&str]) -> String {
        let mut text = match self.below(3) {
            0 => self.mixed(samples),
            _ => STARTS[self.below(STARTS.len())].to_owned(),
        };
        for _ in 0..self.below(6) {
            text.push_str(PIECES[self.below(PIECES.len())]);
        }
        // What was opened is closed, so that more of it is SQL.
        let open = text.matches('(').count().saturating_sub(text.matches(')').count());
        if self.below(4) > 0 {
            text.push_str(&")".repeat(open));
        }
        text
    }

    /// A statement of some command, with a word of another or a piece in place of one of its own.
    fn mixed(&mut self, samples: &[&str]) -> String {
        let mut words: Vec<&str> = samples[self.below(samples.len())].split(' ').collect();
        let other: Vec<&str> = samples[self.below(samples.len())].split(' ').collect();
        let at = self.below(words.len());
        match self.below(4) {
            0 => words[at] = other[self.below(other.len())],
            1 => words[at] = PIECES[self.below(PIECES.len())],
            2 => words.insert(at, PIECES[self.below(PIECES.len())]),
            _ => {}
        }
        words.join(" ") + " "
    }
}

/// Where the grammar takes a text, all but a part of what it says is unread, that is what the words must be as bad as.
fn check(text: &str) -> usize {
    let lexed = split(text.as_bytes(), true, 64).unwrap();
    let Some(found) = with_tree(text, |tree| tree.statements().into_iter().map(find).collect::<Vec<_>>()) else {
        return 0;
    };
    assert_eq!(lexed.len(), found.len(), "{text}");
    for (lexed, found) in lexed.iter().zip(&found) {
        let Some(found) = found else { continue };
        assert!(lexed.verb >= found.verb, "{text}: {:?} by the words, {:?} by the grammar", lexed.verb, found.verb);
    }
    found.len()
}

fn samples() -> Vec<&'static str> {
    COMMANDS.lines().filter_map(|line| line.split(" | ").nth(2)).collect()
}

#[test]
fn the_lexer_is_never_milder_than_the_grammar() {
    let samples = samples();
    samples.iter().for_each(|text| assert_eq!(check(text), 1, "{text}"));
    let mut noise = Noise(0x2545_f491_4f6c_dd1d);
    let rounds = std::env::var("SIGNET_SQL_FUZZ_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(12_000);
    let parsed: usize = (0..rounds).map(|_| check(&noise.text(&samples))).sum();
    assert!(parsed > rounds / 20, "only {parsed} of {rounds} texts were SQL");
}
