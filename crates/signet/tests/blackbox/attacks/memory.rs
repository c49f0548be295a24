//! H2: what the gateway keeps of credentials in its memory, and who may look there.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::harness::place::{TempDir, root, until};
use crate::harness::postgres::{Options, PASSWORD};
use crate::harness::wire::{Wire, frame};
use crate::harness::{Client, Gateway, Postgres, Setup, certificates, direct};

/// Who is not root may look into what they began in a name space of their own.
fn wrapper() -> Vec<String> {
    if root() { Vec::new() } else { ["unshare", "--user", "--map-root-user"].map(String::from).into() }
}

/// How often each of these stands in the memory that the process can write.
fn count(gateway: &Gateway, needles: &[&str]) -> Vec<usize> {
    let folder = format!("/proc/{}", gateway.pid());
    let memory = File::open(format!("{folder}/mem")).unwrap();
    let maps = fs::read_to_string(format!("{folder}/maps")).unwrap();
    let mut counts = vec![0; needles.len()];
    for map in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw"))) {
        let (start, end) = map.split(' ').next().unwrap().split_once('-').unwrap();
        let [start, end] = [start, end].map(|hexadecimal| u64::from_str_radix(hexadecimal, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        // What was never touched, or has been given back since, cannot be read.
        if memory.read_exact_at(&mut bytes, start).is_err() {
            continue;
        }
        for (count, needle) in counts.iter_mut().zip(needles) {
            *count += memchr::memmem::find_iter(&bytes, needle.as_bytes()).count();
        }
    }
    counts
}

/// Sessions of all kinds, and one that stays, with a statement that the gateway has to remember.
fn use_it(gateway: &Gateway) -> Wire {
    let door = gateway.door();
    for _ in 0..5 {
        Client::psql(&door).args(["-c", "SELECT 'mark-memory'"]).run().ok();
    }
    Client::psql(&door.password("sgt_0000000000000000000000000000000000"))
        .args(["-c", "SELECT 1"])
        .run()
        .fails_with("FATAL");
    let mut wire = Wire::sign_in(&door);
    wire.send(&[frame(b'P', b"kept\0SELECT 'mark-remembered'\0\0\0"), frame(b'S', b"")].concat());
    wire.messages();
    wire
}

/// The last half: the first bytes of memory that was freed are the allocator's.
fn tail(secret: &str) -> &str {
    &secret[secret.len() / 2..]
}

fn assert_keeps_nothing(gateway: &Gateway) {
    let token = gateway.door().password;
    let secrets = [tail(PASSWORD), tail(&token)];
    // Each time at once, before what was freed is used again.
    for _ in 0..5 {
        let wire = Wire::sign_in(&gateway.door());
        assert_eq!(count(gateway, &secrets), [0, 0], "the target's password, and the person's token");
        drop(wire);
    }
    let wire = use_it(gateway);
    let found = count(gateway, &["mark-remembered", secrets[0], secrets[1]]);
    assert!(found[0] > 0, "the scan does not find what must be there");
    assert_eq!(found[1..], [0, 0], "the target's password, and the person's token");
    gateway.assert_recorded("session.start", "\"subject\":\"ada\"");
    drop(wire);
}

#[test]
fn h2_no_password_and_no_token_stays_in_memory() {
    if direct() {
        return;
    }
    let server = Postgres::start();
    let gateway = Setup { wrapper: wrapper(), ..Setup::before(&server) }.start();
    assert_keeps_nothing(&gateway);
    server.assert_saw("mark-memory");
}

/// The one way in which the password itself goes to a target.
#[test]
fn h2_nor_does_a_password_that_was_sent_in_clear_inside_tls() {
    if direct() {
        return;
    }
    let dir = TempDir::new("memory");
    let server = Postgres::with(Options { tls: true, auth: "password", ..Options::default() });
    let mine = certificates::issue(dir.path(), "gateway", "DNS:localhost,IP:127.0.0.1");
    let gateway = Setup {
        address: format!("localhost:{}", server.port),
        target_tls: "verify-full",
        target_ca: Some(server.certificate.as_ref().unwrap().authority.clone()),
        certificate: Some((mine.certificate, mine.key)),
        wrapper: wrapper(),
        ..Setup::before(&server)
    }
    .start();
    assert_keeps_nothing(&gateway);
    server.assert_saw("mark-memory");
}

/// Begins a program without the rights by which root may look everywhere.
fn without_rights() -> Vec<String> {
    if root() { ["setpriv", "--bounding-set=-all"].map(String::from).into() } else { Vec::new() }
}

fn command(words: &[&str]) -> Command {
    let words: Vec<String> = without_rights().into_iter().chain(words.iter().map(|word| word.to_string())).collect();
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Whether another process of the same user can read that one's environment.
fn is_open(process: u32) -> bool {
    command(&["cat", &format!("/proc/{process}/environ")]).status().unwrap().success()
}

#[test]
fn h2_the_process_keeps_its_memory_to_itself() {
    if direct() {
        return;
    }
    let server = Postgres::start();
    let gateway = Setup { wrapper: without_rights(), ..Setup::before(&server) }.start();
    Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-private'"]).run().ok();
    let mut other = command(&["sleep", "60"]).spawn().unwrap();
    until("another process that can be looked into", Duration::from_secs(20), || is_open(other.id()).then_some(()));
    other.kill().unwrap();
    other.wait().unwrap();
    assert!(!is_open(gateway.pid()), "any process of the same user can read its environment and its memory");
    let limits = fs::read_to_string(format!("/proc/{}/limits", gateway.pid())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    server.assert_saw("mark-private");
    gateway.assert_recorded("command", "mark-private");
}
