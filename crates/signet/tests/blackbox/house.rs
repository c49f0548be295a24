//! The parts around the data path: health, metrics, configuration, tokens at rest.

use std::fs;
use std::path::Path;

use crate::harness::wire::Wire;
use crate::harness::{Client, Gateway, Postgres, Setup, direct};

fn start() -> Option<(Postgres, Gateway)> {
    if direct() {
        return None;
    }
    let server = Postgres::start();
    let gateway = Setup::before(&server).start();
    Some((server, gateway))
}

#[test]
fn metrics_are_in_prometheus_text_and_hold_no_secret() {
    let Some((_server, gateway)) = start() else { return };
    Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-metric'"]).run().ok();
    let answer = gateway.get("/metrics").unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer:.300}");
    assert!(answer.contains("# TYPE "), "{answer:.300}");
    for secret in [&gateway.door().password, "mark-metric", crate::harness::postgres::PASSWORD] {
        assert!(!answer.contains(secret), "{secret} stands in the metrics");
    }
}

/// They are read when they are asked for: a benchmark subtracts what stood there before.
#[test]
fn metrics_count_the_records_and_syncs_of_the_journal() {
    let Some((_server, gateway)) = start() else { return };
    let count = |name: &str| -> u64 {
        let answer = gateway.get("/metrics").unwrap();
        let line = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned));
        line.unwrap().parse().unwrap()
    };
    let counts = || (count("signet_journal_records_total"), count("signet_journal_syncs_total"));
    let (records, syncs) = counts();
    Client::psql(&gateway.door()).args(["-c", "CREATE TABLE counted ()"]).run().ok();
    let after = counts();
    assert!(after.0 >= records + 3, "start, command and outcome: {records}, {}", after.0);
    assert!(after.1 >= syncs + 2, "a write and its outcome have a sync each: {syncs}, {}", after.1);
}

/// Balancers and orchestrators look in all the time; that is nobody's session.
#[test]
fn health_probes_make_no_session_records() {
    let Some((_server, gateway)) = start() else { return };
    let before = gateway.journal().0.len();
    for _ in 0..50 {
        assert_eq!(gateway.health(), Some(200));
        drop(Wire::connect(gateway.port));
    }
    let journal = gateway.journal();
    assert!(journal.of_kind("session.start").next().is_none(), "{}", journal.tail(5));
    assert_eq!(journal.0.len(), before, "{}", journal.tail(5));
}

#[test]
fn a_misspelt_key_is_refused() {
    let Some((_server, gateway)) = start() else { return };
    assert!(gateway.cli(&["config", "check"]).status.success());
    let text = fs::read_to_string(gateway.config()).unwrap();
    fs::write(gateway.config(), text.replace("server_names", "sever_names")).unwrap();
    let output = gateway.cli(&["config", "check"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() && said.contains("sever_names"), "{said}");
}

/// Neither the token nor the target's password lies about where the gateway keeps and writes things.
#[test]
fn secrets_are_not_at_rest_in_clear() {
    let Some((_server, gateway)) = start() else { return };
    let done = Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-secret'"]).run();
    done.ok();
    for secret in [gateway.door().password, crate::harness::postgres::PASSWORD.to_owned()] {
        assert!(!holds(&gateway.data(), secret.as_bytes()), "a secret lies in clear in the data folder");
        assert!(!gateway.log().contains(&secret), "a secret stands in the gateway's log");
        assert!(!done.report().contains(&secret), "a secret reached the client");
    }
    gateway.assert_recorded("command", "mark-secret");
}

fn holds(folder: &Path, needle: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| match path.is_dir() {
        true => holds(&path, needle),
        false => fs::read(&path).is_ok_and(|bytes| bytes.windows(needle.len()).any(|window| window == needle)),
    })
}

#[test]
fn connect_tells_other_clients_what_to_type() {
    let Some((_server, gateway)) = start() else { return };
    let output = gateway.cli(&["connect", "prod", "--as", "ada", "--print"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("psql") && text.contains(&gateway.port.to_string()) && text.contains("ada"), "{text}");
    assert!(!text.contains(&gateway.door().password), "a token on a command line can be read by everybody");
}

#[test]
fn tokens_are_short_enough_for_every_client() {
    let Some((_server, gateway)) = start() else { return };
    let token = gateway.door().password;
    assert!((20..=64).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic()), "{token:?}");
}
