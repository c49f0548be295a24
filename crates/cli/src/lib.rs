//! The commands: what an operator or a person types. Each speaks through a library, and answers with text on stdout, an
//! explanation on stderr and a documented exit code.

mod api;
mod apply;
mod arguments;
mod audit;
mod completions;
mod configuration;
mod connect;
mod demo;
mod failure;
mod grants;
mod input;
mod live;
mod log;
mod login;
mod masks;
mod moment;
mod page;
mod people;
mod policies;
mod policy;
mod reading;
mod record;
mod requests;
mod resources;
mod run;
mod secrets;
mod sessions;
mod started;
mod status;
mod table;
mod terminal;
mod token;
mod tokens;
mod verification;

pub use failure::Code;
pub use input::Input;
pub use page::page;
pub use run::{Program, main, run};
pub use started::started;
pub use terminal::Terminal;

#[cfg(test)]
mod tests;
