//! What a stream makes happen, in order.

use bytes::Bytes;
use model::{Action, Outcome, Public};

use crate::{Ask, Go, Head, InterruptKey, Lane, Probe, Side, Stream, Ticket};

/// Why bytes are sent. Everything that reaches a target without a question is `Plumbing` with a name that stands in the
/// protocol's manifest, so that it can be listed, searched for and tested.
#[derive(Clone, Copy, Debug)]
pub enum Why<'a> {
    /// Needed by the protocol itself and without effect of its own.
    Plumbing(&'static str),
    /// Part of an allowed command.
    Command(&'a Go),
    /// Towards the client only: part of the answer to a command that has leave. It is recorded as what the client was shown.
    Answer(Ticket),
    /// Towards the client only: something that the target tells it outside of any such answer (a notification, a notice
    /// between commands). It is recorded by itself, and leaves when that record is durable.
    Unasked,
    /// Towards the client only, and nothing that could carry data of the target: a greeting, a refusal, the end of a batch.
    Reply,
}

/// The ordered outputs of a stream. Bytes for one side leave in the order in which they were sent.
pub trait Out {
    /// Asks a question and pauses one side until it is answered. The answer comes as `Input::Answer` with this ticket.
    fn ask(&mut self, pauses: Side, ask: Ask) -> Ticket;

    /// Takes a question back: a held command that the client cancelled. No answer follows.
    fn withdraw(&mut self, ticket: Ticket);

    /// Writes down that the protocol itself refuses a command, which needs no decision. Client bytes queued after this wait
    /// until that record is durable.
    fn refused(&mut self, action: &Action, reason: &Public);

    /// Queues bytes.
    fn send(&mut self, to: Side, lane: Lane, bytes: Bytes, why: Why<'_>);

    /// Queues a structured beginning.
    fn head(&mut self, to: Side, head: Head, why: Why<'_>);

    /// Writes down how far a long command has come.
    fn progress(&mut self, of: &Go, so_far: Outcome);

    /// Writes down how a command ended, with what the client was shown of it, and queues the last message of its answer
    /// (which is part of what is shown; empty when there is none). That message, and all client bytes after it, wait until
    /// the record is durable.
    fn outcome(&mut self, of: Go, outcome: Outcome, last: Bytes);

    /// Starts TLS on that side when all bytes queued for it have left. The side's input buffer must be empty: bytes that
    /// came before the handshake are an attack and end the session. Towards the client we are the server.
    fn secure(&mut self, side: Side);

    /// From now on another state machine speaks: raw bytes after an upgrade.
    fn become_(&mut self, next: Box<dyn Stream>);

    /// Runs a probe on a connection of its own to the same target address, when all bytes queued for the target have left.
    fn aside(&mut self, probe: Probe);

    /// The key by which another connection may cancel what this stream runs.
    fn interruptible(&mut self, key: InterruptKey);

    /// No more bytes for that side; it is closed for writing when the queue has left.
    fn end(&mut self, to: Side);

    /// The conversation is over: both sides are closed when their queues have left. `cause` is a word for the record.
    fn close(&mut self, cause: &'static str);
}
