//! A mask of tests: what is called `hidden` is replaced, `missing` is missing, and with `unmaskable` nothing can be shown.

use std::sync::Arc;

use model::{Class, ColumnShown, Mask, Public, Treatment, Value, ValueKind, Veil};

/// The mask.
pub(super) struct Hides;

/// Text becomes stars, as many as fit; numbers become 7; nothing else is shown.
struct Stars;

impl Veil for Stars {
    fn veil<'v>(&self, _: &Value<'v>, kind: &ValueKind) -> Option<Value<'v>> {
        match kind {
            ValueKind::Text(limit) => Some(Value::Text("*".repeat(limit.unwrap_or(3).min(3) as usize).into())),
            ValueKind::Integer(_) => Some(Value::Integer(7)),
            _ => None,
        }
    }
}

/// Of a copy the first column is shown and the second replaced, and any other is missing; eleven columns are too many.
impl Mask for Hides {
    fn columns(&self, columns: &[ColumnShown]) -> Result<Vec<Treatment>, Public> {
        columns.iter().map(|column| treatment(&column.name)).collect()
    }

    fn copied(&self, count: usize, kind_of: &dyn Fn(u32) -> ValueKind) -> Result<Vec<(Treatment, ValueKind)>, Public> {
        let columns = ["shown", "hidden"].into_iter().chain(std::iter::repeat("missing")).take(count);
        let name = |name| Ok((treatment(name)?, kind_of(25)));
        if count == 11 { Err(refusal()) } else { columns.map(name).collect() }
    }

    fn scrubs(&self) -> bool {
        true
    }
}

fn treatment(name: &str) -> Result<Treatment, Public> {
    match name {
        "hidden" => Ok(Treatment::Veil(Arc::new(Stars))),
        "missing" => Ok(Treatment::Null),
        "unmaskable" => Err(refusal()),
        _ => Ok(Treatment::Show),
    }
}

fn refusal() -> Public {
    Public::new(Class::Denied, "nobody knows what this shows")
}
