//! TLS on both sides, verified in full on both sides, and never given up.

use crate::harness::hostile::Hostile;
use crate::harness::place::TempDir;
use crate::harness::postgres::Options;
use crate::harness::{Client, Gateway, Postgres, Setup, certificates, direct};

fn start(target_tls: &'static str, wrong_authority: bool) -> (Postgres, Gateway, String, TempDir) {
    let dir = TempDir::new("tls");
    let server = Postgres::with(Options { tls: true, ..Options::default() });
    let mine = certificates::issue(dir.path(), "gateway", "DNS:localhost,IP:127.0.0.1");
    let authority = match wrong_authority {
        true => mine.authority.clone(),
        false => server.certificate.as_ref().unwrap().authority.clone(),
    };
    let gateway = Setup {
        address: format!("localhost:{}", server.port),
        target_tls,
        target_ca: Some(authority),
        listener_tls: "required",
        certificate: Some((mine.certificate, mine.key)),
        ..Setup::before(&server)
    }
    .start();
    (server, gateway, mine.authority.display().to_string(), dir)
}

#[test]
fn verified_in_full_on_both_sides() {
    if direct() {
        return;
    }
    let (_server, gateway, authority, _dir) = start("verify-full", false);
    let door = gateway.door().host("localhost").tls("verify-full", Some(authority));
    let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    Client::psql(&door).args(["-c", sql]).run().prints("t");
    // Channel binding proves that nobody stands between the client and the gateway.
    Client::psql(&door).env("PGCHANNELBINDING", "require").args(["-c", sql]).run().prints("t");
    Client::python("psycopg_tour.py", &door).run().prints("ok");
    Client::python("asyncpg_tour.py", &door).run().prints("ok");
    // Node before 20 does not try a second address of a name; the certificate is checked against `localhost` all the same.
    Client::node("tour.js", &door.host("127.0.0.1")).run().prints("ok");
}

#[test]
fn a_client_without_tls_is_refused_where_it_is_required() {
    if direct() {
        return;
    }
    let (server, gateway, _authority, _dir) = start("verify-full", false);
    let door = gateway.door().tls("disable", None);
    Client::psql(&door).args(["-c", "SELECT 'mark-plain'"]).run().fails_with("FATAL");
    server.assert_never_saw("mark-plain");
    gateway.assert_recorded("signin.refused", "");
}

#[test]
fn a_target_with_another_authority_is_refused() {
    if direct() {
        return;
    }
    let (server, gateway, authority, _dir) = start("verify-full", true);
    let door = gateway.door().host("localhost").tls("verify-full", Some(authority));
    let done = Client::psql(&door).args(["-c", "SELECT 'mark-stranger'"]).run();
    done.fails_with("FATAL");
    assert!(!done.stderr.contains(&server.port.to_string()), "the target's address was shown\n{}", done.report());
    server.assert_never_saw("mark-stranger");
    gateway.assert_recorded("session.end", "");
}

/// A5: somebody in between answers that the target has no TLS.
#[test]
fn a_target_that_declines_tls_is_refused() {
    if direct() {
        return;
    }
    let target = Hostile::start(|peer| {
        peer.opening()?;
        peer.raw(b"N")?;
        peer.drain()
    });
    for target_tls in ["require", "verify-full"] {
        let gateway = Setup { target_tls, ..Setup::before_address(&target.address) }.start();
        Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-downgrade'"]).run().fails_with("FATAL");
        target.assert_never_received("postgres");
        target.assert_never_received("mark-downgrade");
        gateway.assert_recorded("session.end", "");
    }
}
