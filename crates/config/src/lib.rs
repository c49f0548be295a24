//! The configuration file: one TOML document, every key documented, unknown keys refused, every problem named with its
//! remedy. What comes out is settled: paths are absolute, defaults filled in, wildcards resolved.

mod check;
mod document;
mod load;
mod network;
mod problem;
mod reference;
mod settled;
mod units;

pub use document::{Journal, Limits, Mode, Role, Unattributed};
pub use load::{parse, read};
pub use network::Network;
pub use problem::{ConfigError, Problem};
pub use reference::{EXAMPLE, reference};
pub use settled::{Access, Api, Certificate, Config, Listener, Person, SecretSource, Target};
pub use units::{Span, SpanError, SpanOrOff};

#[cfg(test)]
mod tests;
