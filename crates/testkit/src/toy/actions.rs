//! What a message of the client would do.

use model::{Action, Certainty, Credentials, Facts, Phase, Verb};

use super::frame::{Frame, tag};

/// The action of a command. A tag that nobody knows is `Opaque`: it might do anything.
pub(super) fn of(frame: &Frame) -> Action {
    let (verb, name, certainty) = match frame.tag {
        tag::GET => (Verb::Read, "GET", Certainty::Full),
        tag::SET => (Verb::Write, "SET", Certainty::Full),
        tag::BEGIN => (Verb::Transaction, "BEGIN", Certainty::Full),
        tag::COMMIT => (Verb::Transaction, "COMMIT", Certainty::Full),
        tag::UPGRADE => (Verb::Call, "UPGRADE", Certainty::Full),
        _ => (Verb::Unknown, "UNKNOWN", Certainty::Opaque),
    };
    let text = frame.bytes.slice(super::frame::HEADER.min(frame.bytes.len())..);
    Action {
        verb,
        name,
        certainty,
        phase: Phase::Run,
        facts: Facts::default(),
        text,
        parameters: Vec::new(),
        credentials: Credentials::default(),
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    }
}
