//! Masks of tests: values of columns become stars by the names that the target gives, and nothing else is looked at.

use std::sync::Arc;

use model::{
    Catalogue, ColumnPattern, ColumnShown, Mask, MaskRule, Positions, Public, Treatment, Value, ValueKind, Veil,
};
use ports::{Catalogues, Later, Masks, ToMask, Who};

/// Shows stars instead of text, and nothing instead of anything else.
struct Stars;

impl Veil for Stars {
    fn veil<'v>(&self, _: &Value<'v>, kind: &ValueKind) -> Option<Value<'v>> {
        matches!(kind, ValueKind::Text(_)).then(|| Value::Text("****".into()))
    }
}

/// Masks columns by their names.
pub struct ByName(Vec<MaskRule>);

impl ByName {
    /// Masks columns of these names; without any, nothing.
    pub fn new(columns: &[&str]) -> Self {
        Self(rules(columns))
    }

    fn treatment(&self, name: &str) -> Treatment {
        let fits = |rule: &MaskRule| matches!(&rule.columns, ColumnPattern::Named { column, .. } if column.fits(name));
        if self.0.iter().any(fits) { Treatment::Veil(Arc::new(Stars)) } else { Treatment::Show }
    }
}

impl Mask for ByName {
    fn columns(&self, columns: &[ColumnShown]) -> Result<Vec<Treatment>, Public> {
        Ok(columns.iter().map(|column| self.treatment(&column.name)).collect())
    }

    fn copied(&self, count: usize, _: &dyn Fn(u32) -> ValueKind) -> Result<Vec<(Treatment, ValueKind)>, Public> {
        Ok((0..count).map(|_| (Treatment::Null, ValueKind::Other)).collect())
    }

    fn scrubs(&self) -> bool {
        true
    }
}

/// Rules that mask columns of these names.
///
/// # Panics
/// When one is no name.
pub fn rules(columns: &[&str]) -> Vec<MaskRule> {
    let read = |name: &&str| MaskRule::read_all("test", Positions::NONE, name).expect("a column's name");
    columns.iter().flat_map(read).collect()
}

/// Masks by name, and knows of no database.
pub struct Names;

impl Masks for Names {
    fn mask(&self, command: ToMask<'_>) -> Result<Option<Arc<dyn Mask>>, Public> {
        Ok(Some(Arc::new(ByName(command.rules.to_vec()))))
    }
}

impl Catalogues for Names {
    fn inspects(&self, _: Who<'_>) -> bool {
        false
    }

    fn known(&self, _: Who<'_>) -> Option<Arc<Catalogue>> {
        Some(Arc::default())
    }

    fn read(&self, _: Who<'_>) -> Later<Result<Arc<Catalogue>, Public>> {
        Box::pin(async { Ok(Arc::default()) })
    }

    fn changed(&self, _: Who<'_>) {}
}
