//! What goes wrong every day: wrong and dead credentials, dead targets, dead clients.

use std::time::Duration;

use crate::harness::place::free_port;
use crate::harness::wire::{PROTOCOL_3_0, Wire, query};
use crate::harness::{Client, Gateway, Postgres, Setup, direct, until};

const SOON: Duration = Duration::from_secs(15);

fn start() -> (Postgres, Gateway) {
    let server = Postgres::start();
    let gateway = Setup::before(&server).start();
    (server, gateway)
}

#[test]
fn wrong_password() {
    let (server, gateway) = start();
    let done = Client::psql(&gateway.door().password("wrong")).args(["-c", "SELECT 'mark-wrong'"]).run();
    done.fails_with("FATAL");
    let ending = Wire::sign_in_with(&gateway.door().password("wrong"), PROTOCOL_3_0, &[]).err().unwrap();
    assert_eq!(ending.sqlstate(), Some("28P01"), "libpq asks for a password again after this code alone");
    server.assert_never_saw("mark-wrong");
    gateway.assert_recorded("signin.refused", "ada");
}

/// A person who does not exist gets the same answer as one whose password is wrong.
#[test]
fn unknown_person_is_no_oracle() {
    let (_server, gateway) = start();
    let complaint = |user: &str| {
        let done = Client::psql(&gateway.door().user(user).password("wrong")).args(["-c", "SELECT 1"]).run();
        assert!(!done.status.success());
        done.stderr.replace(user, "USER")
    };
    assert_eq!(complaint("postgres"), complaint("nobody"));
}

#[test]
fn expired_token() {
    if direct() {
        return;
    }
    let (server, gateway) = start();
    let door = gateway.door().password(&gateway.make_token("ada", "1s"));
    until("the token to expire", SOON, || {
        (!Client::psql(&door).args(["-c", "SELECT 1"]).run().status.success()).then_some(())
    });
    let done = Client::psql(&door).args(["-c", "SELECT 'mark-expired'"]).run();
    done.fails_with("FATAL");
    server.assert_never_saw("mark-expired");
    gateway.assert_recorded("signin.refused", "ada");
}

#[test]
fn revoked_token_ends_live_sessions_too() {
    if direct() {
        return;
    }
    let (server, gateway) = start();
    let mut live = Wire::sign_in(&gateway.door());
    live.query("SELECT 'before'");
    gateway.revoke_tokens("ada");
    assert!(live.ending().sqlstate().is_some(), "a live session is told why it ends");
    let done = Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-revoked'"]).run();
    done.fails_with("FATAL");
    server.assert_never_saw("mark-revoked");
    gateway.assert_recorded("session.end", "");
}

#[test]
fn target_down() {
    if direct() {
        return;
    }
    let port = free_port();
    let gateway = Setup::before_address(&format!("127.0.0.1:{port}")).start();
    let done = Client::psql(&gateway.door()).args(["-c", "SELECT 1"]).run();
    done.fails_with("FATAL");
    assert!(!done.stderr.contains(&port.to_string()), "the target's address was shown\n{}", done.report());
    gateway.assert_recorded("session.end", "");
}

#[test]
fn target_dies_in_the_middle_of_a_query() {
    let (mut server, gateway) = start();
    let running = Client::psql(&gateway.door()).args(["-c", "SELECT pg_sleep(60) /* mark-dying */"]).start();
    until("the query to run", SOON, || server.log().contains("mark-dying").then_some(()));
    server.kill();
    let done = running.finish();
    assert!(!done.status.success(), "{}", done.report());
    gateway.assert_recorded("outcome", "");
    gateway.assert_recorded("session.end", "");
    assert!(direct() || gateway.health() == Some(200), "the gateway outlives its target");
}

#[test]
fn client_dies_in_the_middle_of_a_query() {
    let (server, gateway) = start();
    let mut wire = Wire::sign_in(&gateway.door().tls("disable", None));
    wire.send(&query("SELECT pg_sleep(60) /* mark-orphan */"));
    until("the query to run", SOON, || server.log().contains("mark-orphan").then_some(()));
    drop(wire);
    if direct() {
        return;
    }
    gateway.assert_recorded("session.end", "");
    // What nobody waits for must not go on running at the target for ever: it is cancelled.
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%mark-orphan%' AND pid <> pg_backend_pid()";
    until("the orphan to end at the target", SOON, || {
        (Client::psql(&server.door()).args(["-c", sql]).run().ok() == "0").then_some(())
    });
}
