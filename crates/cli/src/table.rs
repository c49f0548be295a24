//! Tables: aligned and with a head at a terminal; elsewhere one line a row, a tab between columns, for programs.

use std::io::{self, Write};

use serde_json::Value;

use crate::Terminal;
use crate::terminal::{Colour, harmless, plain};

/// The longest cell at a terminal.
const LONGEST: usize = 60;

/// Rows under a head.
pub(crate) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: &[&'static str]) -> Self {
        Self { head: head.to_vec(), rows: Vec::new() }
    }

    /// A row. Cells are made harmless here.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Prints it; `nothing` is said when there are no rows.
    pub(crate) fn print(&self, terminal: &mut Terminal, nothing: &str) -> io::Result<()> {
        if self.rows.is_empty() {
            return writeln!(terminal.err, "{nothing}");
        }
        if !terminal.tables {
            for row in &self.rows {
                let cells: Vec<_> = row.iter().map(|cell| plain(cell, usize::MAX)).collect();
                writeln!(terminal.out, "{}", cells.join("\t"))?;
            }
            return Ok(());
        }
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(|cell| plain(cell, LONGEST)).collect()).collect();
        let width = |at: usize| {
            let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
            cells.chain(self.head.get(at).map(|head| head.len())).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let cells: Vec<_> = cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            cells.join("  ").trim_end().to_owned()
        };
        let head = line(&mut self.head.iter().copied());
        writeln!(terminal.out, "{}", terminal.paint(Colour::Grey, &head))?;
        for row in &rows {
            writeln!(terminal.out, "{}", line(&mut row.iter().map(String::as_str)))?;
        }
        Ok(())
    }
}

/// What stands at that place of an answer (a JSON pointer without its first slash), as one cell: `-` where there is nothing.
pub(crate) fn cell(of: &Value, place: &str) -> String {
    of.pointer(&format!("/{place}")).map_or_else(|| "-".to_owned(), shown)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "-".to_owned(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(map) if map.contains_key("subject") => person(Some(value)),
        other => other.to_string(),
    }
}

/// Who, as people write it: a local person by the name alone.
pub(crate) fn person(of: Option<&Value>) -> String {
    let part = |name: &str| of.and_then(|of| of.get(name)).and_then(Value::as_str).unwrap_or_default();
    match (part("issuer"), part("subject")) {
        (_, "") => "-".to_owned(),
        ("local", subject) => subject.to_owned(),
        (issuer, subject) => format!("{issuer}/{subject}"),
    }
}

/// An answer as it is, for programs.
pub(crate) fn json(of: &Value, terminal: &mut Terminal) -> io::Result<()> {
    writeln!(terminal.out, "{}", harmless(&format!("{of:#}")))
}
