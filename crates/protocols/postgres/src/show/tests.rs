//! Tests of what people see of a result.

use bytes::BufMut;

use crate::frame::frame;
use crate::show::show;

/// What is shown of these bytes, in pieces of that size.
fn shown(bytes: &[u8], piece: usize) -> Vec<String> {
    let (mut reading, mut lines) = (show(), Vec::new());
    bytes.chunks(piece).for_each(|piece| reading.take(piece, &mut lines));
    reading.end(&mut lines);
    lines
}

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    frame(tag, |to| to.put_slice(body)).to_vec()
}

fn columns(columns: &[(&str, u16)]) -> Vec<u8> {
    let mut body = u16::try_from(columns.len()).unwrap().to_be_bytes().to_vec();
    for (name, format) in columns {
        body.extend([name.as_bytes(), &[0; 17], &format.to_be_bytes()].concat());
    }
    message(b'T', &body)
}

fn row(values: &[Option<&[u8]>]) -> Vec<u8> {
    let mut body = u16::try_from(values.len()).unwrap().to_be_bytes().to_vec();
    for value in values {
        let length = value.map_or(u32::MAX, |value| u32::try_from(value.len()).unwrap());
        body.extend(length.to_be_bytes());
        body.extend(value.unwrap_or_default());
    }
    message(b'D', &body)
}

/// One of everything.
fn result() -> Vec<u8> {
    let parts = [
        message(b'S', b"TimeZone\0UTC\0"),
        message(b'N', b"SNOTIZ\0VNOTICE\0C00000\0Mbeware\0Hof it\0\0"),
        columns(&[("id", 0), ("name\x1b[2J", 0), ("raw", 1)]),
        row(&[Some(b"1"), Some("zoë \u{202e}x\n\\N".as_bytes()), Some(&[0, 255])]),
        row(&[Some(b"22"), None, Some(&[])]),
        message(b'C', b"SELECT 2\0"),
        row(&[Some(&[0, 0, 0, 7]), Some(b"\xff"), Some(b"later")]),
        message(b's', b""),
        message(b'H', &[0, 0, 1, 0, 0]),
        message(b'd', b"1\ta\\N\x1b\n"),
        message(b'c', b""),
        message(b'C', b"COPY 1\0"),
        message(b'H', &[1, 0, 1, 0, 1]),
        message(b'd', b"PGCOPY\n"),
        message(b'E', b"SFEHLER\0VERROR\0C42P01\0Mno such \x07table\0DLINE 1\0\0"),
        message(b'1', b""),
        message(b'Z', b"I"),
    ];
    parts.concat()
}

#[test]
fn a_result_is_a_table_with_what_was_told_beside_it() {
    let expected = [
        "TimeZone = UTC",
        "NOTICE 00000: beware",
        "HINT: of it",
        "id | name\\u{1b}[2J      | raw",
        "---+--------------------+-------",
        "1  | zoë \\u{202e}x\\n\\\\N | \\x00ff",
        "22 | \\N                 | \\x",
        "SELECT 2",
        "\\x00000007 | \\xff | later",
        "(more rows were left at the server)",
        "1\\ta\\N\\u{1b}",
        "COPY 1",
        "\\x5047434f50590a",
        "ERROR 42P01: no such \\u{7}table",
        "DETAIL: LINE 1",
    ];
    let lines = shown(&result(), usize::MAX);
    assert_eq!(lines, expected);
    assert_eq!(shown(&result(), 1), lines, "how the bytes were cut makes a difference");
}

#[test]
fn columns_stand_under_each_other() {
    let result = [columns(&[("id", 0), ("name", 0)]), row(&[Some(b"1"), Some(b"ada")]), row(&[Some(b"100"), None])];
    let expected = ["id  | name", "----+-----", "1   | ada", "100 | \\N"];
    assert_eq!(shown(&result.concat(), 7), expected);
}

#[test]
fn a_cut_result_says_so() {
    let whole = result();
    let cut = shown(&whole[..whole.len() - 3], usize::MAX);
    assert_eq!(cut.last().unwrap(), "(it ends inside a message)");
    assert_eq!(shown(&[], 1), [""; 0]);
}

#[test]
fn what_is_long_is_counted_and_bounded() {
    let long = "é".repeat(3000);
    let huge = vec![b'x'; 3 << 20];
    let result = [columns(&[("v", 0)]), row(&[Some(long.as_bytes())]), row(&[Some(&huge)]), row(&[Some(b"after")])];
    for piece in [1000, usize::MAX] {
        let lines = shown(&result.concat(), piece);
        assert_eq!(lines[2], format!("{}… (6000 bytes)", "é".repeat(1024)));
        assert_eq!(lines[3..], ["(a message of 3145739 bytes, too long to be shown here)", "after"]);
    }
}

#[test]
fn what_is_no_message_is_counted() {
    assert_eq!(shown(b"\x16\x03\x01\x00\x00\x00\x00", 3), ["(7 bytes that are no messages of PostgreSQL)"]);
    assert_eq!(shown(&[b'D', 0, 0, 0, 1, 9, 9], 7), ["(7 bytes that are no messages of PostgreSQL)"]);
    let wrong = [message(b'D', &[0, 1, 0, 0, 0, 9]), message(b'C', b"SELECT 0\0")];
    assert_eq!(
        shown(&wrong.concat(), 7),
        ["(a message of 11 bytes: malformed: a field is longer than its frame)", "SELECT 0"]
    );
}

/// Every prefix and every damaged byte: no panic, and nothing hidden gets through.
#[test]
fn damage_does_no_harm() {
    let whole = result();
    let harmless = |lines: Vec<String>| assert!(!lines.concat().contains(wire::is_hidden), "{lines:?}");
    for at in 0..whole.len() {
        harmless(shown(&whole[..at], usize::MAX));
        for damage in [0, 1, 0x1b, 0x7f, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] = damage;
            harmless(shown(&damaged, 64));
        }
    }
}
