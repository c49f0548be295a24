//! The extended protocol by hand, and what to read out of its answers.

use super::wire::{Message, frame};

pub fn parse(name: &str, sql: &str) -> Vec<u8> {
    frame(b'P', format!("{name}\0{sql}\0\0\0").as_bytes())
}

pub fn bind(portal: &str, statement: &str) -> Vec<u8> {
    frame(b'B', format!("{portal}\0{statement}\0\0\0\0\0\0\0").as_bytes())
}

/// Binds the unnamed portal to one parameter, as text.
pub fn bind_value(statement: &str, value: &str) -> Vec<u8> {
    let mut body = format!("\0{statement}\0\0\0").into_bytes();
    body.extend(1_u16.to_be_bytes());
    body.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
    body.extend(value.as_bytes());
    body.extend([0; 2]);
    frame(b'B', &body)
}

pub fn execute(portal: &str) -> Vec<u8> {
    frame(b'E', format!("{portal}\0\0\0\0\0").as_bytes())
}

pub fn close_statement(name: &str) -> Vec<u8> {
    frame(b'C', format!("S{name}\0").as_bytes())
}

pub fn sync() -> Vec<u8> {
    frame(b'S', b"")
}

/// Parse, Bind and Execute of one statement, all unnamed.
pub fn run(sql: &str) -> Vec<u8> {
    [parse("", sql), bind("", ""), execute("")].concat()
}

/// The tags in order, notices left out: what came, at a glance.
pub fn tags(messages: &[Message]) -> String {
    messages.iter().map(|message| char::from(message.tag)).filter(|tag| *tag != 'N').collect()
}

pub fn rows(messages: &[Message]) -> Vec<String> {
    messages.iter().filter(|message| message.tag == b'D').map(Message::text).collect()
}

/// The command tags: `INSERT 0 1`, `ROLLBACK`.
pub fn completed(messages: &[Message]) -> Vec<String> {
    let done = messages.iter().filter(|message| message.tag == b'C');
    done.map(|message| message.text().trim_end_matches('\0').to_owned()).collect()
}

/// The one error among the messages.
pub fn error(messages: &[Message]) -> &Message {
    let mut errors = messages.iter().filter(|message| message.tag == b'E');
    let error = errors.next().unwrap_or_else(|| panic!("no error in {messages:?}"));
    assert!(errors.next().is_none(), "more than one error in {messages:?}");
    error
}

/// The one error has this code, and the conversation stands like this after it (`I` idle, `E` failed transaction).
pub fn assert_error(messages: &[Message], sqlstate: &str, state: u8) {
    assert_eq!(error(messages).field(b'C').as_deref(), Some(sqlstate), "{messages:?}");
    let last = messages.last().unwrap();
    assert!(last.tag == b'Z' && last.body == [state], "{messages:?}");
}
