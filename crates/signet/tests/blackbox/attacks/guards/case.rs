//! The corpus: what is tried, and how a line of it is read.

use crate::harness::postgres::PASSWORD;

const CORPUS: &str = include_str!("corpus.txt");

/// One way past a guard.
pub struct Case {
    pub name: String,
    /// Letters that say where it is tried, and what is known of it.
    places: String,
    pub before: Vec<Said>,
    pub text: Vec<Said>,
    pub harm: String,
}

/// A message of a client.
#[derive(Clone)]
pub enum Said {
    Query(Vec<u8>),
    Parse {
        name: String,
        text: String,
    },
    /// Parse with one parameter of that type, Bind to a value of it, Execute, Sync.
    Typed {
        kind: String,
        text: String,
    },
    Bind(String),
    Execute,
    Sync,
    /// The message that calls a function of that name.
    Call(String),
}

impl Case {
    pub fn is(&self, letter: char) -> bool {
        self.places.contains(letter)
    }

    /// The one text, when it can be sent in the extended protocol as well.
    pub fn prepared(&self) -> Option<String> {
        let [Said::Query(text)] = self.text.as_slice() else { return None };
        let text = String::from_utf8(text.clone()).ok()?;
        let whole = text.contains(';') || text.contains('\0') || text.contains("FROM STD");
        (!whole).then_some(text)
    }
}

/// All lines, for that database of a server.
pub fn all(database: &str, port: u16) -> Vec<Case> {
    let corpus = CORPUS.replace("DATABASE", database).replace("PORT", &port.to_string()).replace("PASSWORD", PASSWORD);
    let lines = corpus.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(read).collect()
}

fn read(line: &str) -> Case {
    let fields: Vec<&str> = line.split('\t').collect();
    let [name, places, before, text, harm] = fields.as_slice() else { panic!("not five fields: {line}") };
    let [name, places, harm] = [name, places, harm].map(|field| field.to_string());
    Case { name, places, before: messages(before), text: messages(text), harm }
}

fn messages(field: &str) -> Vec<Said> {
    if field == "-" { Vec::new() } else { field.split(" => ").map(message).collect() }
}

fn message(text: &str) -> Said {
    let Some(rest) = text.strip_prefix('!') else { return Said::Query(bytes(text)) };
    let (verb, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let (first, behind) = rest.split_once(' ').unwrap_or((rest, ""));
    let name = if first == "-" { String::new() } else { first.to_owned() };
    match verb {
        "parse" => Said::Parse { name, text: behind.to_owned() },
        "typed" => Said::Typed { kind: name, text: behind.to_owned() },
        "bind" => Said::Bind(name),
        "execute" => Said::Execute,
        "sync" => Said::Sync,
        "call" => Said::Call(name),
        _ => panic!("no such message: {text}"),
    }
}

/// `{0d}` is a byte.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let byte = rest.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let closed = rest.get(at + 3..at + 4) == Some("}");
        bytes.extend(&rest.as_bytes()[..at]);
        let (byte, length) =
            if closed { (byte.unwrap_or(b'{'), if byte.is_some() { 4 } else { 1 }) } else { (b'{', 1) };
        bytes.push(byte);
        rest = &rest[at + length..];
    }
    bytes.extend(rest.as_bytes());
    bytes
}
