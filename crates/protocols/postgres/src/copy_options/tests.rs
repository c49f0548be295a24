//! Options of COPY, as they are written.

use super::{Csv, Options, Text, options};

fn of(text: &str) -> Option<Options> {
    options(text.as_bytes(), Some(true))
}

fn text() -> Text {
    Text { delimiter: b'\t', null: b"\\N".to_vec(), header: false }
}

fn csv() -> Csv {
    Csv { delimiter: b',', null: Vec::new(), header: false, quote: b'"', escape: b'"' }
}

#[test]
fn text_is_what_there_is_without_options() {
    for sql in [
        "copy t to stdout",
        "COPY (SELECT a TO FROM t) TO STDOUT;",
        "copy s.\"to\" (a, b) to stdout with (format text)",
        "/* c */ copy t to stdout with (format 'text', header off, encoding 'UTF8')",
    ] {
        assert_eq!(of(sql), Some(Options::Text(text())), "{sql}");
    }
    assert_eq!(
        of("copy t to stdout (delimiter E'|', null 'x''y', header)"),
        Some(Options::Text(Text { delimiter: b'|', null: b"x'y".to_vec(), header: true }))
    );
    assert_eq!(of("copy t to stdout using delimiters ';'"), Some(Options::Text(Text { delimiter: b';', ..text() })));
}

#[test]
fn csv_in_both_notations() {
    for sql in [
        "copy t to stdout with csv header delimiter as ';' quote '''' escape as '^' null as 'nil' force quote a, b",
        "copy t to stdout (format csv, header, delimiter ';', quote '''', escape '^', null 'nil', force_quote (a, b))",
        "copy t to stdout (force_quote *, format CSV, header 1, delimiter ';', quote '''', escape '^', null 'nil')",
    ] {
        let csv = Csv { delimiter: b';', null: b"nil".to_vec(), header: true, quote: b'\'', escape: b'^' };
        assert_eq!(of(sql), Some(Options::Csv(csv)), "{sql}");
    }
    assert_eq!(of("copy t to stdout csv"), Some(Options::Csv(csv())));
    let quoted = Csv { quote: b'\'', escape: b'\'', ..csv() };
    assert_eq!(of("copy t to stdout csv quote ''''"), Some(Options::Csv(quoted)), "the escape is the quote");
}

#[test]
fn binary() {
    for sql in ["copy binary t to stdout", "copy t to stdout binary", "copy (table t) to stdout (format binary)"] {
        assert_eq!(of(sql), Some(Options::Binary), "{sql}");
    }
    assert_eq!(of("copy binary.t to stdout"), Some(Options::Text(text())), "a schema of that name");
}

#[test]
fn what_is_not_understood_has_none() {
    for sql in [
        "copy t to stdout (format json)",
        "copy t to stdout (format csv, format csv)",
        "copy t to stdout (header match)",
        "copy t to stdout (encoding 'LATIN1')",
        "copy t to stdout (delimiter U&'x')",
        "copy t to stdout (delimiter '||')",
        "copy t to stdout (future 1)",
        "copy t to stdout where x",
        "copy t to '/tmp/file'",
        "copy t to program 'x'",
        "copy t from stdin",
        "select 1; copy t to stdout",
        "copy t to stdout; select 1",
        "copy t to stdout (quote 'x')",
        "s1",
        "copy 'unended",
    ] {
        assert_eq!(of(sql), None, "{sql}");
    }
}

#[test]
fn where_strings_may_be_read_in_two_ways_both_must_agree() {
    let sql = br"copy t to stdout (null '\N')";
    assert_eq!(options(sql, None), None);
    assert_eq!(options(sql, Some(true)), Some(Options::Text(text())));
    assert!(options(br"copy (select '\d') to stdout csv", None).is_some());
}
