//! Rows under each other. A bounded number is held to find out how wide the columns are.

use super::value;

/// Rows that are laid out together.
const ROWS: usize = 200;
/// Bytes of them, after which they are put out.
const BYTES: usize = 256 << 10;
/// A wider value pushes the rest of its row aside.
const WIDEST: usize = 40;

/// A column, as it was described.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) binary: bool,
}

/// The rows of a result.
#[derive(Default)]
pub(super) struct Table {
    columns: Vec<Column>,
    widths: Vec<usize>,
    rows: Vec<Vec<String>>,
    bytes: usize,
    /// The names of the columns are still to be put.
    heading: bool,
}

impl Table {
    /// Begins a table of these columns.
    pub(super) fn begin(&mut self, columns: Vec<Column>, lines: &mut Vec<String>) {
        self.flush(lines);
        *self = Self { columns, heading: true, ..Self::default() };
    }

    /// Takes a row. Rows may come without a description, when the client had asked for it earlier.
    pub(super) fn row(&mut self, values: &[Option<&[u8]>], lines: &mut Vec<String>) {
        let is_binary = |at| self.columns.get(at).is_some_and(|column: &Column| column.binary);
        let row: Vec<String> =
            values.iter().enumerate().map(|(at, value)| value::cell(*value, is_binary(at))).collect();
        self.bytes = self.bytes.saturating_add(row.iter().map(String::len).sum());
        self.rows.push(row);
        if self.rows.len() >= ROWS || self.bytes >= BYTES {
            self.flush(lines);
        }
    }

    /// Puts the rows that are held.
    pub(super) fn flush(&mut self, lines: &mut Vec<String>) {
        let names: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        let heading = std::mem::take(&mut self.heading);
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        for row in heading.then_some(&names).into_iter().chain(&rows) {
            self.widen(row);
        }
        if heading {
            lines.push(self.line(&names));
            let rules: Vec<String> = self.widths.iter().map(|width| "-".repeat(*width)).collect();
            lines.push(rules.join("-+-"));
        }
        lines.extend(rows.iter().map(|row| self.line(row)));
    }

    fn widen(&mut self, row: &[String]) {
        self.widths.resize(self.widths.len().max(row.len()), 0);
        for (width, cell) in self.widths.iter_mut().zip(row) {
            *width = cell.chars().count().clamp(*width, WIDEST.max(*width));
        }
    }

    fn line(&self, row: &[String]) -> String {
        let cells = row.iter().zip(&self.widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join(" | ").trim_end().to_owned()
    }
}
