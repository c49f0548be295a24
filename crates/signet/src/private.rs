//! Keeps what is in the memory of the process to itself.

use std::io;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// From here on nobody but root may read the memory or the environment of this process or trace it, and no core of it is
/// dumped. A program that takes its place, as `signet connect` has it, begins anew.
pub(crate) fn close() -> io::Result<()> {
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

/// No core is dumped for any other reason either, nor of what this process starts.
pub(crate) fn without_core() -> io::Result<()> {
    Ok(setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?)
}
