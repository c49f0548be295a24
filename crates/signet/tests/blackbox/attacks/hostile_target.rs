//! A33: the target does not keep to the protocol. Credentials stay with us, memory stays bounded, the client is told.

use std::time::Duration;

use crate::harness::hostile::{Hostile, Peer, data_row, row_description};
use crate::harness::postgres::PASSWORD;
use crate::harness::{Client, Gateway, Setup, direct};

fn before(target: &Hostile) -> Gateway {
    Setup::before_address(&target.address).start()
}

/// The client gets a native error within the deadline and the command never leaves.
fn is_refused_at_sign_in(script: impl Fn(&mut Peer) -> Option<()> + Send + Sync + 'static) {
    if direct() {
        return;
    }
    let target = Hostile::start(script);
    let gateway = before(&target);
    let done = Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-command'"]).deadline(30).run();
    done.fails_with("FATAL");
    assert!(!done.stderr.contains(PASSWORD) && !done.stderr.contains(&target.address), "{}", done.report());
    target.assert_never_received(PASSWORD);
    target.assert_never_received("mark-command");
    gateway.assert_recorded("session.end", "");
    assert_eq!(gateway.health(), Some(200));
}

#[test]
fn a33_cleartext_password_outside_of_tls() {
    is_refused_at_sign_in(|peer| {
        peer.opening()?;
        peer.authentication(3, &[])?;
        peer.drain()
    });
}

#[test]
fn a33_md5_password() {
    is_refused_at_sign_in(|peer| {
        peer.opening()?;
        peer.authentication(5, &[1, 2, 3, 4])?;
        peer.drain()
    });
}

fn scram_with(server_first: &'static str) -> impl Fn(&mut Peer) -> Option<()> {
    move |peer| {
        peer.opening()?;
        peer.authentication(10, b"SCRAM-SHA-256\0\0")?;
        peer.until(b'p')?;
        peer.authentication(11, server_first.as_bytes())?;
        peer.drain()
    }
}

/// Two thousand million rounds of PBKDF2 would keep a core busy for an hour.
#[test]
fn a33_scram_with_2_31_iterations() {
    is_refused_at_sign_in(scram_with("r=whatever,s=c2FsdHNhbHRzYWx0c2FsdA==,i=2147483647"));
}

#[test]
fn a33_scram_with_a_nonce_of_its_own() {
    is_refused_at_sign_in(scram_with("r=notyours,s=c2FsdHNhbHRzYWx0c2FsdA==,i=4096"));
}

#[test]
fn a33_scram_that_proves_nothing() {
    is_refused_at_sign_in(|peer| {
        peer.opening()?;
        peer.authentication(10, b"SCRAM-SHA-256\0\0")?;
        peer.until(b'p')?;
        // Straight to "you are in": the target has not shown that it knows the password either.
        peer.authentication(0, &[])?;
        peer.send(b'Z', b"I")?;
        peer.drain()
    });
}

/// Without a certificate that was checked, the proof of the password is all that tells it from the target.
#[test]
fn a33_no_proof_asked_and_none_given() {
    is_refused_at_sign_in(|peer| {
        peer.opening()?;
        peer.authentication(0, &[])?;
        peer.send(b'Z', b"I")?;
        peer.drain()
    });
}

#[test]
fn a33_a_length_of_2_gib() {
    is_refused_at_sign_in(|peer| {
        peer.opening()?;
        peer.raw(b"R\x7f\xff\xff\xff")?;
        peer.drain()
    });
}

/// After its welcome the target answers the first query with `answer`.
fn is_refused_in_session(answer: impl Fn(&mut Peer) -> Option<()> + Send + Sync + 'static) {
    if direct() {
        return;
    }
    let target = Hostile::start(move |peer| {
        peer.welcome()?;
        peer.until(b'Q')?;
        answer(peer)?;
        peer.drain()
    });
    let gateway = before(&target);
    let done = Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-command'"]).deadline(30).run();
    // What is surplus may come after an answer that was complete; it is told all the same.
    assert!(!done.status.success() || done.stderr.contains("FATAL"), "{}", done.report());
    assert!(!done.stdout.contains("smuggled"), "{}", done.report());
    target.assert_received("mark-command");
    gateway.assert_recorded("command", "mark-command");
    gateway.assert_recorded("violation", "");
    gateway.assert_recorded("session.end", "");
    assert_eq!(gateway.health(), Some(200));
}

#[test]
fn a33_a_row_with_more_values_than_columns() {
    is_refused_in_session(|peer| {
        peer.send(b'T', &row_description(&["one"]))?;
        peer.send(b'D', &data_row(&["a", "smuggled"]))?;
        peer.send(b'C', b"SELECT 1\0")?;
        peer.send(b'Z', b"I")
    });
}

#[test]
fn a33_a_row_whose_value_reaches_past_its_end() {
    is_refused_in_session(|peer| {
        peer.send(b'T', &row_description(&["one"]))?;
        peer.send(b'D', b"\0\x01\0\0\xff\xffsmuggled")?;
        peer.send(b'C', b"SELECT 1\0")?;
        peer.send(b'Z', b"I")
    });
}

#[test]
fn a33_rows_without_a_description() {
    is_refused_in_session(|peer| {
        peer.send(b'D', &data_row(&["smuggled"]))?;
        peer.send(b'C', b"SELECT 1\0")?;
        peer.send(b'Z', b"I")
    });
}

#[test]
fn a20_copy_both_from_the_target() {
    is_refused_in_session(|peer| {
        peer.send(b'W', b"\0\0\0")?;
        peer.send(b'd', b"smuggled")
    });
}

#[test]
fn a33_a_second_authentication_request() {
    is_refused_in_session(|peer| {
        peer.authentication(3, &[])?;
        peer.until(b'p')
    });
}

#[test]
fn a33_a_ready_for_query_that_nobody_asked_for() {
    is_refused_in_session(|peer| {
        peer.send(b'C', b"SELECT 1\0")?;
        peer.send(b'Z', b"I")?;
        peer.send(b'C', b"SELECT 1\0")?;
        peer.send(b'Z', b"I")?;
        peer.send(b'D', &data_row(&["smuggled"]))
    });
}

/// Notices without end, to a client that reads none of them.
#[test]
fn a33_a_flood_of_notices_does_not_fill_memory() {
    if direct() {
        return;
    }
    let target = Hostile::start(|peer| {
        peer.welcome()?;
        peer.until(b'Q')?;
        let notice = format!("SNOTICE\0VNOTICE\0C00000\0M{}\0\0", "x".repeat(60_000));
        loop {
            peer.send(b'N', notice.as_bytes())?;
        }
    });
    let gateway = before(&target);
    let mut wire = crate::harness::wire::Wire::sign_in(&gateway.door());
    let before = gateway.memory_kib();
    wire.send(&crate::harness::wire::query("SELECT 'mark-flood'"));
    std::thread::sleep(Duration::from_secs(3));
    let after = gateway.memory_kib();
    assert!(after < before + 48 * 1024, "memory grew from {before} to {after} KiB under a flood of notices");
    assert_eq!(gateway.health(), Some(200));
    gateway.assert_recorded("command", "mark-flood");
}
