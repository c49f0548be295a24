//! Which settings a session may change freely.

use model::Verb;

use crate::split;

fn verb(text: &str) -> Verb {
    let statements = split(text.as_bytes(), true, 10).unwrap();
    assert_eq!(statements.len(), 1, "{text}");
    statements[0].verb
}

/// A22.
#[test]
fn what_bounds_or_logs_is_guarded() {
    let settings = [
        "statement_timeout",
        "Statement_Timeout",
        "\"statement_timeout\"",
        "lock_timeout",
        "transaction_timeout",
        "idle_in_transaction_session_timeout",
        "idle_session_timeout",
        "log_statement",
        "log_min_duration_statement",
        "row_security",
        "session_replication_role",
        "default_transaction_read_only",
        "transaction_read_only",
        "event_triggers",
        "session_preload_libraries",
        "local_preload_libraries",
        "pgaudit.log",
        "app.tenant",
        "search_path.x",
        "synchronous_commit",
        "zero_damaged_pages",
        "not_known_here",
        "time",
        "names",
        "schema",
        "constraints",
        "transaction",
        "characteristics",
        "session",
        "U&\"search_path\" UESCAPE '!'",
    ];
    for setting in settings {
        for text in [
            format!("SET {setting} = 0"),
            format!("SET SESSION {setting} TO DEFAULT"),
            format!("set/**/local {setting} = 'off'"),
            format!("RESET {setting}"),
        ] {
            let verb = verb(&text);
            assert!(verb == Verb::SessionGuard || verb == Verb::SessionIdentity, "{text}: {verb:?}");
        }
    }
    assert_eq!(verb("SET statement_timeout = 0"), Verb::SessionGuard);
    assert_eq!(verb("RESET log_statement"), Verb::SessionGuard);
    assert_eq!(verb("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE"), Verb::SessionGuard);
}

#[test]
fn what_only_changes_how_things_look_is_not() {
    let harmless = [
        "SET search_path TO a, b",
        "SET SESSION search_path = 'a'",
        "SET LOCAL \"Search_Path\" TO a",
        "SET client_encoding TO 'UTF8'",
        "SET NAMES 'UTF8'",
        "SET SCHEMA 'a'",
        "SET TIME ZONE 'UTC'",
        "SET LOCAL TIME ZONE LOCAL",
        "SET DateStyle = 'ISO'",
        "SET extra_float_digits = 3",
        "SET application_name = 'x'",
        "SET enable_seqscan = off",
        "SET XML OPTION DOCUMENT",
        "SET CONSTRAINTS ALL DEFERRED",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
        "RESET search_path",
        "RESET TIME ZONE",
        "RESET TRANSACTION ISOLATION LEVEL",
    ];
    for text in harmless {
        assert_eq!(verb(text), Verb::Session, "{text}");
    }
}

/// What bounds a transaction stands in the statement that begins it, and a policy sees it there.
#[test]
fn transactions_stay_transactions() {
    for text in ["BEGIN READ WRITE", "START TRANSACTION READ WRITE", "BEGIN ISOLATION LEVEL SERIALIZABLE"] {
        assert_eq!(verb(text), Verb::Transaction, "{text}");
    }
}
