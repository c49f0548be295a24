//! Which types are understood. All others, those of extensions too, are `Other`: their values are shown or missing.

use model::ValueKind;

/// NAMEDATALEN of the target, less its end.
const LONGEST_NAME: u32 = 63;

/// The modifier of `varchar(n)` and `char(n)` counts a header of four bytes.
const HEADER: i32 = 4;

/// The kind of a type's values. RowDescription names the type below a domain; any other type that is not built in is not
/// known here.
pub(crate) fn kind(type_id: u32, modifier: i32) -> ValueKind {
    match element(type_id) {
        Some(of) => ValueKind::List(Box::new(scalar(of, modifier))),
        None => scalar(type_id, modifier),
    }
}

fn scalar(type_id: u32, modifier: i32) -> ValueKind {
    match type_id {
        25 => ValueKind::Text(None),
        1042 | 1043 => ValueKind::Text(modifier.checked_sub(HEADER).and_then(|limit| u32::try_from(limit).ok())),
        19 => ValueKind::Text(Some(LONGEST_NAME)),
        21 => ValueKind::Integer(2),
        23 => ValueKind::Integer(4),
        20 => ValueKind::Integer(8),
        700 => ValueKind::Float(4),
        701 => ValueKind::Float(8),
        1700 => ValueKind::Decimal,
        16 => ValueKind::Bool,
        2950 => ValueKind::Uuid,
        1082 => ValueKind::Date,
        1083 => ValueKind::Time,
        1114 | 1184 => ValueKind::Timestamp,
        869 | 650 => ValueKind::Network,
        114 | 3802 => ValueKind::Json,
        17 => ValueKind::Bytes,
        _ => ValueKind::Other,
    }
}

/// The type of an array's elements, when it is an array whose elements are understood.
fn element(array: u32) -> Option<u32> {
    Some(match array {
        199 => 114,
        651 => 650,
        1000 => 16,
        1001 => 17,
        1003 => 19,
        1005 => 21,
        1007 => 23,
        1009 => 25,
        1014 => 1042,
        1015 => 1043,
        1016 => 20,
        1021 => 700,
        1022 => 701,
        1041 => 869,
        1115 => 1114,
        1182 => 1082,
        1183 => 1083,
        1185 => 1184,
        1231 => 1700,
        2951 => 2950,
        3807 => 3802,
        _ => return None,
    })
}
