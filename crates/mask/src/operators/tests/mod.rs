//! Tests of the operators: every one on values of every kind.

use std::str::FromStr;

use model::Value;
use zeroize::Zeroizing;

use super::*;

mod single;
mod whatever;

fn keys() -> Arc<Keys> {
    Arc::new(Keys::new(Zeroizing::new([9; 32])))
}

fn shown(operator: &str, kind: &ValueKind, value: &Value<'static>) -> Option<Value<'static>> {
    let operator = MaskOperator::from_str(operator).unwrap();
    match treatment(&operator, kind, &keys(), "prod.public.t.c") {
        Treatment::Show => panic!("{operator} shows {kind:?}"),
        Treatment::Null => None,
        Treatment::Veil(veil) => veil.veil(value, kind),
    }
}

fn text(operator: &str, limit: Option<u32>, value: &str) -> String {
    match shown(operator, &ValueKind::Text(limit), &Value::Text(value.to_owned().into())) {
        Some(Value::Text(text)) => text.into_owned(),
        other => panic!("{other:?}"),
    }
}
