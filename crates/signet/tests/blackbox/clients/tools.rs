//! pg_dump, pg_restore and pgbench, against PostgreSQL 15 and 18.

use crate::harness::place::TempDir;
use crate::harness::postgres::Options;
use crate::harness::{Client, Gateway, Postgres, Setup, Version};

fn start(version: Version) -> (Postgres, Gateway) {
    let server = Postgres::with(Options { version, ..Options::default() });
    let gateway = Setup::before(&server).start();
    (server, gateway)
}

const SHAPES: &str = "
    CREATE TABLE parent (id int PRIMARY KEY, name text, data bytea, at timestamptz DEFAULT '2026-01-01');
    INSERT INTO parent SELECT g, 'name ' || g, decode(md5(g::text), 'hex') FROM generate_series(1, 20000) g;
    CREATE TABLE child (id serial, parent int REFERENCES parent);
    INSERT INTO child (parent) SELECT id FROM parent;
    CREATE VIEW both_of_them AS SELECT p.name, c.id FROM parent p JOIN child c ON c.parent = p.id;
    CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';";

const SUM: &str =
    "SELECT md5(string_agg(parent::text, ',' ORDER BY id)), (SELECT count(*) FROM both_of_them) FROM parent";

/// pg_dump of 15 refuses a newer server, so only 15 is dumped.
#[test]
fn dump_and_restore() {
    let (_server, gateway) = start(Version::V15);
    let (door, dir) = (gateway.door(), TempDir::new("dump"));
    Client::psql(&door).args(["-c", SHAPES]).run().ok();
    let before = Client::psql(&door).args(["-c", SUM]).run().ok().to_owned();
    for format in ["plain", "custom"] {
        let file = dir.join(format).display().to_string();
        Client::postgres_tool("pg_dump", &door).args(["-F", format, "-f", &file]).run().ok();
        Client::psql(&door).args(["-c", &format!("CREATE DATABASE restored_{format}")]).run().ok();
        let restored = door.database(&format!("restored_{format}"));
        match format {
            "plain" => Client::psql(&restored).args(["-o", "/dev/null", "-f", &file]).run().ok().to_owned(),
            _ => Client::postgres_tool("pg_restore", &restored)
                .args(["-d", &restored.database, &file])
                .run()
                .ok()
                .to_owned(),
        };
        Client::psql(&restored).args(["-c", SUM]).run().prints(&before);
    }
    gateway.assert_recorded("command", "COPY public.parent");
}

fn pgbench(version: Version) {
    let (_server, gateway) = start(version);
    let door = gateway.door();
    Client::postgres_tool("pgbench", &door).args(["-i", "-q", "-s", "1"]).run().ok();
    for mode in ["simple", "extended", "prepared"] {
        let done =
            Client::postgres_tool("pgbench", &door).args(["-M", mode, "-n", "-c", "4", "-t", "50"]).deadline(120).run();
        assert!(done.ok().contains("200/200"), "{}", done.report());
    }
    let history = "SELECT count(*) FROM pgbench_history";
    Client::psql(&door).args(["-c", history]).run().prints("600");
    gateway.assert_recorded("command", "INSERT INTO pgbench_history");
}

#[test]
fn pgbench_in_three_modes() {
    pgbench(Version::V15);
}

#[test]
fn pgbench_in_three_modes_on_18() {
    pgbench(Version::V18);
}

#[test]
fn pgbench_pipelines() {
    let (_server, gateway) = start(Version::V15);
    let dir = TempDir::new("pipeline");
    let script = dir.join("script.sql");
    let text = "\\startpipeline\nSELECT 1;\nSELECT 2;\nINSERT INTO p VALUES (1);\nSELECT 3;\n\\endpipeline\n";
    std::fs::write(&script, text).unwrap();
    Client::psql(&gateway.door()).args(["-c", "CREATE TABLE p (id int)"]).run().ok();
    let file = script.display().to_string();
    Client::postgres_tool("pgbench", &gateway.door())
        .args(["-n", "-M", "extended", "-c", "4", "-t", "50", "-f", &file])
        .run()
        .ok();
    Client::psql(&gateway.door()).args(["-c", "SELECT count(*) FROM p"]).run().prints("200");
}
