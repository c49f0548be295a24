//! Copies with a mask: what flows in them is rows, wherever they are cut.

use wire::Side;

use super::driver::{Driver, Says};
use super::messages as m;
use super::relay;

fn response(binary: bool, columns: u8) -> Vec<u8> {
    let mut body = vec![u8::from(binary), 0, columns];
    (0..columns).for_each(|_| body.extend([0, u8::from(binary)]));
    m::frame(b'H', &body)
}

fn data(bytes: &[u8]) -> Vec<u8> {
    m::frame(b'd', bytes)
}

/// Copies `bytes`, cut in pieces of that size by the target; gives what the client was sent as data.
fn copied(sql: &str, columns: u8, bytes: &[u8], piece: usize) -> (Vec<Vec<u8>>, Vec<String>) {
    let mut rows = Vec::new();
    let log = {
        let mut driver = Driver::new(usize::MAX);
        driver.enter();
        driver.decide = |_| Says::Mask;
        driver.client(&m::query(sql));
        driver.target(&response(sql.contains("binary"), columns));
        for piece in bytes.chunks(piece) {
            driver.target(&data(piece));
        }
        driver.target(&[m::frame(b'c', b""), m::done("COPY 2"), m::ready(b'I')].concat());
        let sent = driver.sent(Side::Client);
        let mut left = sent.as_slice();
        while let [tag, a, b, c, d, rest @ ..] = left {
            let (body, behind) = rest.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize - 4);
            if *tag == b'd' {
                rows.push(body.to_vec());
            }
            left = behind;
        }
        driver.log()
    };
    (rows, log)
}

fn rows(sql: &str, columns: u8, bytes: &[u8]) -> Vec<Vec<u8>> {
    let (whole, log) = copied(sql, columns, bytes, usize::MAX);
    assert!(log.iter().any(|line| line.starts_with("outcome (2) Done rows 2 masked")), "{log:?}");
    for piece in [1, 2, 3, 7] {
        assert_eq!(copied(sql, columns, bytes, piece).0, whole, "in pieces of {piece}");
    }
    whole
}

#[test]
fn lines() {
    let shown = rows("copy t to stdout", 3, b"1\tcanary\tcanary\n2\t\\N\t\\N\n");
    assert_eq!(shown, [b"1\t***\t\\N\n".to_vec(), b"2\t\\N\t\\N\n".to_vec()]);
    let shown = rows("copy t to stdout (delimiter '*', header, null '')", 2, b"a*b\nx\\ny*can\\*ary\n");
    assert_eq!(shown, [b"a*b\n".to_vec(), b"x\\ny*\\*\\*\\*\n".to_vec()]);
}

#[test]
fn csv() {
    let shown = rows("copy t to stdout csv header", 2, b"\"a\n\",b\n\"1\n\"\"\",can\n2,\"c\"\"\na\"\n3,\n");
    assert_eq!(shown, [&b"\"a\n\",b\n"[..], b"\"1\n\"\"\",***\n", b"2,\"***\"\n", b"3,\n"]);
    let shown = rows("copy t to stdout (format csv, quote '*', escape '!')", 2, b"*!!!**,*a!**\n");
    assert_eq!(shown, [b"*!!!**,*!*!*!**\n"]);
}

#[test]
fn binary() {
    let beginning = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
    let row = |value: &[u8]| [b"\0\x02\0\0\0\x011".as_slice(), &[0, 0, 0, value.len() as u8], value].concat();
    let bytes = [&beginning[..], &row(b"canary"), &row(b"canaries"), b"\xff\xff"].concat();
    let shown = rows("copy t to stdout (format binary)", 2, &bytes);
    assert_eq!(shown, [[&beginning[..], &row(b"***")].concat(), row(b"***"), b"\xff\xff".to_vec()]);
}

/// What is not what the options say, or was not understood, is not shown.
#[test]
fn what_is_not_understood_is_not_shown() {
    let cases: &[(&str, u8, &[u8])] = &[
        ("copy t to stdout", 2, b"1\tcanary\tcanary\n"),
        ("copy t to stdout", 2, b"canary\n"),
        ("copy t to stdout", 2, b"1\tcanary"),
        ("copy t to stdout csv", 2, b"1,a\"canary\n"),
        ("copy t to stdout csv", 2, b"1,\"canary\n"),
        ("copy t to stdout (format json)", 2, b"1\tcanary\n"),
        ("copy t to stdout binary", 2, b"PGCOPY\n\xff\r\n\0canary"),
        ("copy t to stdout", 11, b"canary\n"),
        ("table t", 2, b"1\tcanary\n"),
    ];
    for (sql, columns, bytes) in cases {
        for piece in [1, usize::MAX] {
            let (rows, log) = copied(sql, *columns, bytes, piece);
            assert_eq!(rows, [b""; 0], "{sql} {log:?}");
            let refused = log.iter().any(|line| line.contains("E(ERROR") && line.contains("refused: "));
            assert!(refused, "{sql} {log:?}");
            assert!(log.last().unwrap().ends_with("Z(I)"), "{log:?}");
        }
    }
}

#[test]
fn a_copy_of_the_client_passes_and_its_errors_are_ours() {
    let log = relay(|driver| {
        driver.decide = |_| Says::Mask;
        driver.client(&m::query("copy t from stdin"));
        driver.target(&m::frame(b'G', &[0, 0, 0]));
        driver.client(&[data(b"1\n"), m::frame(b'c', b"")].concat());
        driver.target(&[m::error("22P02"), m::ready(b'I')].concat());
    });
    assert_eq!(log[2], "target < d c (command (2))");
    assert_eq!(log[4], "client < E(ERROR 22P02 a text is not a valid value of its type) Z(I)");
}
