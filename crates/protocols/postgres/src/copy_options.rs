//! How the data of a `COPY ... TO STDOUT` are written. What is not understood here is not masked, and so not shown.

mod literal;
#[cfg(test)]
mod tests;

use sql::lexer::{Kind, Lexer, Token};

/// How the values of a copy stand in its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Options {
    Text(Text),
    Csv(Csv),
    Binary,
}

/// Lines of values with one byte between, and backslashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) delimiter: u8,
    pub(crate) null: Vec<u8>,
    /// The first line holds names.
    pub(crate) header: bool,
}

/// The same with quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Csv {
    pub(crate) delimiter: u8,
    pub(crate) null: Vec<u8>,
    pub(crate) header: bool,
    pub(crate) quote: u8,
    pub(crate) escape: u8,
}

impl Options {
    pub(crate) fn is_binary(&self) -> bool {
        matches!(self, Self::Binary)
    }
}

/// The options of a text that is one COPY. Where it is not certain how strings are read, both ways must agree.
pub(crate) fn options(text: &[u8], standard_conforming_strings: Option<bool>) -> Option<Options> {
    match standard_conforming_strings {
        Some(setting) => read(text, setting),
        None => read(text, true).filter(|options| read(text, false).as_ref() == Some(options)),
    }
}

/// What was found of them.
#[derive(Default)]
struct Found {
    format: Option<Format>,
    header: Option<bool>,
    delimiter: Option<u8>,
    null: Option<Vec<u8>>,
    quote: Option<u8>,
    escape: Option<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Csv,
    Binary,
}

/// Tokens, and how plain strings among them are read.
struct Tokens<'t, 'a> {
    left: &'t [Token<'a>],
    conforming: bool,
}

fn read(text: &[u8], conforming: bool) -> Option<Options> {
    let all: Vec<Token<'_>> = Lexer::new(text, conforming).collect::<Result<_, _>>().ok()?;
    let mut depth = 0_u32;
    let to = all.iter().position(|token| {
        match token.kind {
            Kind::Symbol(b'(' | b'[') => depth = depth.saturating_add(1),
            Kind::Symbol(b')' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.is("to")
    })?;
    let (before, after) = all.split_at_checked(to)?;
    let (stdout, options) = after.get(1..)?.split_first()?;
    let copies = before.first().is_some_and(|token| token.is("copy")) && stdout.is_any(&["stdout", "stdin"]);
    if !copies || before.iter().any(|token| token.is_symbol(b';')) {
        return None;
    }
    let mut found = Found::default();
    if before.get(1).is_some_and(|token| token.is("binary")) && before.len() > 2 && !before.get(2)?.is_symbol(b'.') {
        found.format = Some(Format::Binary);
    }
    let mut tokens = Tokens { left: options, conforming };
    tokens.all(&mut found)?;
    found.options()
}

impl Found {
    /// Each may be said once.
    fn set<T>(option: &mut Option<T>, value: T) -> Option<()> {
        option.replace(value).is_none().then_some(())
    }

    fn options(self) -> Option<Options> {
        let Self { format, header, delimiter, null, quote, escape } = self;
        let header = header.unwrap_or(false);
        match format.unwrap_or(Format::Text) {
            Format::Text if quote.is_none() && escape.is_none() => Some(Options::Text(Text {
                delimiter: delimiter.unwrap_or(b'\t'),
                null: null.unwrap_or_else(|| b"\\N".to_vec()),
                header,
            })),
            Format::Csv => {
                let quote = quote.unwrap_or(b'"');
                let null = null.unwrap_or_default();
                let (delimiter, escape) = (delimiter.unwrap_or(b','), escape.unwrap_or(quote));
                Some(Options::Csv(Csv { delimiter, null, header, quote, escape }))
            }
            Format::Binary if !header && delimiter.is_none() && null.is_none() => Some(Options::Binary),
            _ => None,
        }
    }
}

impl<'a> Tokens<'_, 'a> {
    fn peek(&self) -> Option<&Token<'a>> {
        self.left.first()
    }

    fn next(&mut self) -> Option<Token<'a>> {
        let (first, rest) = self.left.split_first()?;
        self.left = rest;
        Some(*first)
    }

    fn take_if(&mut self, is: impl Fn(&Token<'a>) -> bool) -> Option<Token<'a>> {
        if self.peek().is_some_and(is) { self.next() } else { None }
    }

    fn all(&mut self, found: &mut Found) -> Option<()> {
        if self.take_if(|token| token.is("using")).is_some() {
            self.take_if(|token| token.is("delimiters"))?;
            Found::set(&mut found.delimiter, self.byte()?)?;
        }
        self.take_if(|token| token.is("with"));
        if self.take_if(|token| token.is_symbol(b'(')).is_some() {
            self.listed(found)?;
        } else {
            while self.peek().is_some_and(|token| !token.is_symbol(b';')) {
                self.loose(found)?;
            }
        }
        self.take_if(|token| token.is_symbol(b';'));
        self.next().is_none().then_some(())
    }

    /// `FORMAT csv, HEADER true ...` up to the parenthesis.
    fn listed(&mut self, found: &mut Found) -> Option<()> {
        loop {
            let name = self.next()?;
            if name.is("format") {
                let format = self.word()?;
                let format = match format.as_slice() {
                    b"text" => Format::Text,
                    b"csv" => Format::Csv,
                    b"binary" => Format::Binary,
                    _ => return None,
                };
                Found::set(&mut found.format, format)?;
            } else if name.is("header") {
                let header = self.truth()?;
                Found::set(&mut found.header, header)?;
            } else if name.is("force_quote") {
                self.names()?;
            } else {
                self.valued(&name, found)?;
            }
            match self.next()?.kind {
                Kind::Symbol(b',') => {}
                Kind::Symbol(b')') => return Some(()),
                _ => return None,
            }
        }
    }

    /// The older way of writing them.
    fn loose(&mut self, found: &mut Found) -> Option<()> {
        let name = self.next()?;
        if name.is("csv") {
            Found::set(&mut found.format, Format::Csv)
        } else if name.is("binary") {
            Found::set(&mut found.format, Format::Binary)
        } else if name.is("header") {
            Found::set(&mut found.header, true)
        } else if name.is("force") {
            self.take_if(|token| token.is("quote"))?;
            self.names()
        } else {
            self.take_if(|token| token.is("as"));
            self.valued(&name, found)
        }
    }

    fn valued(&mut self, name: &Token<'_>, found: &mut Found) -> Option<()> {
        if name.is("delimiter") {
            Found::set(&mut found.delimiter, self.byte()?)
        } else if name.is("null") {
            Found::set(&mut found.null, self.string()?)
        } else if name.is("quote") {
            Found::set(&mut found.quote, self.byte()?)
        } else if name.is("escape") {
            Found::set(&mut found.escape, self.byte()?)
        } else if name.is("encoding") {
            let encoding = self.string()?.to_ascii_lowercase();
            matches!(encoding.as_slice(), b"utf8" | b"utf-8").then_some(())
        } else {
            None
        }
    }

    /// A list of columns, or all; which they are does not matter.
    fn names(&mut self) -> Option<()> {
        let open = self.take_if(|token| token.is_symbol(b'(')).is_some();
        let name = |token: &Token<'_>| matches!(token.kind, Kind::Word | Kind::Quoted) || token.text == b"*";
        loop {
            self.take_if(name)?;
            let last = !self.peek().is_some_and(|token| token.is_symbol(b','));
            // In a list of options a comma belongs to the names only inside parentheses.
            if last || (!open && self.is_listed()) {
                break;
            }
            self.next();
        }
        if open { self.take_if(|token| token.is_symbol(b')')).map(drop) } else { Some(()) }
    }

    /// Whether what is left ends with the parenthesis of a list of options.
    fn is_listed(&self) -> bool {
        self.left.iter().any(|token| token.is_symbol(b')'))
    }

    fn truth(&mut self) -> Option<bool> {
        let ends = |token: &Token<'_>| token.is_symbol(b',') || token.is_symbol(b')');
        if self.peek().is_some_and(ends) {
            return Some(true);
        }
        match self.word()?.as_slice() {
            b"true" | b"on" | b"1" => Some(true),
            b"false" | b"off" | b"0" => Some(false),
            _ => None,
        }
    }

    /// A word, a number or a string, in small letters.
    fn word(&mut self) -> Option<Vec<u8>> {
        let plain = |token: &Token<'_>| matches!(token.kind, Kind::Word | Kind::Number);
        match self.take_if(plain) {
            Some(token) => Some(token.text.to_ascii_lowercase()),
            None => Some(self.string()?.to_ascii_lowercase()),
        }
    }

    fn byte(&mut self) -> Option<u8> {
        match self.string()?.as_slice() {
            [byte] => Some(*byte),
            _ => None,
        }
    }

    fn string(&mut self) -> Option<Vec<u8>> {
        let token = self.next().filter(|token| token.kind == Kind::Text)?;
        literal::value(token.text, self.conforming)
    }
}
