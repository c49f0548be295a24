//! What the shipped lists say.

use super::*;

#[test]
fn every_line_is_found_and_nothing_else() {
    for list in [FUNCTIONS, TYPES, OPERATORS] {
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
