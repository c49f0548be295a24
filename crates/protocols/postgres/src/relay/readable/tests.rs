//! Every type that is read, as the target writes it.

use bytes::Bytes;

use super::{LONGEST, read};

fn read_one(type_id: u32, value: &[u8]) -> Option<String> {
    let found = read(&[Some(Bytes::copy_from_slice(value))], &[0], &[type_id]);
    found.first().map(|(number, text)| {
        assert_eq!(*number, 0);
        String::from_utf8(text.to_vec()).unwrap()
    })
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

/// An array of four-byte numbers; `None` = NULL.
fn array(dimensions: &[(u32, i32)], elements: &[Option<i32>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(u32::try_from(dimensions.len()).unwrap().to_be_bytes());
    bytes.extend(u32::from(elements.contains(&None)).to_be_bytes());
    bytes.extend(23_u32.to_be_bytes());
    for (size, lower) in dimensions {
        bytes.extend(size.to_be_bytes());
        bytes.extend(lower.to_be_bytes());
    }
    for element in elements {
        match element {
            None => bytes.extend([0xff; 4]),
            Some(number) => {
                bytes.extend(4_u32.to_be_bytes());
                bytes.extend(number.to_be_bytes());
            }
        }
    }
    bytes
}

fn texts(elements: &[&str]) -> Vec<u8> {
    let mut bytes = [1_u32, 0, 25, u32::try_from(elements.len()).unwrap(), 1].map(u32::to_be_bytes).concat();
    for element in elements {
        bytes.extend(u32::try_from(element.len()).unwrap().to_be_bytes());
        bytes.extend(element.as_bytes());
    }
    bytes
}

/// Numbers of types, binary forms as the target's send functions write them, and its text.
#[test]
fn each_type_is_written_as_the_target_writes_it() {
    let cases: &[(u32, &str, &str)] = &[
        (21, "ff fe", "-2"),
        (23, "00 00 00 05", "5"),
        (20, "7f ff ff ff ff ff ff ff", "9223372036854775807"),
        (700, "3f c0 00 00", "1.5"),
        (701, "bf b9 99 99 99 99 99 9a", "-0.1"),
        (701, "7f f8 00 00 00 00 00 00", "NaN"),
        (16, "01", "t"),
        (16, "00", "f"),
        (25, "61 20 62", "a b"),
        (1043, "c3 a9", "é"),
        (1042, "61 20 20", "a  "),
        (19, "6e", "n"),
        (142, "3c 61 2f 3e", "<a/>"),
        (705, "78", "x"),
        (2950, "00112233445566778899aabbccddeeff", "00112233-4455-6677-8899-aabbccddeeff"),
        (1082, "00 00 00 00", "2000-01-01"),
        (1082, "ff ff ff ff", "1999-12-31"),
        (1082, "7f ff ff ff", "infinity"),
        (1083, "00 00 00 0a 0e eb b0 00", "12:00:00"),
        (1114, "00 00 00 00 00 0f 42 40", "2000-01-01 00:00:01"),
        (1184, "00 00 00 00 00 07 a1 20", "2000-01-01 00:00:00.5+00"),
        (1700, "00 02 00 00 00 00 00 02 00 03 05 78", "3.14"),
        (1700, "00 01 00 00 40 00 00 00 00 07", "-7"),
        (17, "00 ff 61", "\\x00ff61"),
        (17, "", "\\x"),
        (114, "7b 7d", "{}"),
        (3802, "01 7b 22 61 22 3a 20 31 7d", "{\"a\": 1}"),
        (869, "02 20 00 04 0a 00 00 01", "10.0.0.1"),
        (650, "02 08 01 04 0a 00 00 00", "10.0.0.0/8"),
    ];
    for (type_id, bytes, expected) in cases {
        assert_eq!(read_one(*type_id, &hex(bytes)).as_deref(), Some(*expected), "type {type_id}: {bytes}");
    }
}

#[test]
fn arrays_are_written_with_their_shape() {
    let one = |elements: &[Option<i32>]| array(&[(u32::try_from(elements.len()).unwrap(), 1)], elements);
    let read = |bytes: &[u8]| read_one(1007, bytes).unwrap_or_default();
    assert_eq!(read(&array(&[], &[])), "{}");
    assert_eq!(read(&one(&[Some(1), None, Some(-3)])), "{1,NULL,-3}");
    assert_eq!(read(&array(&[(2, 1), (2, 1)], &[Some(1), Some(2), None, Some(4)])), "{{1,2},{NULL,4}}");
    let deep = [Some(1), Some(2), Some(3), Some(4)];
    assert_eq!(read(&array(&[(2, 1), (1, 1), (2, 1)], &deep)), "{{{1,2}},{{3,4}}}");
    assert_eq!(read(&array(&[(2, 0)], &[Some(1), Some(2)])), "[0:1]={1,2}");
    assert_eq!(read(&array(&[(1, -1), (1, 1)], &[Some(1)])), "[-1:-1][1:1]={{1}}");
    let quoted = texts(&["plain", "", "a,b", "NULL", "say \"x\\\"", "a b", "{"]);
    let expected = r#"{plain,"","a,b","NULL","say \"x\\\"","a b","{"}"#;
    assert_eq!(read_one(1009, &quoted).as_deref(), Some(expected));
}

#[test]
fn what_is_not_understood_stays_what_it_is() {
    let short_array = &array(&[(2, 1)], &[Some(1)]);
    let long_array = &[array(&[(1, 1)], &[Some(1)]), vec![0]].concat();
    let huge = &array(&[(u32::MAX, 1), (u32::MAX, 1), (u32::MAX, 1)], &[Some(1)]);
    let deep = &array(&[(1, 1); 7], &[Some(1)]);
    let empty = &array(&[(0, 1)], &[]);
    let cases: &[(u32, &[u8])] = &[
        (0, b"abcd"),
        (16_500, b"an enum"),
        (600, &[0; 16]),
        (23, &[0; 3]),
        (23, &[0; 5]),
        (25, b"\xff"),
        (16, &[2]),
        (1700, &[0, 1, 0]),
        (1007, b""),
        (1007, short_array),
        (1007, long_array),
        (1007, huge),
        (1007, deep),
        (1007, empty),
    ];
    for (type_id, bytes) in cases {
        assert_eq!(read_one(*type_id, bytes), None, "type {type_id}: {bytes:?}");
    }
    assert!(read(&[Some(Bytes::from_static(b"x"))], &[0], &[]).is_empty(), "no type is known");
    assert!(read(&[None], &[0, 7], &[25, 25]).is_empty());
}

#[test]
fn few_bytes_do_not_become_many() {
    // 1e131068, as a number of 10 bytes.
    let number = [0, 1, 0x7f, 0xff, 0, 0, 0, 0, 0, 1];
    let mut bytes = [1_u32, 0, 1700, 1000, 1].map(u32::to_be_bytes).concat();
    for _ in 0..1000 {
        bytes.extend(10_u32.to_be_bytes());
        bytes.extend(number);
    }
    assert_eq!(read_one(1231, &bytes), None);
    let parameters: Vec<_> = (0..20).map(|_| Some(Bytes::copy_from_slice(&number))).collect();
    let all: Vec<usize> = (0..20).collect();
    let found = read(&parameters, &all, &[1700; 20]);
    assert!((1..20).contains(&found.len()), "{}", found.len());
    assert!(found.iter().map(|(_, text)| text.len()).sum::<usize>() <= LONGEST);
    assert!(read(&[Some(Bytes::from(vec![b'a'; LONGEST + 1]))], &[0], &[25]).is_empty());
}
