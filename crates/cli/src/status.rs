//! `signet status`: what one should know of a gateway before anything else.

use std::io::{self, Write};

use serde_json::Value;

use crate::Terminal;
use crate::api::Api;
use crate::failure::Outcome;
use crate::table::{self, cell};
use crate::terminal::{Colour, plain};

pub(crate) fn run(api: &Api, as_json: bool, terminal: &mut Terminal) -> Outcome {
    let status = api.get("status")?;
    Ok(if as_json { table::json(&status, terminal) } else { print(&status, terminal) }?)
}

fn print(status: &Value, terminal: &mut Terminal) -> io::Result<()> {
    let _ = cell(status, "journal");
    writeln!(terminal.out, "{}", terminal.paint(Colour::Cyan, &plain(&status.to_string(), usize::MAX)))
}
