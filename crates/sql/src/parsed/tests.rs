//! The caps hold: texts at them are parsed on the stack that there is, and texts above them do nothing.

use std::time::{Duration, Instant};

use model::Catalogue;

use super::*;

/// Texts that grow deep, with so many repetitions.
fn deep(count: usize) -> Vec<(&'static str, String)> {
    let around = |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(count), close.repeat(count));
    vec![
        ("parentheses", format!("SELECT {}", around("(", "1", ")"))),
        ("open parentheses", format!("SELECT {}", "(".repeat(count))),
        ("sums", format!("SELECT {}1", "1+".repeat(count))),
        ("negations", format!("SELECT {}true", "NOT ".repeat(count))),
        ("signs", format!("SELECT {}a", "- ".repeat(count))),
        ("cases", format!("SELECT {}", around("CASE WHEN true THEN ", "1", " END"))),
        ("unions", format!("SELECT 1{}", " UNION SELECT 1".repeat(count))),
        ("ands", format!("SELECT 1{}", " AND a".repeat(count))),
        ("ors and ands", format!("SELECT 1{}", " AND a OR b".repeat(count))),
        ("subscripts", format!("SELECT a{}", "[1]".repeat(count))),
        ("arrays", format!("SELECT ARRAY{}", around("[", "1", "]"))),
        ("casts", format!("SELECT a{}", "::int".repeat(count))),
        ("calls", format!("SELECT {}", around("f(", "1", ")"))),
        ("tests", format!("SELECT a{}", " IS NULL".repeat(count))),
        ("collations", format!("SELECT a{}", " COLLATE x".repeat(count))),
        ("queries", around("SELECT (", "SELECT 1", ")")),
        ("queries in FROM", around("SELECT * FROM (", "SELECT 1", ") q")),
        ("queries of WITH", around("WITH a AS (", "SELECT 1", ") SELECT 1")),
        ("joins", format!("SELECT 1 FROM a{}", " JOIN b ON true".repeat(count))),
        ("joins in parentheses", format!("SELECT 1 FROM {}a{}", "(".repeat(count), " CROSS JOIN b)".repeat(count))),
        ("nested comments", format!("SELECT {}", around("/*", "", "*/1,").trim_end_matches("1,").to_owned() + "1")),
        ("explains", format!("{}SELECT 1", "EXPLAIN ".repeat(count))),
        ("lists", format!("SELECT 1{}", ",1".repeat(count))),
        ("dots", format!("SELECT a{}", ".a".repeat(count))),
        ("statements", "SELECT 1;".repeat(count)),
    ]
}

/// On a thread as tokio makes them for its workers.
fn on_a_worker<T: Send + 'static>(go: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(go).unwrap().join().unwrap()
}

#[test]
fn texts_at_the_caps_are_parsed_on_a_worker() {
    on_a_worker(|| {
        let catalogue = Catalogue::default();
        for count in [10, 24, 45, 49, 400, 660, 990, 1990] {
            for (name, text) in deep(count) {
                let begun = Instant::now();
                let _ = crate::lineage(&text, &catalogue);
                let _ = crate::read(text.as_bytes(), 10_000);
                let _ = crate::fingerprint(&text);
                assert!(begun.elapsed() < Duration::from_secs(5), "{name} {count} took {:?}", begun.elapsed());
            }
        }
    });
}

#[test]
fn texts_above_the_caps_are_lexed_in_no_time() {
    on_a_worker(|| {
        for (name, text) in deep(1 << 17) {
            let begun = Instant::now();
            assert!(!fits(&text) && !crate::lineage(&text, &Catalogue::default()).known, "{name}");
            let _ = crate::read(text.as_bytes(), 10);
            assert!(begun.elapsed() < Duration::from_secs(10), "{name} took {:?}", begun.elapsed());
        }
    });
}

#[test]
fn the_caps_are_where_they_are_said_to_be() {
    let list = |count: usize| format!("SELECT 1{}", ",1".repeat(count));
    assert!(fits(&list(MOST_TOKENS / 2 - 1)) && !fits(&list(MOST_TOKENS / 2)));
    let nested = |depth: usize| format!("SELECT {}1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(fits(&nested(DEEPEST)) && !fits(&nested(DEEPEST + 1)));
    let long = |bytes: usize| format!("SELECT '{}'", "x".repeat(bytes - 9));
    assert!(fits(&long(MOST_BYTES)) && !fits(&long(MOST_BYTES + 1)));
    assert!(!fits("SELECT 'a\0'") && !fits("SELECT 'a"));
}
