//! H4: SIGTERM. What runs may finish, nothing new begins, the process ends by itself and says so in the journal.

use std::net::TcpStream;
use std::time::Duration;

use crate::harness::wire::Wire;
use crate::harness::{Client, Postgres, Setup, direct, until};

const SOON: Duration = Duration::from_secs(15);

#[test]
fn sigterm_lets_a_running_command_finish() {
    if direct() {
        return;
    }
    let server = Postgres::start();
    let mut gateway = Setup::before(&server).start();
    let (door, port) = (gateway.door(), gateway.port);
    let mut idle = Wire::sign_in(&door);
    let running = Client::psql(&door).args(["-c", "SELECT pg_sleep(2), 'mark-finished'"]).start();
    until("the command to run", SOON, || server.log().contains("mark-finished").then_some(()));
    gateway.terminate();
    until("the listener to close", SOON, || TcpStream::connect(("127.0.0.1", port)).is_err().then_some(()));
    let done = running.finish();
    assert!(done.ok().contains("mark-finished"), "{}", done.report());
    assert_eq!(idle.ending().sqlstate(), Some("57P01"), "an idle session is told why it ends");
    let status = gateway.wait_for_end(Duration::from_secs(30));
    assert!(status.success(), "the gateway ended with {status}");
    let journal = gateway.journal();
    assert_eq!(journal.of_kind("session.start").count(), journal.of_kind("session.end").count());
    assert_eq!(journal.0.last().unwrap().kind(), "gateway.stopped", "{}", journal.tail(5));
}

#[test]
fn a_session_that_a_crash_cut_is_closed_at_the_next_start() {
    if direct() {
        return;
    }
    let server = Postgres::start();
    let mut gateway = Setup::before(&server).start();
    let mut wire = Wire::sign_in(&gateway.door());
    wire.query("SELECT 'mark-cut'");
    gateway.kill_hard();
    drop(wire);
    gateway.launch();
    let journal = gateway.journal();
    let session = journal.find("command", "mark-cut").unwrap().session().to_owned();
    assert!(journal.find("session.end", &session).is_some(), "{}", journal.tail(10));
    assert!(journal.of_kind("gateway.recovered").count() == 1, "{}", journal.tail(10));
}
