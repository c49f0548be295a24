//! Values of all kinds, in both forms.

use bytes::BytesMut;
use model::{Value, ValueKind, Veil};

use super::{Form, decode, encode, kind, veil_list};

const TEXT: Form = Form { binary: false, utf8: true };
const BINARY: Form = Form { binary: true, utf8: true };

/// Random numbers from a seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        (0..self.below(most)).map(|_| self.next().to_le_bytes()[0]).collect()
    }

    fn text(&mut self) -> String {
        (0..self.below(20))
            .map(|_| ['a', 'B', ' ', '"', '\\', ',', '{', 'é', '漢', '\n'][self.below(10) as usize])
            .collect()
    }

    fn digits(&mut self, most: u64) -> String {
        (0..1 + self.below(most)).map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap())).collect()
    }
}

/// A text that has the style in which a value is to be written, and a value; the kinds are those of `KINDS`.
fn any(kind: &ValueKind, random: &mut Random) -> Value<'static> {
    let micros = i64::try_from(random.below(400_000_000_000_000_000)).unwrap() - 200_000_000_000_000_000;
    match kind {
        ValueKind::Text(_) => Value::Text(random.text().into()),
        ValueKind::Integer(width) => Value::Integer(random.next().cast_signed() >> (64 - 8 * u32::from(*width))),
        ValueKind::Float(4) => Value::Float(f64::from(f32::from_bits(random.next() as u32 & 0xff7f_ffff))),
        ValueKind::Float(_) => Value::Float(f64::from_bits(random.next() & 0xffef_ffff_ffff_ffff)),
        ValueKind::Decimal => {
            let whole = random.digits(12);
            let whole = whole.trim_start_matches('0');
            let whole = if whole.is_empty() { "7" } else { whole };
            let fraction = if random.below(2) == 0 { String::new() } else { format!(".{}", random.digits(9)) };
            Value::Decimal(format!("{}{whole}{fraction}", ["", "-"][random.below(2) as usize]).into())
        }
        ValueKind::Bool => Value::Bool(random.below(2) == 0),
        ValueKind::Uuid => Value::Uuid(std::array::from_fn(|_| random.next().to_le_bytes()[0])),
        ValueKind::Date => Value::Date(i32::try_from(random.below(4_000_000)).unwrap() - 1_500_000),
        ValueKind::Time => Value::Time(i64::try_from(random.below(86_400_000_001)).unwrap()),
        ValueKind::Timestamp => Value::Timestamp(micros),
        ValueKind::Network => {
            let (v4, v6) = (random.next() as u32, u128::from(random.next()) << 64 | u128::from(random.next()));
            match random.below(2) {
                0 => Value::Network(std::net::Ipv4Addr::from_bits(v4).into(), u8::try_from(random.below(33)).unwrap()),
                _ => Value::Network(std::net::Ipv6Addr::from_bits(v6).into(), u8::try_from(random.below(129)).unwrap()),
            }
        }
        ValueKind::Json => Value::Json(format!("{{\"a\": {}}}", random.below(100)).into()),
        _ => Value::Bytes(random.bytes(20).into()),
    }
}

const KINDS: &[ValueKind] = &[
    ValueKind::Text(None),
    ValueKind::Integer(2),
    ValueKind::Integer(4),
    ValueKind::Integer(8),
    ValueKind::Float(4),
    ValueKind::Float(8),
    ValueKind::Decimal,
    ValueKind::Bool,
    ValueKind::Uuid,
    ValueKind::Date,
    ValueKind::Time,
    ValueKind::Timestamp,
    ValueKind::Network,
    ValueKind::Json,
    ValueKind::Bytes,
];

/// Originals of a kind, one for each style in which the target may write it.
fn styles(kind: &ValueKind, binary: bool) -> Vec<&'static [u8]> {
    match (kind, binary) {
        (ValueKind::Timestamp, false) => {
            vec![b"2000-01-01 00:00:00", b"2000-01-01 00:00:00+05:30", b"2000-01-01 00:00:00.5-03"]
        }
        (ValueKind::Network, false) => vec![b"10.0.0.1", b"10.0.0.1/8"],
        (ValueKind::Network, true) => vec![&[2, 8, 0, 4, 10, 0, 0, 1], &[2, 32, 0, 4, 10, 0, 0, 1]],
        (ValueKind::Bytes, false) => vec![b"\\x00", b"abc"],
        (ValueKind::Json, true) => vec![b"{}", b"\x01{}"],
        _ => vec![b""],
    }
}

#[test]
fn what_is_written_is_read_again() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..2_000 {
        for kind in KINDS {
            for form in [TEXT, BINARY] {
                for style in styles(kind, form.binary) {
                    let value = any(kind, &mut random);
                    let mut bytes = BytesMut::new();
                    let written = encode(kind, form, &value, style, &mut bytes);
                    assert_eq!(written, Some(()), "{kind:?} {form:?} {value:?} {style:?}");
                    let again = decode(kind, form, &bytes);
                    assert_eq!(again.as_ref(), Some(&value), "{kind:?} {form:?} {bytes:?}");
                    let mut twice = BytesMut::new();
                    encode(kind, form, &again.unwrap(), &bytes, &mut twice).unwrap();
                    assert_eq!(twice, bytes, "{kind:?} {form:?}: its own style is kept");
                }
            }
        }
    }
}

/// What a target writes is understood, and means the same in both forms.
#[test]
fn what_the_target_writes() {
    let minus_one = [0, 1, 0, 0, 0x40, 0, 0, 0, 0, 1];
    let pi = [0, 2, 0, 0, 0, 0, 0, 2, 0, 3, 0x05, 0x78];
    let small = [0, 1, 0xff, 0xfe, 0, 0, 0, 8, 0, 12];
    let cases: &[(ValueKind, &[u8], &[u8], Value)] = &[
        (ValueKind::Decimal, b"-1", &minus_one, Value::Decimal("-1".into())),
        (ValueKind::Decimal, b"3.14", &pi, Value::Decimal("3.14".into())),
        (ValueKind::Decimal, b"0.00000012", &small, Value::Decimal("0.00000012".into())),
        (ValueKind::Decimal, b"NaN", &[0, 0, 0, 0, 0xc0, 0, 0, 0], Value::Decimal("NaN".into())),
        (ValueKind::Decimal, b"0", &[0; 8], Value::Decimal("0".into())),
        (ValueKind::Date, b"2000-01-01", &[0; 4], Value::Date(10_957)),
        (ValueKind::Date, b"1999-12-31", &[255; 4], Value::Date(10_956)),
        (ValueKind::Date, b"infinity", &[0x7f, 255, 255, 255], Value::Date(i32::MAX)),
        (ValueKind::Date, b"0001-12-31 BC", &(-730_120_i32).to_be_bytes(), Value::Date(-719_163)),
        (ValueKind::Timestamp, b"2000-01-01 02:00:00+02", &[0; 8], Value::Timestamp(946_684_800_000_000)),
        (
            ValueKind::Timestamp,
            b"2000-01-01 00:00:00.000001",
            &[0, 0, 0, 0, 0, 0, 0, 1],
            Value::Timestamp(946_684_800_000_001),
        ),
        (ValueKind::Time, b"24:00:00", &86_400_000_000_i64.to_be_bytes(), Value::Time(86_400_000_000)),
        (ValueKind::Bytes, b"a\\\\\\001", b"a\\\x01", Value::Bytes(b"a\\\x01".to_vec().into())),
        (
            ValueKind::Network,
            b"::1",
            &[3, 128, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            Value::Network("::1".parse().unwrap(), 128),
        ),
        (ValueKind::Float(4), b"1e+20", &1e20_f32.to_be_bytes(), Value::Float(f64::from(1e20_f32))),
    ];
    for (kind, text, binary, value) in cases {
        assert_eq!(decode(kind, TEXT, text).as_ref(), Some(value), "{text:?}");
        assert_eq!(decode(kind, BINARY, binary).as_ref(), Some(value), "{binary:?}");
        let mut written = BytesMut::new();
        encode(kind, BINARY, value, binary, &mut written).unwrap();
        assert_eq!(written.as_ref(), *binary, "{value:?}");
        if !text.contains(&b'e') || text.ends_with(b"y") {
            written.clear();
            encode(kind, TEXT, value, text, &mut written).unwrap();
            assert_eq!(written.as_ref(), *text);
        }
    }
}

/// Other styles of dates could be read in two ways, so they are not read at all.
#[test]
fn what_is_not_surely_understood_is_no_value() {
    let cases: &[(ValueKind, &[u8])] = &[
        (ValueKind::Date, b"01/02/2000"),
        (ValueKind::Date, b"01-02-2000"),
        (ValueKind::Date, b"01.02.2000"),
        (ValueKind::Date, b"2000-02-30"),
        (ValueKind::Timestamp, b"Sat Jan 01 00:00:00 2000"),
        (ValueKind::Timestamp, b"2000-01-01 00:00:00 CET"),
        (ValueKind::Timestamp, b"2000-01-01T00:00:00"),
        (ValueKind::Text(None), b"\xff"),
        (ValueKind::Integer(2), b"40000"),
        (ValueKind::Decimal, b"1e5"),
        (ValueKind::Uuid, b"00000000-0000-0000-0000-00000000000g"),
        (ValueKind::Other, b"anything"),
    ];
    for (kind, text) in cases {
        assert_eq!(decode(kind, TEXT, text), None, "{text:?}");
    }
    let mut into = BytesMut::new();
    encode(&ValueKind::Network, TEXT, &Value::Network("1.2.3.4".parse().unwrap(), 8), b"10.0.0.0/8", &mut into)
        .unwrap();
    assert_eq!(into.as_ref(), b"1.0.0.0/8", "a network stays one");
    let latin1 = Form { utf8: false, ..TEXT };
    assert_eq!(decode(&ValueKind::Text(None), latin1, "é".as_bytes()), None);
    assert_eq!(encode(&ValueKind::Text(None), latin1, &Value::Text("•".into()), b"a", &mut BytesMut::new()), None);
}

#[test]
fn text_keeps_its_padding_and_its_length() {
    let mut into = BytesMut::new();
    let kind = ValueKind::Text(Some(6));
    assert_eq!(decode(&kind, TEXT, b"abc   "), Some(Value::Text("abc".into())));
    encode(&kind, TEXT, &Value::Text("é".into()), b"abc   ", &mut into).unwrap();
    assert_eq!(into.as_ref(), "é     ".as_bytes());
    assert_eq!(encode(&kind, TEXT, &Value::Text("1234567".into()), b"abc   ", &mut into), None);
}

#[test]
fn types_are_told_by_their_numbers() {
    assert_eq!(kind(1043, 24), ValueKind::Text(Some(20)));
    assert_eq!(kind(1043, -1), ValueKind::Text(None));
    assert_eq!(kind(1015, 24), ValueKind::List(Box::new(ValueKind::Text(Some(20)))));
    assert_eq!(kind(3802, -1), ValueKind::Json);
    for other in [18, 26, 790, 1186, 1266, 2249, 3904, 16_400, 0, u32::MAX] {
        assert_eq!(kind(other, -1), ValueKind::Other, "{other}");
    }
}

/// Shows the same for all.
struct Stars;

impl Veil for Stars {
    fn veil<'v>(&self, _: &Value<'v>, _: &ValueKind) -> Option<Value<'v>> {
        Some(Value::Text("*,*".into()))
    }
}

/// Shows what comes.
struct Same;

impl Veil for Same {
    fn veil<'v>(&self, value: &Value<'v>, _: &ValueKind) -> Option<Value<'v>> {
        Some(value.clone())
    }
}

#[test]
fn elements_are_replaced_one_by_one() {
    let of = ValueKind::Text(None);
    let cases: &[(&[u8], Option<&[u8]>)] = &[
        (b"{}", Some(b"{}")),
        (b"{a,NULL,\"NULL\"}", Some(b"{\"*,*\",NULL,\"*,*\"}")),
        (b"[0:1]={a,\"b\\\"}\"}", Some(b"[0:1]={\"*,*\",\"*,*\"}")),
        (b"{{a},{b}}", Some(b"{{\"*,*\"},{\"*,*\"}}")),
        (b"{a", None),
        (b"{a}}", None),
        (b"secret{a}", None),
        (b"{{{{{{{a}}}}}}}", None),
        (b"{\"a}", None),
    ];
    for (bytes, shown) in cases {
        let mut into = BytesMut::new();
        let written = veil_list(&of, TEXT, bytes, &Stars, &mut into);
        assert_eq!(written.map(|()| into.as_ref()), *shown, "{:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn elements_in_binary_form() {
    let array = |flags: u8, elements: &[&[u8]]| {
        let mut bytes = vec![0, 0, 0, 1, 0, 0, 0, flags, 0, 0, 0, 25];
        bytes.extend(u32::try_from(elements.len()).unwrap().to_be_bytes());
        bytes.extend(1_u32.to_be_bytes());
        for element in elements {
            let length = if *element == b"NULL" { u32::MAX } else { u32::try_from(element.len()).unwrap() };
            bytes.extend(length.to_be_bytes());
            bytes.extend(if *element == b"NULL" { b"" } else { *element });
        }
        bytes
    };
    let of = ValueKind::Text(None);
    let mut into = BytesMut::from(&b"before"[..]);
    veil_list(&of, BINARY, &array(0, &[b"secret", b"b"]), &Stars, &mut into).unwrap();
    assert_eq!(&into[6..], array(0, &[b"*,*", b"*,*"]));
    into.clear();
    // What is not understood is missing, and the array says that something is.
    veil_list(&of, BINARY, &array(0, &[b"\xff", b"b"]), &Stars, &mut into).unwrap();
    assert_eq!(into, array(1, &[b"NULL", b"*,*"]));
    let huge = [&[0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 25][..], &[255; 16]].concat();
    assert_eq!(veil_list(&of, BINARY, &huge, &Stars, &mut BytesMut::new()), None);
}

/// Whatever comes, nothing panics, and what is read can be written.
#[test]
fn arbitrary_bytes() {
    let mut random = Random(0x1234_5678_9abc_def1);
    let alphabet = b"0123456789-+:./ {}\"\\,NULLBCabcx[]=\x00\x01\xff";
    for round in 0..20_000 {
        let mut bytes = random.bytes(40);
        if round % 2 == 0 {
            bytes.iter_mut().for_each(|byte| *byte = alphabet[usize::from(*byte) % alphabet.len()]);
        }
        for kind in KINDS {
            for binary in [false, true] {
                for utf8 in [false, true] {
                    let form = Form { binary, utf8 };
                    if let Some(value) = decode(kind, form, &bytes) {
                        // Only more digits than a number can have are read and cannot be written.
                        let written = encode(kind, form, &value, &bytes, &mut BytesMut::new());
                        assert!(written.is_some(), "{kind:?} {form:?} {bytes:?} {value:?}");
                    }
                    veil_list(kind, form, &bytes, &Same, &mut BytesMut::new());
                }
            }
        }
    }
}
