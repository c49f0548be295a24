//! The commands: what an operator or a person types. Each speaks through a library, and answers with text on stdout, an
//! explanation on stderr and a documented exit code.

mod arguments;
mod configuration;
mod connect;
mod failure;
mod log;
mod moment;
mod page;
mod reading;
mod record;
mod run;
mod sessions;
mod started;
mod terminal;
mod token;
mod verification;

pub use failure::Code;
pub use page::page;
pub use run::{Program, main, run};
pub use started::started;
pub use terminal::Terminal;

#[cfg(test)]
mod tests;
