//! What the shipped lists say.

use model::Verb;

use super::effects::EFFECTS;
use super::*;

#[test]
fn every_line_is_found_and_nothing_else() {
    for list in [FUNCTIONS, TYPES, OPERATORS, EFFECTS] {
        let names: Vec<&str> = list.lines().map(|line| line.split(' ').next().unwrap()).collect();
        assert!(names.is_sorted(), "the lists are sorted by bytes");
        for name in &names {
            assert!(find(list, name).is_some(), "{name}");
        }
        for name in ["", "\n", " ", "zzzz", "upper r", "no_such_name", "\u{ff}"] {
            assert!(find(list, name).is_none(), "{name:?}");
        }
    }
}

#[test]
fn classes_are_what_they_should_be() {
    let class = |name| function(name).map(|function| function.class);
    for name in ["upper", "now", "count", "row_to_json", "generate_series", "current_setting", "int4eq"] {
        assert_eq!(class(name), Some(Class::Reads), "{name}");
    }
    for name in ["random", "nextval", "clock_timestamp", "gen_random_uuid", "txid_current", "pg_sleep"] {
        assert_eq!(class(name), Some(Class::Volatile), "{name}");
    }
    for name in ["set_config", "pg_notify", "setval", "pg_advisory_lock"] {
        assert_eq!(class(name), Some(Class::Keeps), "{name}");
    }
    for name in [
        "query_to_xml",
        "table_to_xml",
        "database_to_xml",
        "cursor_to_xml",
        "pg_read_file",
        "pg_ls_dir",
        "lo_get",
        "lo_export",
        "ts_stat",
        "ts_rewrite",
        "pg_stat_get_activity",
        "domain_in",
        "record_in",
        "pg_logical_slot_get_changes",
    ] {
        assert_eq!(class(name), Some(Class::Dangerous), "{name}");
    }
    assert_eq!(class("dblink"), None);
    assert!(function("unnest").unwrap().set && !function("upper").unwrap().set);
}

#[test]
fn what_is_listed_by_hand_reads_only() {
    for name in TOTAL.iter().chain(CALM) {
        // The grammar's own spellings of some of them stand for these.
        assert_eq!(function(name).map(|function| function.class), Some(Class::Reads), "{name}");
    }
    for name in CALM_OPERATORS {
        assert!(is_operator(name), "{name}");
    }
}

/// Both directions: a function that does more than to compute has been looked at, and nothing else stands in the list.
#[test]
fn what_a_call_comes_to_was_reviewed() {
    let plain = |line: &&str| line.ends_with(" r") || line.ends_with(" rs");
    let owed: Vec<&str> =
        FUNCTIONS.lines().filter(|line| !plain(line)).map(|line| line.split(' ').next().unwrap()).collect();
    let listed: Vec<&str> = EFFECTS.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(owed, listed);
    for line in EFFECTS.lines() {
        let mut words = line.split(' ').skip(1);
        let verb = words.next().unwrap();
        assert!(Verb::ALL.iter().any(|have| have.as_str() == verb), "{line}");
        assert!(words.count() > 0, "{line}: no reason");
    }
}

#[test]
fn calls_have_verbs() {
    for (name, verb) in [
        ("upper", Some(Verb::Read)),
        ("random", Some(Verb::Read)),
        ("gen_random_uuid", Some(Verb::Read)),
        ("regclass", Some(Verb::Read)),
        ("nextval", Some(Verb::Write)),
        ("lo_unlink", Some(Verb::Write)),
        ("pg_notify", Some(Verb::Session)),
        ("pg_switch_wal", Some(Verb::Ddl)),
        ("pg_terminate_backend", Some(Verb::Ddl)),
        ("query_to_xml", Some(Verb::Call)),
        ("pg_read_file", Some(Verb::Unknown)),
        ("set_config", Some(Verb::Unknown)),
        ("dblink", None),
        ("f", None),
    ] {
        assert_eq!(called(name), verb, "{name}");
    }
    assert_eq!(called_in(Some("pg_catalog"), "upper"), Some(Verb::Read));
    assert_eq!(called_in(Some("information_schema"), "_pg_expandarray"), Some(Verb::Read));
    for (schema, name) in [("public", "upper"), ("information_schema", "upper"), ("public", "_pg_expandarray")] {
        assert_eq!(called_in(Some(schema), name), None, "{schema}.{name}");
    }
}
