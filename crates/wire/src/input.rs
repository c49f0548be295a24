//! What happens to a stream.

use bytes::{Bytes, BytesMut};
use model::{Public, ResourceName, Secret};

use crate::{Answer, Lane, Side, Ticket};

/// One thing that happened.
pub enum Input<'a> {
    /// The leg of that side is now inside TLS.
    Secured(Side, TlsFacts),
    /// A structured beginning: an HTTP head, an SSH channel request.
    Head(Side, Head),
    /// Bytes came. Take whole frames with `split_to`; what is left stays the engine's and comes again with more.
    Data(Side, Lane, &'a mut BytesMut),
    /// That side will send nothing more. Follows all its bytes, except while a question pauses the side: then it comes at
    /// once, so that a client that left is noticed.
    End(Side, Option<Head>),
    /// The answer to a question.
    Answer(Ticket, Answer),
    /// The client's wish to cancel, which arrived on another connection.
    Cancel,
    /// The command of that question has run for as long as it may: as with a result that is too large (`Plan`). Comes once, when
    /// all commands before it have their outcomes; should something else be under way at the target, it is cancelled after that.
    Overdue(Ticket),
    /// No probe (`Out::aside`) of this stream is under way any more: what it could do to the target, it has done.
    Probed,
    /// The session is to end.
    Stop(Stop),
    /// The time of `wake_at` has come.
    Wake,
}

/// How a session is to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// When nothing is under way: finish what runs, then say goodbye. The engine sets the deadline.
    Drain(Public),
    /// Now: say goodbye if the wire is at a frame boundary, then close.
    Cut(Public),
}

/// What is known of a TLS leg.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFacts {
    /// Channel binding `tls-server-end-point` (RFC 5929 section 4.1): the hash of the server certificate of this leg - ours
    /// towards the client, the target's towards the target. Empty when the certificate's hash function is unknown.
    pub end_point: Bytes,
    /// The resource whose server name the client asked for, when it named one.
    pub resource: Option<ResourceName>,
    /// Whether the application protocol (ALPN) of the manifest was agreed on.
    pub alpn: bool,
    /// Towards a target: the account's password, when it has one. It is handed out here, and not before.
    pub password: Option<Secret>,
}

/// A structured beginning: named fields and free ones. Protocols that frame bytes themselves never see one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The first line's essence: a method and path, a channel request.
    pub line: String,
    /// Named values in order, names in lower case.
    pub fields: Vec<(String, Bytes)>,
}

impl Head {
    /// The first value of that name.
    pub fn field(&self, name: &str) -> Option<&Bytes> {
        self.fields.iter().find(|(have, _)| have == name).map(|(_, value)| value)
    }
}
