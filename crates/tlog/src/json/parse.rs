//! Reads a value and holds its text to the one form at once, so that nothing has to be written again to compare.

use std::borrow::Cow;

use super::{DEEPEST, JsonError, LARGEST, LONGEST, Value, Wrong, is_key};

/// Reads the one value that the text is.
///
/// # Errors
/// When it is not JSON, or not in its one form.
pub fn parse(text: &[u8]) -> Result<Value<'_>, JsonError> {
    if text.len() > LONGEST {
        return Err(JsonError { at: LONGEST, kind: Wrong::TooLong });
    }
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(0)?;
    if parser.at == text.len() { Ok(value) } else { parser.wrong(Wrong::Trailing) }
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Parser<'a> {
    fn wrong<T>(&self, kind: Wrong) -> Result<T, JsonError> {
        Err(JsonError { at: self.at, kind })
    }

    fn peek(&self) -> Result<u8, JsonError> {
        self.text.get(self.at).copied().ok_or(JsonError { at: self.at, kind: Wrong::End })
    }

    fn take(&mut self) -> Result<u8, JsonError> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(byte)
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.peek()? != byte {
            return self.wrong(Wrong::Unexpected);
        }
        self.at += 1;
        Ok(())
    }

    /// A value inside `depth` objects and arrays.
    fn value(&mut self, depth: usize) -> Result<Value<'a>, JsonError> {
        match self.peek()? {
            b'{' | b'[' if depth == DEEPEST => self.wrong(Wrong::TooDeep),
            b'{' => self.object(depth + 1),
            b'[' => self.array(depth + 1),
            b'"' => Ok(Value::String(self.string()?)),
            b't' => self.word(b"true", Value::Bool(true)),
            b'f' => self.word(b"false", Value::Bool(false)),
            b'-' | b'0'..=b'9' => self.integer(),
            _ => self.wrong(Wrong::Unexpected),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value<'a>, JsonError> {
        self.at += 1;
        let mut members: Vec<(&'a str, Value<'a>)> = Vec::new();
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(Value::Object(members));
        }
        loop {
            let key = self.key()?;
            if members.last().is_some_and(|(before, _)| *before >= key) {
                return self.wrong(Wrong::Order);
            }
            self.expect(b':')?;
            members.push((key, self.value(depth)?));
            if self.another(b'}')? {
                return Ok(Value::Object(members));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value<'a>, JsonError> {
        self.at += 1;
        let mut values = Vec::new();
        if self.peek()? == b']' {
            self.at += 1;
            return Ok(Value::Array(values));
        }
        loop {
            values.push(self.value(depth)?);
            if self.another(b']')? {
                return Ok(Value::Array(values));
            }
        }
    }

    /// Takes a comma (false) or the closing byte (true).
    fn another(&mut self, close: u8) -> Result<bool, JsonError> {
        match self.peek()? {
            b',' => {
                self.at += 1;
                Ok(false)
            }
            byte if byte == close => {
                self.at += 1;
                Ok(true)
            }
            _ => self.wrong(Wrong::Unexpected),
        }
    }

    fn key(&mut self) -> Result<&'a str, JsonError> {
        self.expect(b'"')?;
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'"').unwrap_or(rest.len());
        let key = rest.get(..length).and_then(|key| str::from_utf8(key).ok());
        let Some(key) = key.filter(|key| is_key(key)) else { return self.wrong(Wrong::Key) };
        self.at += length;
        self.expect(b'"')?;
        Ok(key)
    }

    fn word(&mut self, word: &[u8], value: Value<'a>) -> Result<Value<'a>, JsonError> {
        word.iter().try_for_each(|byte| self.expect(*byte)).map(|()| value)
    }

    fn integer(&mut self) -> Result<Value<'a>, JsonError> {
        let wrong = JsonError { at: self.at, kind: Wrong::Integer };
        let negative = self.peek()? == b'-';
        self.at += usize::from(negative);
        let first = self.text.get(self.at).copied();
        let mut integer: i64 = 0;
        let mut digits = 0;
        while let Some(digit @ b'0'..=b'9') = self.text.get(self.at) {
            digits += 1;
            // Twenty digits would not fit, and none so long is small enough.
            if digits > 16 {
                return Err(wrong);
            }
            integer = integer * 10 + i64::from(digit - b'0');
            self.at += 1;
        }
        let leading = first == Some(b'0') && (digits > 1 || negative);
        if digits == 0 || leading || integer > LARGEST {
            return Err(wrong);
        }
        Ok(Value::Integer(if negative { -integer } else { integer }))
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.expect(b'"')?;
        let first = self.stretch()?;
        if self.take()? == b'"' {
            return Ok(Cow::Borrowed(first));
        }
        let mut text = first.to_owned();
        loop {
            text.push(self.escaped()?);
            text.push_str(self.stretch()?);
            if self.take()? == b'"' {
                return Ok(Cow::Owned(text));
            }
        }
    }

    /// What stands before the next quote or backslash.
    fn stretch(&mut self) -> Result<&'a str, JsonError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20)).unwrap_or(rest.len());
        let Some(text) = rest.get(..length).and_then(|text| str::from_utf8(text).ok()) else {
            return self.wrong(Wrong::String);
        };
        self.at += length;
        if self.peek()? < 0x20 { self.wrong(Wrong::String) } else { Ok(text) }
    }

    /// What a backslash, already taken, stands for.
    fn escaped(&mut self) -> Result<char, JsonError> {
        let letter = match self.take()? {
            letter @ (b'"' | b'\\') => letter,
            b'b' => 0x08,
            b't' => b'\t',
            b'n' => b'\n',
            b'f' => 0x0c,
            b'r' => b'\r',
            b'u' => return self.unicode(),
            _ => return self.wrong(Wrong::String),
        };
        Ok(char::from(letter))
    }

    /// Four digits, for a control character that has no shorter escape.
    fn unicode(&mut self) -> Result<char, JsonError> {
        let digits = [self.take()?, self.take()?, self.take()?, self.take()?];
        let low = match digits {
            [b'0', b'0', high @ (b'0' | b'1'), low @ (b'0'..=b'9' | b'a'..=b'f')] => {
                let low = if low <= b'9' { low - b'0' } else { low - b'a' + 10 };
                (high - b'0') * 16 + low
            }
            _ => return self.wrong(Wrong::String),
        };
        if matches!(low, 0x08 | b'\t' | b'\n' | 0x0c | b'\r') {
            return self.wrong(Wrong::String);
        }
        Ok(char::from(low))
    }
}
