//! Texts that are made to break whoever parses them: deep, wide, or nested without an end. Each is refused or answered as the
//! protocol says; the process lives, its memory stays bounded, and another session is answered all the while.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::Ground;
use crate::harness::direct;
use crate::harness::door::Door;
use crate::harness::gateway::Gateway;
use crate::harness::pipeline::{rows, run, sync};
use crate::harness::postgres::Version;
use crate::harness::scene::sql;
use crate::harness::wire::{Wire, query};

const MIB: usize = 1 << 20;

/// Below this a text is parsed by the grammar, if it is not too deep.
const CAP: usize = 32 * 1024;

/// How much more memory than at rest the gateway may take.
const ROOM_KIB: u64 = 192 * 1024;

/// So long an answer may take on a busy machine. What stalls the process takes for ever.
const LONGEST: Duration = Duration::from_secs(5);

/// Before, again and again, behind.
const SHAPES: &[(&str, &str, &str)] = &[
    ("SELECT ", "(", "1"),
    ("SELECT ", "1+", "1"),
    ("SELECT ", "NOT ", "true"),
    ("SELECT ", "- ", "1"),
    ("SELECT ", "CASE WHEN ", "1"),
    ("SELECT 1", " UNION SELECT 1", ""),
    ("", "(SELECT 1 UNION ", "SELECT 1"),
    ("SELECT true", " AND true", ""),
    ("DELETE FROM goods WHERE id = 1", " OR id = 1", ""),
    ("SELECT ARRAY", "[", "1"),
    ("SELECT a", "[1]", ""),
    ("SELECT '1'", "::text", ""),
    ("SELECT f", "(f", ""),
    ("SELECT * FROM ", "(SELECT * FROM ", "goods"),
    ("SELECT * FROM goods", " JOIN goods ON true", ""),
    ("WITH a AS ", "(WITH a AS ", "(SELECT 1)"),
    ("EXPLAIN ", "EXPLAIN ", "SELECT 1"),
    ("SELECT ", "/*", ""),
    // PostgreSQL itself takes minutes for this one, so it must not get there.
    ("DELETE FROM ", "/**/", "goods"),
    ("SELECT ", "\"", ""),
    ("SELECT ", "$a$", ""),
    ("SELECT ", "E'\\'", ""),
    ("SELECT 1", ";", ""),
    ("", "SELECT 1;", ""),
    ("SELECT 1 IN (1", ",1", ")"),
    ("SELECT ", "x.", "x"),
    ("SELECT {", "[{", ""),
];

fn bomb((before, again, behind): &(&str, &str, &str), size: usize) -> String {
    let times = size.saturating_sub(before.len() + behind.len()) / again.len();
    format!("{before}{}{behind}", again.repeat(times))
}

/// Another session that is answered as fast as it can ask.
struct Others {
    over: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    thread: std::thread::JoinHandle<Duration>,
}

impl Others {
    fn begin(door: &Door) -> Self {
        let (over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (door, end, count) = (door.clone(), Arc::clone(&over), Arc::clone(&answered));
        let thread = std::thread::spawn(move || {
            let (mut wire, mut longest) = (Wire::sign_in(&door), Duration::ZERO);
            while !end.load(Ordering::Relaxed) {
                let asked = Instant::now();
                let messages = wire.query("SELECT 'still ' || 'here'");
                assert!(rows(&messages).concat().contains("still here"), "{messages:?}");
                longest = longest.max(asked.elapsed());
                count.fetch_add(1, Ordering::Relaxed);
            }
            longest
        });
        Self { over, answered, thread }
    }

    /// Waits until it was answered once more than before: whatever was thrown, it goes on.
    fn go_on(&self) {
        let before = self.answered.load(Ordering::Relaxed);
        crate::harness::until("another session to be answered", Duration::from_secs(20), || {
            (self.answered.load(Ordering::Relaxed) > before).then_some(())
        });
    }

    fn end(self) -> (usize, Duration) {
        self.over.store(true, Ordering::Relaxed);
        let longest = self.thread.join().unwrap();
        (self.answered.load(Ordering::Relaxed), longest)
    }
}

/// Throws one, as SQL and to be prepared; a defined answer is what counts, or the end of this one connection.
fn throw(gateway: &Gateway, text: &str, before: u64) {
    let start: String = text.chars().take(30).collect();
    for bytes in [query(text), [run(text), sync()].concat()] {
        let mut wire = Wire::sign_in(&gateway.door());
        wire.send(&bytes);
        let messages = wire.messages();
        let defined = messages.iter().any(|message| matches!(message.tag, b'E' | b'C' | b'I'));
        assert!(defined || messages.is_empty(), "{start}: {messages:?}");
        let memory = gateway.memory_kib();
        assert!(memory < before + ROOM_KIB, "{start}: memory grew from {before} to {memory} KiB");
    }
}

fn others_go_on(looks: bool) {
    if direct() {
        return;
    }
    let ground = Ground::under("read-only", Version::V15, looks);
    // What the target itself would plan for minutes is for the target to end.
    sql(&ground.scene.server, "ALTER ROLE postgres SET statement_timeout = '2s'");
    let gateway = &ground.scene.gateway;
    let others = Others::begin(&gateway.door());
    others.go_on();
    let (pid, before) = (gateway.pid(), gateway.memory_kib());
    for shape in SHAPES {
        for size in [MIB, CAP - 64] {
            throw(gateway, &bomb(shape, size), before);
            others.go_on();
        }
    }
    let (answered, longest) = others.end();
    assert!(answered > 2 * SHAPES.len(), "another session was answered {answered} times");
    assert!(longest < LONGEST, "another session waited {longest:?} for an answer");
    assert_eq!((gateway.pid(), gateway.health()), (pid, Some(200)));
    gateway.assert_recorded("refusal", "read-only-no-change");
}

#[test]
fn bombs_stall_nobody_else() {
    others_go_on(false);
}

#[test]
fn bombs_stall_nobody_else_where_names_are_looked_up() {
    others_go_on(true);
}
