//! psql: both protocols, meta-commands, large objects, COPY, cursors, notifications, Ctrl-C.

use std::fs;

use crate::harness::place::{TempDir, installed};
use crate::harness::terminal::Terminal;
use crate::harness::{Client, Gateway, Postgres, Setup, direct};

fn start() -> (Postgres, Gateway) {
    let server = Postgres::start();
    let gateway = Setup::before(&server).start();
    (server, gateway)
}

#[test]
fn simple_query_is_forwarded_and_recorded() {
    let (server, gateway) = start();
    Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-simple'"]).run().prints("mark-simple");
    server.assert_saw("mark-simple");
    gateway.assert_recorded("command", "mark-simple");
    gateway.assert_recorded("session.end", "");
    if direct() {
        return;
    }
    let journal = gateway.journal();
    let command = journal.find("command", "mark-simple").unwrap();
    let outcome = journal.of_kind("outcome").find(|record| record.command() == command.command()).unwrap();
    assert_eq!(outcome.value["outcome"]["status"], "done", "{}", outcome.line);
    assert_eq!(outcome.value["outcome"]["rows"], 1, "{}", outcome.line);
    let start = journal.find("session.start", command.session()).unwrap();
    assert!(start.line.contains("ada") && start.line.contains("prod"), "{}", start.line);
}

#[test]
fn several_statements_in_one_message() {
    let (server, gateway) = start();
    let sql = "SELECT 'mark-first'; SELECT 'mark-second'";
    Client::psql(&gateway.door()).args(["-c", sql]).run().prints("mark-first\nmark-second");
    server.assert_saw("mark-first");
    gateway.assert_recorded("command", "mark-second");
}

/// `\bind` came with psql 16, whose build here has no TLS.
#[test]
fn extended_query_with_parameters() {
    let (server, gateway) = start();
    let door = gateway.door().tls("disable", None);
    let script = "SELECT $1::text || '-' || $2::text \\bind 'mark' 'bound' \\g\nSELECT $1::int / 0 \\bind 1 \\g\n";
    let done = Client::new(installed("psql16"), &door).args(["-X", "-q", "-A", "-t"]).stdin(script).run();
    done.prints("mark-bound");
    assert!(done.stderr.contains("division by zero"), "{}", done.report());
    server.assert_saw("parameters: $1 = 'mark', $2 = 'bound'");
    gateway.assert_recorded("command", "bound");
}

#[test]
fn meta_commands() {
    let (_server, gateway) = start();
    let script = "CREATE DATABASE other;\nCREATE TABLE described (id int PRIMARY KEY);\n\\d described\n\\l\n\\dt\n\\c other\n\
                  SELECT current_database();\n\\c postgres\n\\conninfo\nSELECT 'mark-back';\n";
    let done = Client::psql(&gateway.door()).stdin(script).run();
    let text = done.ok();
    for expected in ["public|described|table", "template0", "\nother\n", "mark-back"] {
        assert!(text.contains(expected), "{expected}\n{}", done.report());
    }
    gateway.assert_recorded("session.start", "\"other\"");
}

/// psql moves large objects by the function-call message.
#[test]
fn large_objects() {
    let (_server, gateway) = start();
    let dir = TempDir::new("lo");
    let (input, output) = (dir.join("in"), dir.join("out"));
    let data: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    fs::write(&input, &data).unwrap();
    let script =
        format!("\\lo_import {}\n\\lo_export :LASTOID {}\n\\lo_unlink :LASTOID\n", input.display(), output.display());
    Client::psql(&gateway.door()).stdin(script).run().ok();
    assert!(fs::read(output).unwrap() == data, "the large object came back changed");
    gateway.assert_recorded("command", "FunctionCall");
}

#[test]
fn copy_in_and_out() {
    let (server, gateway) = start();
    let rows: String = (0..20_000).map(|row| format!("{row}\tname {row}\\n still the same\n")).collect();
    let script = format!(
        "CREATE TABLE c (id int, name text);\nCOPY c FROM STDIN;\n{rows}\\.\nSELECT count(*), sum(id) FROM c;\n"
    );
    Client::psql(&gateway.door()).stdin(script).run().prints("20000|199990000");
    let out = Client::psql(&gateway.door()).args(["-c", "COPY c TO STDOUT"]).run();
    assert_eq!(out.ok(), rows.trim(), "what went in did not come out");
    Client::psql(&gateway.door()).args(["-c", "\\copy c TO STDOUT (FORMAT csv)"]).run().ok();
    server.assert_saw("COPY c FROM STDIN");
    gateway.assert_recorded("command", "COPY c FROM STDIN");
}

#[test]
fn copy_with_a_bad_line_fails_natively() {
    let (_server, gateway) = start();
    let script = "CREATE TABLE c (id int);\nCOPY c FROM STDIN;\n1\nnot a number\n\\.\n";
    Client::psql(&gateway.door()).stdin(script).run().fails_with("invalid input syntax for type integer");
    Client::psql(&gateway.door()).args(["-c", "SELECT count(*) FROM c"]).run().prints("0");
}

#[test]
fn cursor_over_a_hundred_thousand_rows() {
    let (_server, gateway) = start();
    let done = Client::psql(&gateway.door())
        .args(["-v", "FETCH_COUNT=1000", "-c", "SELECT g, repeat('x', 50) FROM generate_series(1, 100000) g"])
        .run();
    assert_eq!(done.ok().lines().count(), 100_000);
    gateway.assert_recorded("command", "FETCH FORWARD 1000");
}

#[test]
fn notifications_carry_the_pid_of_the_target() {
    let (_server, gateway) = start();
    let script = "LISTEN news;\nSELECT pg_backend_pid();\nNOTIFY news, 'mark-news';\nSELECT 1;\n";
    let done = Client::psql(&gateway.door()).stdin(script).run();
    let pid = done.ok().lines().next().unwrap().to_owned();
    let expected = format!("with payload \"mark-news\" received from server process with PID {pid}");
    assert!(done.stdout.contains(&expected), "{expected}\n{}", done.report());
}

#[test]
fn ctrl_c_cancels_at_a_terminal() {
    let (server, gateway) = start();
    let mut screen = Terminal::psql(&gateway.door());
    screen.expect("ready> ", 20);
    screen.type_line("SELECT pg_sleep(60) /* mark-slow */;");
    crate::harness::until("the slow query to reach the target", std::time::Duration::from_secs(10), || {
        server.log().contains("mark-slow").then_some(())
    });
    screen.press_ctrl_c();
    screen.expect("canceling statement due to user request", 10);
    screen.expect("ready> ", 10);
    screen.type_line("SELECT 'still ' || 'here';");
    screen.expect("still here", 10);
    screen.type_line("\\q");
    screen.wait_for_end(10);
    gateway.assert_recorded("cancel", "");
    gateway.assert_recorded("outcome", "57014");
}

#[test]
fn errors_are_native_and_a_failed_transaction_stays_failed() {
    let (_server, gateway) = start();
    let script = "\\set ON_ERROR_STOP 0\n\\set VERBOSITY verbose\nBEGIN;\nSELECT 1/0;\nSELECT 'unreachable';\nCOMMIT;\nSELECT 'after';\n";
    let done = Client::psql(&gateway.door()).stdin(script).run();
    done.prints("after");
    for expected in ["22012", "25P02"] {
        assert!(done.stderr.contains(expected), "{expected}\n{}", done.report());
    }
    gateway.assert_recorded("outcome", "22012");
}
