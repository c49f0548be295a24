//! psql under `read-only`: all that it looks up by itself are reads.

use super::under;
use crate::harness::client::Client;
use crate::harness::place::TempDir;
use crate::harness::scene::sql;

const SHAPES: &str = "
    CREATE TABLE parent (id int PRIMARY KEY, name text, at timestamptz DEFAULT now(), CHECK (id > 0));
    CREATE TABLE child (id serial, parent int REFERENCES parent) ;
    CREATE INDEX child_parent ON child (parent);
    CREATE VIEW both_of_them AS SELECT p.name, c.id FROM parent p JOIN child c ON c.parent = p.id;
    CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM parent;
    CREATE TABLE split (at date, n int) PARTITION BY RANGE (at);
    CREATE TABLE split_one PARTITION OF split FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE TYPE mood AS ENUM ('good', 'bad');
    CREATE DOMAIN short AS varchar(3);
    CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
    CREATE RULE quiet AS ON DELETE TO child DO INSTEAD NOTHING;
    COMMENT ON TABLE parent IS 'the parents';
    CREATE PUBLICATION news FOR TABLE parent;
    CREATE STATISTICS both_columns ON id, parent FROM child;
    INSERT INTO parent VALUES (1, 'one'), (2, 'two');";

/// Every command that describes something, of psql 15.
const DESCRIBE: &[&str] = &[
    "\\d",
    "\\d+",
    "\\dS",
    "\\d parent",
    "\\d+ parent",
    "\\d child",
    "\\d+ both_of_them",
    "\\d+ counted",
    "\\d+ split",
    "\\d split_one",
    "\\d+ child_parent",
    "\\d child_id_seq",
    "\\da",
    "\\dA",
    "\\dA+",
    "\\dAc",
    "\\dAf",
    "\\dAo",
    "\\dAp",
    "\\db",
    "\\db+",
    "\\dc",
    "\\dC",
    "\\dd",
    "\\dconfig",
    "\\dconfig+ work_mem",
    "\\dD",
    "\\dD+",
    "\\ddp",
    "\\dE",
    "\\des",
    "\\det",
    "\\deu",
    "\\dew",
    "\\df",
    "\\df+",
    "\\dfn twice",
    "\\dF",
    "\\dF+",
    "\\dFd",
    "\\dFp",
    "\\dFt",
    "\\dg",
    "\\dg+",
    "\\di",
    "\\di+",
    "\\dl",
    "\\dL",
    "\\dL+",
    "\\dm",
    "\\dm+",
    "\\dn",
    "\\dn+",
    "\\do",
    "\\do+ =",
    "\\dO",
    "\\dp",
    "\\dP",
    "\\dP+",
    "\\drds",
    "\\dRp",
    "\\dRp+",
    "\\dRs",
    "\\ds",
    "\\ds+",
    "\\dt",
    "\\dt+",
    "\\dT",
    "\\dT+",
    "\\du",
    "\\du+",
    "\\dv",
    "\\dv+",
    "\\dx",
    "\\dx+",
    "\\dX",
    "\\dy",
    "\\l",
    "\\l+",
    "\\z",
    "\\sf twice",
    "\\sf+ twice",
    "\\sv both_of_them",
    "\\encoding",
    "\\conninfo",
    "\\lo_list",
];

#[test]
fn every_description_is_a_read() {
    let scene = under("read-only");
    sql(&scene.server, SHAPES);
    let wrong: Vec<String> = DESCRIBE
        .iter()
        .filter_map(|command| {
            let done = Client::psql(&scene.gateway.door()).stdin(format!("{command}\n\\echo still here\n")).run();
            let good = done.stdout.contains("still here") && !done.stderr.contains("ERROR");
            (!good).then(|| format!("{command}: {}", done.stderr))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let text = Client::psql(&scene.gateway.door()).stdin("\\d parent\n\\sf twice\n").run();
    assert!(
        text.ok().contains("at|timestamp with time zone") && text.stdout.contains("SELECT $1 * 2"),
        "{}",
        text.stdout
    );
}

#[test]
fn commands_that_run_what_is_read() {
    let scene = under("read-only");
    sql(&scene.server, SHAPES);
    let dir = TempDir::new("packs");
    let file = dir.join("out.csv");
    let script = format!(
        "SELECT count(*) FROM parent \\watch i=0.1 c=2\nSELECT 'SELECT ' || id FROM parent ORDER BY id \\gexec\n\
         SELECT name, id % 2, id FROM parent \\crosstabview\nSELECT name FROM parent WHERE id = 1 \\gset\n\\echo :name\n\
         \\copy (SELECT * FROM parent) TO '{}' CSV\nSELECT name FROM parent \\gdesc\nSELECT 1 \\gx\nTABLE parent;\n\
         EXPLAIN SELECT * FROM parent;\nBEGIN; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;\n\
         SELECT count(*) FROM parent;\nCOMMIT;\nSET search_path = public;\nSHOW search_path;\n\\echo done\n",
        file.display()
    );
    // An interval with a count came with psql 16, whose build here has no TLS.
    let door = scene.gateway.door().tls("disable", None);
    let program = crate::harness::place::installed("psql16");
    let done = Client::new(program, &door).args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]).stdin(script).run();
    assert!(done.ok().contains("done") && done.stdout.contains("one"), "{}\n{}", done.stdout, done.stderr);
    assert_eq!(std::fs::read_to_string(file).unwrap().lines().count(), 2);
}

#[test]
fn what_writes_is_refused_with_the_words_of_the_policy() {
    let scene = under("read-only");
    sql(&scene.server, SHAPES);
    for text in [
        "UPDATE parent SET name = 'x' WHERE id = 1",
        "SELECT 'DROP TABLE child' \\gexec",
        "\\copy parent FROM '/dev/null'",
        "INSERT INTO child (parent) VALUES (1)",
        "DO 'BEGIN END'",
        "EXPLAIN ANALYZE DELETE FROM parent",
        "WITH d AS (DELETE FROM parent RETURNING *) SELECT * FROM d",
        "SELECT * INTO copied FROM parent",
    ] {
        let end = if text.ends_with("gexec") { "" } else { ";" };
        let script = format!("\\set VERBOSITY verbose\n{text}{end}\n");
        let done = Client::psql(&scene.gateway.door()).stdin(script).run();
        for expected in ["42501", "this resource is for reading", "HINT:"] {
            assert!(done.stderr.contains(expected), "{text}: {}", done.stderr);
        }
    }
    assert_eq!(sql(&scene.server, "SELECT count(*), min(name) FROM parent"), "2|one");
}
