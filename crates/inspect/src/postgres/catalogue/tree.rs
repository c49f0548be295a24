//! Reads a `pg_node_tree`: the text in which a server keeps the definition of a view or of a generated column.
//!
//! Words are told apart as the server's own reader does it: by white space, braces and parentheses, each of which a
//! backslash makes an ordinary character. Behind the name of a field the next word is its value, however it looks, so that
//! nobody's alias is taken for a field. Nothing here is recursive.

/// Nodes and lists within each other; a definition with more cannot be read.
const DEEPEST: usize = 20_000;

/// A node or list that was begun and has not ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    /// What kind of node; of a list, the node that it stands in.
    pub(super) node: &'a str,
    /// The field that is being read; of a list, the one that it is the value of.
    pub(super) field: &'a str,
    /// It is a list.
    pub(super) list: bool,
}

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event<'a> {
    /// A node has begun; its frame is the last.
    Begin,
    /// A node has ended; its frame is no longer there.
    End(&'a str),
    /// A value of the last frame's field, or one of the values in a list.
    Value(&'a str),
}

/// The definition is not in the form that is known.
#[derive(Debug)]
pub(super) struct Unreadable;

/// Reads one definition.
pub(super) struct Tree<'a> {
    rest: &'a str,
    frames: Vec<Frame<'a>>,
    /// The last word was the name of a field.
    named: bool,
}

impl<'a> Tree<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, frames: Vec::new(), named: false }
    }

    /// What has begun and not ended, outermost first.
    pub(super) fn frames(&self) -> &[Frame<'a>] {
        &self.frames
    }

    /// What comes next; nothing at the end, where all that was begun has ended.
    pub(super) fn next(&mut self) -> Result<Option<Event<'a>>, Unreadable> {
        loop {
            let Some(word) = self.word() else {
                return if self.frames.is_empty() { Ok(None) } else { Err(Unreadable) };
            };
            let named = std::mem::take(&mut self.named);
            match word {
                "{" => {
                    let node = self.word().filter(|name| !matches!(*name, "{" | "}" | "(" | ")")).ok_or(Unreadable)?;
                    self.push(Frame { node, field: "", list: false })?;
                    return Ok(Some(Event::Begin));
                }
                "(" => {
                    let (node, field) = self.frames.last().map_or(("", ""), |frame| (frame.node, frame.field));
                    self.push(Frame { node, field, list: true })?;
                }
                "}" => return self.pop(false).map(|frame| Some(Event::End(frame.node))),
                ")" => {
                    self.pop(true)?;
                }
                word => match (self.frames.last_mut(), word.strip_prefix(':')) {
                    (Some(frame), Some(field)) if !frame.list && !named => {
                        frame.field = field;
                        self.named = true;
                    }
                    _ => return Ok(Some(Event::Value(word))),
                },
            }
        }
    }

    fn push(&mut self, frame: Frame<'a>) -> Result<(), Unreadable> {
        self.frames.push(frame);
        if self.frames.len() > DEEPEST { Err(Unreadable) } else { Ok(()) }
    }

    fn pop(&mut self, list: bool) -> Result<Frame<'a>, Unreadable> {
        self.frames.pop().filter(|frame| frame.list == list).ok_or(Unreadable)
    }

    fn word(&mut self) -> Option<&'a str> {
        let text = self.rest.trim_start_matches([' ', '\n', '\t']);
        let mut escaped = false;
        let end = text.bytes().position(|byte| {
            let ends = !escaped && matches!(byte, b' ' | b'\n' | b'\t' | b'(' | b')' | b'{' | b'}');
            escaped = !escaped && byte == b'\\';
            ends
        });
        let length = end.map_or(text.len(), |end| end.max(1));
        let (word, rest) = text.split_at(length);
        self.rest = rest;
        Some(word).filter(|word| !word.is_empty())
    }
}
