//! What an approval is for: one digest over a command and everything that gives it its meaning.

use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use model::code::Object;
use model::{Action, SessionId};
use ports::Who;

/// Parts of a binding begin with this, so that the digest means nothing else.
const DOMAIN: &[u8] = b"signet/binding/1";

/// What gives the names in a command their meaning, besides where it runs.
pub(crate) struct Meaning<'a> {
    /// Settings that the client brought, by name.
    pub(crate) settings: &'a [(Bytes, Bytes)],
    /// The session, when something ran in it that may have changed what names mean: a search path, a temporary table.
    pub(crate) session: Option<SessionId>,
    /// What they stand for in the database, where they are looked up.
    pub(crate) objects: Option<&'a [Object]>,
}

/// SHA-256 over who wants it, where (resource with its address, account, database), what names mean there, the exact text and
/// parameters with their phase and how people read them, and the message around it. Each part has its length before it, so that no two commands share a digest by moving a boundary.
pub(crate) fn binding(who: Who<'_>, meaning: &Meaning<'_>, action: &Action) -> [u8; 32] {
    let mut parts = Parts(Context::new(&SHA256));
    parts.part(DOMAIN);
    parts.part(who.principal.id.issuer.as_bytes());
    parts.part(who.principal.id.subject.as_bytes());
    parts.part(who.resource.name.as_str().as_bytes());
    parts.part(who.resource.protocol.as_bytes());
    parts.part(who.resource.address.host.as_bytes());
    parts.number(usize::from(who.resource.address.port));
    parts.part(who.account.name.as_bytes());
    parts.part(who.account.user.as_bytes());
    parts.optional(who.database.map(str::as_bytes));
    parts.number(meaning.settings.len());
    for (name, value) in meaning.settings {
        parts.part(name);
        parts.part(value);
    }
    parts.optional(meaning.session.as_ref().map(|session| session.0.as_bytes().as_slice()));
    parts.number(meaning.objects.map_or(0, |objects| objects.len() + 1));
    for object in meaning.objects.unwrap_or_default() {
        parts.object(*object);
    }
    parts.part(action.verb.as_str().as_bytes());
    parts.part(action.name.as_bytes());
    parts.part(&[action.phase as u8]);
    parts.part(&action.text);
    parts.optional(action.behind.as_deref());
    parts.part(&[action.facts.binary.into()]);
    parts.number(action.parameters.len());
    for parameter in &action.parameters {
        parts.optional(parameter.as_deref());
    }
    parts.number(action.readable.len());
    for (number, text) in &action.readable {
        parts.number(*number);
        parts.part(text);
    }
    parts.optional(action.message.as_ref().map(|message| message.text.as_ref()));
    parts.number(action.message.as_ref().map_or(0, |message| message.range.start));
    let mut digest = [0; 32];
    digest.copy_from_slice(parts.0.finish().as_ref());
    digest
}

struct Parts(Context);

impl Parts {
    fn number(&mut self, number: usize) {
        self.0.update(&(number as u64).to_be_bytes());
    }

    fn part(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.0.update(bytes);
    }

    fn object(&mut self, object: Object) {
        let (kind, id, stamp) = match object {
            Object::Relation(id, stamp) => (b"relation".as_slice(), id, stamp),
            Object::Function(id, stamp) => (b"function".as_slice(), id, stamp),
            Object::Operator(id) => (b"operator".as_slice(), id, 0),
            Object::Type(id) => (b"type".as_slice(), id, 0),
        };
        self.part(kind);
        self.part(&id.to_be_bytes());
        self.part(&stamp.to_be_bytes());
    }

    fn optional(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            None => self.0.update(&[0]),
            Some(bytes) => {
                self.0.update(&[1]);
                self.part(bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests;
