//! SQL of PostgreSQL: where what a statement shows comes from.

mod builtin;
mod lineage;
mod names;
mod parsed;

pub use lineage::lineage;
