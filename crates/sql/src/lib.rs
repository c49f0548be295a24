//! SQL of PostgreSQL: where statements begin and end, what each may do at worst, and where what it shows comes from.
//!
//! There are three tiers. *Full*: PostgreSQL's own grammar took the text, and everything in it is known. *Lexed*: our own
//! lexer cut the text and took the worst reading of its words. *Opaque*: nothing is known. docs/sql.md says what each tier
//! takes for granted.

mod builtin;
mod cache;
mod changes;
pub mod credentials;
mod full;
mod lexed;
pub mod lexer;
mod lineage;
mod mentions;
mod names;
mod parsed;
mod read;
mod resolve;
mod settings;
mod statement;
mod step;

pub use lexed::{TooManyStatements, split, split_either};
pub use lineage::{lineage, lineage_behind};
pub use mentions::mentions;
pub use read::{fingerprint, normalised, read};
pub use resolve::{Resolved, may_call, objects, resolve};
pub use statement::{SessionEffects, Statement};
pub use step::Step;
