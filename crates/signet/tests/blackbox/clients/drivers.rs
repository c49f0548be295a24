//! Drivers of three families: libpq (psycopg 3), asyncpg, and node's `pg`, against PostgreSQL 15 and 18.

use crate::harness::postgres::Options;
use crate::harness::{Client, Gateway, Postgres, Setup, Version};

fn start(version: Version) -> (Postgres, Gateway) {
    let server = Postgres::with(Options { version, ..Options::default() });
    let gateway = Setup::before(&server).start();
    (server, gateway)
}

fn psycopg(version: Version) {
    let (server, gateway) = start(version);
    Client::python("psycopg_tour.py", &gateway.door()).run().prints("ok");
    server.assert_saw("tour_psycopg");
    gateway.assert_recorded("command", "INSERT INTO tour_psycopg");
    gateway.assert_recorded("cancel", "");
}

fn asyncpg(version: Version) {
    let (server, gateway) = start(version);
    Client::python("asyncpg_tour.py", &gateway.door()).run().prints("ok");
    server.assert_saw("tour_asyncpg");
    gateway.assert_recorded("command", "INSERT INTO tour_asyncpg");
}

fn node(version: Version) {
    let (server, gateway) = start(version);
    // What libpq calls `prefer` does not exist there: it is TLS or none.
    Client::node("tour.js", &gateway.door().tls("disable", None)).run().prints("ok");
    server.assert_saw("tour_node");
    gateway.assert_recorded("command", "INSERT INTO tour_node");
}

#[test]
fn psycopg_on_15() {
    psycopg(Version::V15);
}

#[test]
fn psycopg_on_18() {
    psycopg(Version::V18);
}

#[test]
fn asyncpg_on_15() {
    asyncpg(Version::V15);
}

#[test]
fn asyncpg_on_18() {
    asyncpg(Version::V18);
}

#[test]
fn node_pg_on_15() {
    node(Version::V15);
}

#[test]
fn node_pg_on_18() {
    node(Version::V18);
}
