//! The masks of commands.

use std::sync::Arc;

use model::{ColumnShown, Mask, Public, Treatment, ValueKind};
use ports::ToMask;

use crate::Keys;

/// Makes the masks of commands, by the rules of policies and what the database holds.
pub struct Masks {
    keys: Arc<Keys>,
}

impl Masks {
    /// With these keys.
    pub fn new(keys: Keys) -> Self {
        Self { keys: Arc::new(keys) }
    }
}

impl ports::Masks for Masks {
    fn mask(&self, _: ToMask<'_>) -> Result<Option<Arc<dyn Mask>>, Public> {
        let _ = &self.keys;
        Ok(Some(Arc::new(All)))
    }
}

/// Shows nothing.
struct All;

impl Mask for All {
    fn columns(&self, columns: &[ColumnShown]) -> Result<Vec<Treatment>, Public> {
        Ok(columns.iter().map(|_| Treatment::Null).collect())
    }

    fn copied(&self, count: usize, _: &dyn Fn(u32) -> ValueKind) -> Result<Vec<(Treatment, ValueKind)>, Public> {
        Ok((0..count).map(|_| (Treatment::Null, ValueKind::Other)).collect())
    }

    fn scrubs(&self) -> bool {
        true
    }
}
