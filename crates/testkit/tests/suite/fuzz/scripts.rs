//! What PostgreSQL clients and servers say to each other, a frame at a time: the beginnings of all damage.

use wire::Side::{self, Client, Target};

use super::mutate::Script;

/// A frame.
pub(super) fn frame(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[tag][..], &length, body].concat()
}

/// A packet without a tag.
pub(super) fn packet(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&length[..], body].concat()
}

/// Where the length stands in a frame: behind the tag, which the first packets do not have.
pub(super) fn length_at(frame: &[u8]) -> usize {
    usize::from(frame.first() != Some(&0))
}

/// The first packet of a client.
pub(super) fn startup() -> Vec<u8> {
    packet(b"\0\x03\0\0user\0ada\0database\0app\0client_encoding\0UTF8\0application_name\0fuzz\0\0")
}

/// What a server that trusts everybody says to it.
pub(super) fn greeting() -> Vec<u8> {
    [
        frame(b'R', &[0; 4]),
        frame(b'S', b"server_version\x0018.0\0"),
        frame(b'S', b"standard_conforming_strings\0on\0"),
        frame(b'K', &[0, 0, 0, 9, 1, 2, 3, 4]),
        frame(b'Z', b"I"),
    ]
    .concat()
}

const COLUMN: &[u8] = b"\0\x01name\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0";
const ROW: &[u8] = b"\0\x01\0\0\0\x05value";
const ERROR: &[u8] = b"SERROR\0VERROR\0C22012\0Mdivision by zero\0\0";

/// Turns lines into frames: a letter that says whose it is, and the frame.
fn script(lines: &[(Side, u8, &[u8])]) -> Script {
    lines.iter().map(|(side, tag, body)| (*side, frame(*tag, body))).collect()
}

/// Conversations after the greeting.
pub(super) fn scripts() -> Vec<Script> {
    vec![
        script(&[
            (Client, b'Q', b"SELECT 1; INSERT INTO t VALUES ('a;b')\0"),
            (Target, b'T', COLUMN),
            (Target, b'D', ROW),
            (Target, b'C', b"SELECT 1\0"),
            (Target, b'C', b"INSERT 0 1\0"),
            (Target, b'Z', b"I"),
            (Client, b'Q', b"\0"),
            (Target, b'I', b""),
            (Target, b'Z', b"I"),
            (Client, b'X', b""),
        ]),
        script(&[
            (Client, b'P', b"s1\0SELECT $1::int\0\0\x01\0\0\0\x17"),
            (Client, b'D', b"Ss1\0"),
            (Client, b'B', b"p1\0s1\0\0\x01\0\x01\0\x01\0\0\0\x04\0\0\0\x07\0\x01\0\x01"),
            (Client, b'E', b"p1\0\0\0\0\x05"),
            (Client, b'C', b"Pp1\0"),
            (Client, b'H', b""),
            (Client, b'S', b""),
            (Target, b'1', b""),
            (Target, b't', b"\0\x01\0\0\0\x17"),
            (Target, b'T', COLUMN),
            (Target, b'2', b""),
            (Target, b'D', ROW),
            (Target, b's', b""),
            (Target, b'3', b""),
            (Target, b'Z', b"I"),
            (Client, b'X', b""),
        ]),
        script(&[
            (Client, b'Q', b"BEGIN\0"),
            (Target, b'C', b"BEGIN\0"),
            (Target, b'Z', b"T"),
            (Client, b'P', b"\0DELETE FROM t\0\0\0"),
            (Client, b'B', b"\0\0\0\0\0\0\0\0"),
            (Client, b'E', b"\0\0\0\0\0"),
            (Client, b'P', b"\0SELECT 2\0\0\0"),
            (Client, b'S', b""),
            (Target, b'1', b""),
            (Target, b'2', b""),
            (Target, b'E', ERROR),
            (Target, b'Z', b"E"),
            (Client, b'Q', b"COMMIT\0"),
            (Target, b'N', b"SNOTICE\0C00000\0Mwell\0\0"),
            (Target, b'C', b"ROLLBACK\0"),
            (Target, b'Z', b"I"),
        ]),
        script(&[
            (Client, b'Q', b"COPY t FROM STDIN; SELECT 1\0"),
            (Target, b'G', b"\0\0\x01\0\0"),
            (Client, b'd', b"1\tone\n"),
            (Client, b'd', b"2\ttwo\n"),
            (Client, b'c', b""),
            (Target, b'C', b"COPY 2\0"),
            (Target, b'T', COLUMN),
            (Target, b'D', ROW),
            (Target, b'C', b"SELECT 1\0"),
            (Target, b'Z', b"I"),
            (Client, b'Q', b"COPY t FROM STDIN\0"),
            (Target, b'G', b"\0\0\x01\0\0"),
            (Client, b'f', b"no more\0"),
            (Target, b'E', ERROR),
            (Target, b'Z', b"I"),
        ]),
        script(&[
            (Client, b'Q', b"COPY t TO STDOUT\0"),
            (Target, b'H', b"\0\0\x01\0\0"),
            (Target, b'd', b"1\tone\n"),
            (Target, b'A', b"\0\0\0\x09channel\0payload\0"),
            (Target, b'd', b"2\ttwo\n"),
            (Target, b'c', b""),
            (Target, b'C', b"COPY 2\0"),
            (Target, b'Z', b"I"),
            (Client, b'F', b"\0\0\x03\xbd\0\x01\0\x01\0\x01\0\0\0\x04\0\0\0\x07\0\x01"),
            (Target, b'V', b"\0\0\0\x04\0\0\0\x08"),
            (Target, b'S', b"TimeZone\0UTC\0"),
            (Target, b'Z', b"I"),
        ]),
        script(&[
            (Client, b'P', b"\0COPY t FROM STDIN\0\0\0"),
            (Client, b'B', b"\0\0\0\0\0\0\0\0"),
            (Client, b'E', b"\0\0\0\0\0"),
            (Client, b'S', b""),
            (Target, b'1', b""),
            (Target, b'2', b""),
            (Target, b'G', b"\0\0\x01\0\0"),
            (Client, b'd', b"1\tone\n"),
            (Client, b'c', b""),
            (Client, b'S', b""),
            (Target, b'C', b"COPY 1\0"),
            (Target, b'Z', b"I"),
            (Client, b'!', b"from the future"),
            (Client, b'Q', b"PREPARE s AS SELECT 1; EXECUTE s; DO $$ BEGIN END $$\0"),
            (Target, b'C', b"PREPARE\0"),
            (Target, b'T', COLUMN),
            (Target, b'D', ROW),
            (Target, b'C', b"SELECT 1\0"),
            (Target, b'C', b"DO\0"),
            (Target, b'Z', b"I"),
        ]),
    ]
}
