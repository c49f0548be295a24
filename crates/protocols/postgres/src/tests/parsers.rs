//! Every parser takes its message, no shorter and no longer.

use bytes::Bytes;
use wire::Malformed;

use super::messages as m;
use crate::frame::{HEADER, Header};
use crate::message::bind::Bind;
use crate::message::data_row::RowCheck;
use crate::message::error::Error;
use crate::message::function_call::FunctionCall;
use crate::message::parse::Parse;
use crate::message::startup::First;
use crate::message::{
    authentication, command_complete, copy_fail, describe, execute, key_data, parameter_status, query, ready,
    row_description, sasl,
};

/// The whole frame is taken; every shorter and one longer are not.
fn exact<T>(frame: &[u8], parse: impl Fn(&Bytes) -> Result<T, Malformed>) {
    let whole = Bytes::copy_from_slice(frame);
    assert!(parse(&whole).is_ok(), "{frame:?}");
    for length in 0..frame.len() {
        assert!(parse(&whole.slice(..length)).is_err(), "the first {length} bytes of {frame:?}");
    }
    assert!(parse(&Bytes::from([frame, b"\0"].concat())).is_err(), "one byte more than {frame:?}");
}

fn exact_body<T>(body: &[u8], parse: impl Fn(&[u8]) -> Result<T, Malformed>) {
    assert!(parse(body).is_ok(), "{body:?}");
    for length in 0..body.len() {
        assert!(parse(&body[..length]).is_err(), "the first {length} bytes of {body:?}");
    }
    assert!(parse(&[body, b"\0"].concat()).is_err(), "one byte more than {body:?}");
}

#[test]
fn messages_of_the_client() {
    exact(&m::query("select 1"), query::parse);
    exact(&m::frame(b'P', b"s\0select $1\0\0\x01\0\0\0\x17"), Parse::read);
    exact(&m::bind("p", "s", &["one", "two"]), Bind::read);
    exact(&m::frame(b'B', b"\0\0\0\x01\0\x01\0\x01\xff\xff\xff\xff\0\x01\0\0"), Bind::read);
    exact(&m::describe_statement("s"), describe::parse);
    exact(&m::execute("p"), execute::parse);
    exact(&m::frame(b'F', b"\0\0\0\x10\0\0\0\x01\0\0\0\x02hi\0\0"), FunctionCall::read);
    exact(&m::frame(b'f', b"why\0"), copy_fail::check);
    exact(&m::sync(), copy_fail::check_empty);
    exact(&sasl::initial("SCRAM-SHA-256", b"n,,n=,r=x"), sasl::parse_initial);
    exact(&m::startup(m::V3_0, &[("user", "ada"), ("database", "x")]), First::read);
}

#[test]
fn messages_of_the_target() {
    exact_body(b"SELECT 5\0", command_complete::parse);
    exact_body(b"I", ready::parse);
    exact_body(b"TimeZone\0UTC\0", |body| parameter_status::parse(body).map(|_| ()));
    exact_body(&m::columns(&["a", "b"])[HEADER..], row_description::parse);
    exact_body(&m::error("22012")[HEADER..], Error::read);
    exact_body(b"\0\0\0\x0aSCRAM-SHA-256\0\0", |body| authentication::parse(body).map(|_| ()));
    assert_eq!(command_complete::parse(b"INSERT 0 5\0"), Ok(Some(5)));
    assert_eq!(command_complete::parse(b"BEGIN\0"), Ok(None));
    assert!(key_data::parse(&[0; 7]).is_err() && key_data::parse(&[0; 261]).is_err());
    assert!(key_data::parse(&[0; 8]).is_ok() && key_data::parse(&[0; 260]).is_ok());
}

#[test]
fn rows_in_any_pieces() {
    let row = &m::row(&["one", "", "three"])[HEADER..];
    let check = |bytes: &[u8], columns: Option<u16>, piece: usize| {
        let mut check = RowCheck::new();
        bytes.chunks(piece).try_for_each(|bytes| check.piece(bytes, columns)).and_then(|()| check.finish())
    };
    for piece in 1..=row.len() {
        assert!(check(row, Some(3), piece).is_ok());
        assert!(check(row, None, piece).is_ok());
        assert!(check(row, Some(2), piece).is_err());
        for length in 1..row.len() {
            assert!(check(&row[..length], Some(3), piece).is_err(), "{length}");
        }
        assert!(check(&[row, b"x"].concat(), Some(3), piece).is_err());
        assert!(check(b"\0\x01\xff\xff\xff\xff", Some(1), piece).is_ok());
        assert!(check(b"\0\x01\xff\xff\xff\xfe", Some(1), piece).is_err());
        assert!(check(b"\0\0", Some(0), piece).is_ok());
        assert!(check(b"\0\0\0", Some(0), piece).is_err());
    }
}

#[test]
fn bind_counts_must_agree() {
    let formats_for_two = m::frame(b'B', b"\0\0\0\x02\0\0\0\0\0\x01\0\0\0\x01x\0\0");
    assert!(Bind::read(&Bytes::from(formats_for_two)).is_err());
    let strange_format = m::frame(b'B', b"\0\0\0\x01\0\x02\0\x01\0\0\0\x01x\0\0");
    assert!(Bind::read(&Bytes::from(strange_format)).is_err());
}

#[test]
fn headers() {
    assert_eq!(Header::of(b"Q\0\0\0"), Ok(None));
    assert_eq!(Header::of(b"Q\0\0\0\x04"), Ok(Some(Header { tag: b'Q', total: 5 })));
    assert!(Header::of(b"Q\0\0\0\x03").is_err());
    assert_eq!(Header::of(b"Q\xff\xff\xff\xff").map(|header| header.map(|header| header.total)), Ok(Some(1 << 32)));
}
