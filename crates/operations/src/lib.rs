//! What the operators of a running gateway see of it and tell it: health and metrics, its own log, signals.

mod listener;
mod log;
mod signals;

pub use listener::{Operations, listen};
pub use log::start_log;
pub use signals::Signals;
