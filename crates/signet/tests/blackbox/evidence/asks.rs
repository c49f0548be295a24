//! What the clients ask for: statements of every kind, each with a mark that stands nowhere else.

use crate::harness::pipeline::{bind_value, execute, parse, sync};
use crate::harness::wire::{frame, query};

/// The prepared statement that each session begins with.
pub const PREPARED: (&str, &str) = ("kept", "INSERT INTO load VALUES ($1)");

/// One command as the target's log and the evidence must name it: the text, and its only parameter or nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Command {
    pub text: String,
    pub parameter: String,
}

impl Command {
    /// Proven to only read: it may run while its record is written, so that a crash can leave it at the target without one, as long
    /// as nothing of its answer was shown.
    pub fn only_reads(&self) -> bool {
        self.text.starts_with("SELECT '")
    }
}

/// What is sent at once, and what it makes the target do.
pub struct Ask {
    pub commands: Vec<Command>,
    pub bytes: Vec<u8>,
    /// What follows when the target wants data.
    pub data: Vec<u8>,
}

impl Ask {
    /// One of all kinds in turn.
    pub fn number(number: usize, mark: &str) -> Self {
        KINDS[number % KINDS.len()](mark)
    }

    fn simple(text: String) -> Self {
        let bytes = query(&text);
        Self { commands: vec![Command { text, parameter: String::new() }], bytes, data: Vec::new() }
    }

    /// The unnamed statement with one parameter, for each of the marks.
    fn extended(text: &str, marks: &[String]) -> Self {
        let run = |mark: &String| [parse("", text), bind_value("", mark), execute("")].concat();
        let bytes = marks.iter().flat_map(run).chain(sync()).collect();
        let command = |mark: &String| Command { text: text.to_owned(), parameter: mark.clone() };
        Self { commands: marks.iter().map(command).collect(), bytes, data: Vec::new() }
    }
}

const KINDS: [fn(&str) -> Ask; 11] = [
    |mark| Ask::simple(format!("INSERT INTO load VALUES ('{mark}')")),
    prepared,
    |mark| Ask::extended("INSERT INTO load SELECT $1", &[1, 2, 3, 4, 5].map(|part| format!("{part}-{mark}"))),
    |mark| Ask::simple(format!("SELECT '{mark}', n FROM generate_series(1, 3) AS n")),
    |mark| Ask::simple(format!("SELECT '{mark}', n FROM generate_series(1, 2500) AS n")),
    copied_in,
    |mark| Ask::simple(format!("COPY (SELECT '{mark}', n FROM generate_series(1, 20) AS n) TO STDOUT")),
    |mark| Ask::extended("SELECT $1::text, n FROM generate_series(1, 3) AS n", &[mark.to_owned()]),
    |mark| Ask::simple(format!("BEGIN /* {mark} */")),
    |mark| Ask::simple(format!("INSERT INTO load VALUES ('{mark}') RETURNING id, 'in a transaction'")),
    |mark| Ask::simple(format!("COMMIT /* {mark} */")),
];

fn prepared(mark: &str) -> Ask {
    let (name, text) = PREPARED;
    let bytes = [bind_value(name, mark), execute(""), sync()].concat();
    Ask { commands: vec![Command { text: text.to_owned(), parameter: mark.to_owned() }], bytes, data: Vec::new() }
}

fn copied_in(mark: &str) -> Ask {
    let rows: String = (0..50).map(|row| format!("{row}-{mark}\n")).collect();
    let data = [frame(b'd', rows.as_bytes()), frame(b'c', b"")].concat();
    Ask { data, ..Ask::simple(format!("COPY load FROM STDIN /* {mark} */")) }
}
