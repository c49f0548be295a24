//! strace as the witness: for each write, fdatasync has returned before the bytes go to the target's socket.

use std::fs;

use crate::harness::wire::Wire;
use crate::harness::{Client, Gateway, Postgres, Setup, direct};

const WRITES: usize = 100;

#[test]
fn fdatasync_returns_before_the_write_to_the_target() {
    if direct() {
        return;
    }
    let server = Postgres::start();
    Client::psql(&server.door()).args(["-c", "CREATE TABLE ordered (id text)"]).run().ok();
    let trace = std::env::temp_dir().join(format!("signet-strace-{}", std::process::id()));
    let strace = format!(
        "strace -D -f -yy -s 300 -e trace=fdatasync,fsync,read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg -o {}",
        trace.display()
    );
    let wrapper = strace.split(' ').map(String::from).collect();
    let mut gateway = Setup { wrapper, ..Setup::before(&server) }.start();
    write_all(&gateway);
    gateway.kill_hard();
    let text = fs::read(&trace).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap();
    fs::remove_file(&trace).unwrap();
    let calls: Vec<Call> = text.lines().filter_map(Call::parse).collect();
    let target = format!("->127.0.0.1:{}]", server.port);
    for number in 0..WRITES {
        check(&calls, &format!("mark-{number}."), &target);
    }
}

/// A crash may have come between the writing of a record and its sync: what a start finds is made durable before anything is
/// signed over it, or a loss of power right then would leave a signed log that is longer than what is there.
#[test]
fn what_a_start_finds_is_durable_before_it_is_signed() {
    if direct() {
        return;
    }
    let server = Postgres::start();
    let trace = std::env::temp_dir().join(format!("signet-strace-start-{}", std::process::id()));
    let strace = format!("strace -D -f -yy -e trace=pwrite64,fdatasync,fsync,rename -o {}", trace.display());
    let wrapper = strace.split(' ').map(String::from).collect();
    let mut gateway = Setup { wrapper, ..Setup::before(&server) }.start();
    Wire::sign_in(&gateway.door()).query("SELECT 'mark-found'");
    gateway.kill_hard();
    fs::write(&trace, "").unwrap();
    gateway.launch();
    gateway.kill_hard();
    let text = fs::read_to_string(&trace).unwrap();
    fs::remove_file(&trace).unwrap();
    let calls: Vec<Call> = text.lines().filter_map(Call::parse).collect();
    let of_journal = |name| calls.iter().position(|call| call.is(name) && call.text.contains(".journal"));
    let synced = of_journal("fsync").into_iter().chain(of_journal("fdatasync")).min().expect("a sync of the journal");
    let written = of_journal("pwrite64").expect("what was found is written once more");
    let signed = calls.iter().position(|call| call.is("rename") && call.text.contains("signer/checkpoint"));
    assert!(written < synced && synced < signed.expect("a checkpoint"), "{text}");
}

fn write_all(gateway: &Gateway) {
    let mut wire = Wire::sign_in(&gateway.door());
    for number in 0..WRITES {
        let messages = wire.query(&format!("INSERT INTO ordered VALUES ('mark-{number}.')"));
        assert!(messages.iter().any(|message| message.tag == b'C'), "{messages:?}");
    }
}

/// One line of the trace. A call that another thread's lines interrupted stands in two lines.
struct Call<'a> {
    thread: &'a str,
    text: &'a str,
    begins: bool,
    ends: bool,
}

impl<'a> Call<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (thread, text) = line.split_once(' ')?;
        let text = text.trim_start();
        Some(Self { thread, text, begins: !text.starts_with("<..."), ends: !text.ends_with("<unfinished ...>") })
    }

    fn is(&self, name: &str) -> bool {
        self.text.starts_with(&format!("{name}(")) || self.text.starts_with(&format!("<... {name} resumed>"))
    }

    fn sends(&self) -> bool {
        self.begins && ["write", "writev", "sendto", "sendmsg"].iter().any(|name| self.is(name))
    }

    fn receives(&self) -> bool {
        ["read", "readv", "recvfrom", "recvmsg"].iter().any(|name| self.is(name))
    }
}

/// Between the moment when the command was read from the client and the moment when it was written to the target, a
/// sync must have begun *and* returned without error. One client, one command at a time: no other sync can be meant.
fn check(calls: &[Call<'_>], mark: &str, target: &str) {
    let at = |what: &str, found: Option<usize>| found.unwrap_or_else(|| panic!("{mark}: no {what} in the trace"));
    let arrived = at("read", calls.iter().position(|call| call.receives() && call.text.contains(mark)));
    let left = at(
        "write to the target",
        calls.iter().position(|call| call.sends() && call.text.contains(target) && call.text.contains(mark)),
    );
    assert!(arrived < left, "{mark} left before it came");
    let synced = (arrived..left).any(|begin| {
        let call = &calls[begin];
        let sync = call.begins && (call.is("fdatasync") || call.is("fsync"));
        sync && returned(calls, begin, left)
    });
    let lines: Vec<&str> = calls[arrived..=left].iter().map(|call| call.text).collect();
    assert!(synced, "{mark} went to the target before a sync returned:\n{}", lines.join("\n"));
}

fn returned(calls: &[Call<'_>], begin: usize, before: usize) -> bool {
    let thread = calls[begin].thread;
    let end = (begin..before).find(|at| calls[*at].thread == thread && calls[*at].ends);
    end.is_some_and(|at| calls[at].text.ends_with("= 0"))
}
