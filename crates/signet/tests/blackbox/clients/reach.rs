//! Naming a resource: dedicated port, database name, TLS server name; and an account of one's choice.

use crate::harness::{Client, Gateway, Postgres, Setup, direct};

fn start() -> (Postgres, Gateway) {
    let server = Postgres::start();
    let gateway = Setup::before(&server).start();
    (server, gateway)
}

#[test]
fn database_name_says_which_resource() {
    if direct() {
        return;
    }
    let (_server, gateway) = start();
    Client::psql(&gateway.door()).args(["-c", "CREATE DATABASE sales"]).run().ok();
    let sql = "SELECT current_database()";
    Client::psql(&gateway.shared_door("prod/sales")).args(["-c", sql]).run().prints("sales");
    Client::psql(&gateway.shared_door("prod")).args(["-c", sql]).run().ok();
}

#[test]
fn unknown_resource_says_what_to_type() {
    if direct() {
        return;
    }
    let (server, gateway) = start();
    let done = Client::psql(&gateway.shared_door("nowhere/sales")).args(["-c", "SELECT 'mark-nowhere'"]).run();
    done.fails_with("FATAL");
    assert!(done.stderr.contains("resource"), "it should say what to type\n{}", done.report());
    server.assert_never_saw("mark-nowhere");
    gateway.assert_recorded("signin.refused", "nowhere");
}

#[test]
fn a_person_without_access_does_not_get_in() {
    if direct() {
        return;
    }
    let (server, gateway) = start();
    let door = gateway.door().user("eve").password(&gateway.make_token("eve", "1h"));
    Client::psql(&door).args(["-c", "SELECT 'mark-eve'"]).run().fails_with("FATAL");
    server.assert_never_saw("mark-eve");
    gateway.assert_recorded("signin.refused", "eve");
}

#[test]
fn user_name_says_which_account() {
    if direct() {
        return;
    }
    let (server, gateway) = start();
    let sql = "SELECT current_user";
    Client::psql(&gateway.door()).args(["-c", sql]).run().prints("postgres");
    Client::psql(&gateway.door().user("ada+app")).args(["-c", sql]).run().prints("postgres");
    Client::psql(&gateway.door().user("ada+reader")).args(["-c", sql]).run().prints("app_user");
    let done = Client::psql(&gateway.door().user("ada+root")).args(["-c", "SELECT 'mark-root'"]).run();
    done.fails_with("FATAL");
    server.assert_never_saw("mark-root");
    gateway.assert_recorded("signin.refused", "root");
}

/// Through the name in the TLS handshake the shared port leads to one resource, and the database name is its own.
#[test]
fn tls_server_name_says_which_resource() {
    if direct() {
        return;
    }
    let (_server, gateway) = start();
    let door = gateway.shared_door("template1").host("prod.localhost").tls("require", None);
    // libpq 15 sends the host as the server name; where it leads is said apart, so that no name needs resolving.
    let done = Client::psql(&door).env("PGHOSTADDR", "127.0.0.1").args(["-c", "SELECT current_database()"]).run();
    done.prints("template1");
}
