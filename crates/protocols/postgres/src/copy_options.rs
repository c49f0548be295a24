//! How the data of a `COPY ... TO STDOUT` are written. What is not understood here is not masked, and so not shown.

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

    /// What a string stands for.
    fn string(&mut self) -> Option<Vec<u8>> {
        let token = self.next().filter(|token| token.kind == Kind::Text)?;
        let (escaped, quoted) = match token.text {
            [b'e' | b'E', quoted @ ..] => (true, quoted),
            quoted => (!self.conforming, quoted),
        };
        let mut inside = quoted.strip_prefix(b"'")?.strip_suffix(b"'")?;
        let mut value = Vec::new();
        while let Some((first, rest)) = inside.split_first() {
            (inside, value) = match (first, rest) {
                (b'\'', [b'\'', rest @ ..]) => (rest, with(value, b'\'')),
                // Strings that go on over lines, and escapes that are numbers.
                (b'\'', _) => return None,
                (b'\\', [letter, rest @ ..]) if escaped => (rest, with(value, unescaped(*letter)?)),
                (b'\\', []) if escaped => return None,
                (byte, rest) => (rest, with(value, *byte)),
            };
        }
        Some(value)
    }
}

fn unescaped(letter: u8) -> Option<u8> {
    Some(match letter {
        b't' => b'\t',
        b'n' => b'\n',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        b'0'..=b'9' | b'x' | b'u' | b'U' => return None,
        other => other,
    })
}

fn with(mut value: Vec<u8>, byte: u8) -> Vec<u8> {
    value.push(byte);
    value
}

#[cfg(test)]
mod tests {
    use super::{Csv, Options, Text, options};

    fn of(text: &str) -> Option<Options> {
        options(text.as_bytes(), Some(true))
    }

    fn text() -> Text {
        Text { delimiter: b'\t', null: b"\\N".to_vec(), header: false }
    }

    fn csv() -> Csv {
        Csv { delimiter: b',', null: Vec::new(), header: false, quote: b'"', escape: b'"' }
    }

    #[test]
    fn text_is_what_there_is_without_options() {
        for sql in [
            "copy t to stdout",
            "COPY (SELECT a TO FROM t) TO STDOUT;",
            "copy s.\"to\" (a, b) to stdout with (format text)",
            "/* c */ copy t to stdout with (format 'text', header off, encoding 'UTF8')",
        ] {
            assert_eq!(of(sql), Some(Options::Text(text())), "{sql}");
        }
        assert_eq!(
            of("copy t to stdout (delimiter E'|', null 'x''y', header)"),
            Some(Options::Text(Text { delimiter: b'|', null: b"x'y".to_vec(), header: true }))
        );
        assert_eq!(
            of("copy t to stdout using delimiters ';'"),
            Some(Options::Text(Text { delimiter: b';', ..text() }))
        );
    }

    #[test]
    fn csv_in_both_notations() {
        for sql in [
            "copy t to stdout with csv header delimiter as ';' quote '''' escape as '^' null as 'nil' force quote a, b",
            "copy t to stdout (format csv, header, delimiter ';', quote '''', escape '^', null 'nil', force_quote (a, b))",
            "copy t to stdout (force_quote *, format CSV, header 1, delimiter ';', quote '''', escape '^', null 'nil')",
        ] {
            let csv = Csv { delimiter: b';', null: b"nil".to_vec(), header: true, quote: b'\'', escape: b'^' };
            assert_eq!(of(sql), Some(Options::Csv(csv)), "{sql}");
        }
        assert_eq!(of("copy t to stdout csv"), Some(Options::Csv(csv())));
        let quoted = Csv { quote: b'\'', escape: b'\'', ..csv() };
        assert_eq!(of("copy t to stdout csv quote ''''"), Some(Options::Csv(quoted)), "the escape is the quote");
    }

    #[test]
    fn binary() {
        for sql in ["copy binary t to stdout", "copy t to stdout binary", "copy (table t) to stdout (format binary)"] {
            assert_eq!(of(sql), Some(Options::Binary), "{sql}");
        }
        assert_eq!(of("copy binary.t to stdout"), Some(Options::Text(text())), "a schema of that name");
    }

    #[test]
    fn what_is_not_understood_has_none() {
        for sql in [
            "copy t to stdout (format json)",
            "copy t to stdout (format csv, format csv)",
            "copy t to stdout (header match)",
            "copy t to stdout (encoding 'LATIN1')",
            "copy t to stdout (delimiter U&'x')",
            "copy t to stdout (delimiter '||')",
            "copy t to stdout (future 1)",
            "copy t to stdout where x",
            "copy t to '/tmp/file'",
            "copy t to program 'x'",
            "copy t from stdin",
            "select 1; copy t to stdout",
            "copy t to stdout; select 1",
            "copy t to stdout (quote 'x')",
            "s1",
            "copy 'unended",
        ] {
            assert_eq!(of(sql), None, "{sql}");
        }
    }

    #[test]
    fn where_strings_may_be_read_in_two_ways_both_must_agree() {
        let sql = br"copy t to stdout (null '\N')";
        assert_eq!(options(sql, None), None);
        assert_eq!(options(sql, Some(true)), Some(Options::Text(text())));
        assert!(options(br"copy (select '\d') to stdout csv", None).is_some());
    }
}
