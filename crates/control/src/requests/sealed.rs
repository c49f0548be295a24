//! What the store holds of a command: its text under the key file, and a digest of it under a key of the instance.

use aws_lc_rs::hmac;
use bytes::{Buf, BufMut, Bytes};
use model::{Around, RequestId};
use secrets::{Envelope, EnvelopeError, Place};
use store::Store;

use super::CommandText;
use crate::{Control, Error, Parts};

const TEXT: &str = "request.sealed";
pub(crate) const KEY: Place<'_> = Place { column: "binding_key.sealed", row: &[] };
/// In the place of a parameter's length: it is NULL.
const NULL: u32 = u32::MAX;
/// In the place of a parameter's length: what stands around the command follows, and nothing behind that.
const AROUND: u32 = u32::MAX - 1;

/// The instance's key of bindings; made at the first start ever.
pub(crate) async fn binding_key(parts: &Parts) -> Result<hmac::Key, Error> {
    let mut fresh = [0; 32];
    (parts.random)(&mut fresh);
    let kept = parts.store.binding_key(&parts.envelope.seal(KEY, &fresh)?).await?;
    let key = parts.envelope.unseal(KEY, &kept)?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, key.reveal()))
}

impl Control {
    /// What an approval is for: the exact command under that version of the policy. Keyed, because commands can be guessed.
    pub(crate) fn keyed(&self, binding: &[u8; 32], policy_version: &str) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.binding_key);
        context.update(binding);
        context.update(policy_version.as_bytes());
        let mut digest = [0; 32];
        digest.iter_mut().zip(context.sign().as_ref()).for_each(|(to, from)| *to = *from);
        digest
    }
}

/// Seals what requests hold under an earlier key of the key file under the newest. Gives how many were. Part of changing the
/// key, which says who may and leaves the record.
///
/// # Errors
/// When the store or the key file fails.
pub(crate) async fn rewrap(store: &Store, envelope: &Envelope) -> Result<u64, Error> {
    let mut done = 0;
    let mut after = None;
    while let Some((id, old)) = store.next_sealed(after).await? {
        after = Some(id);
        if let Some(new) = at_place(id, |place| envelope.rewrap(place, &old))? {
            done += u64::from(store.reseal(id, &old, &new).await?);
        }
    }
    if let Some(old) = store.kept_binding_key().await?
        && let Some(new) = envelope.rewrap(KEY, &old)?
    {
        done += u64::from(store.reseal_binding_key(&old, &new).await?);
    }
    Ok(done)
}

fn at_place<T>(id: RequestId, with: impl FnOnce(Place<'_>) -> Result<T, EnvelopeError>) -> Result<T, EnvelopeError> {
    let id = id.to_string();
    with(Place { column: TEXT, row: &[&id] })
}

/// Seals a command for the row of that request.
pub(crate) fn seal(envelope: &Envelope, id: RequestId, text: &CommandText) -> Result<Vec<u8>, EnvelopeError> {
    at_place(id, |place| envelope.seal(place, &encoded(text)))
}

/// Opens the command of that request.
pub(crate) fn open(envelope: &Envelope, id: RequestId, sealed: &[u8]) -> Result<CommandText, EnvelopeError> {
    let plain = at_place(id, |place| envelope.unseal(place, sealed))?;
    decoded(Bytes::copy_from_slice(plain.reveal())).ok_or(EnvelopeError::Damaged)
}

/// The text, then each parameter, then what stands around it, each behind its length.
fn encoded(text: &CommandText) -> Vec<u8> {
    let mut plain = Vec::new();
    put(&mut plain, &text.text);
    for parameter in &text.parameters {
        match parameter {
            Some(value) => put(&mut plain, value),
            None => plain.put_u32(NULL),
        }
    }
    if let Some(Around { before, after }) = &text.around {
        plain.put_u32(AROUND);
        put(&mut plain, before);
        put(&mut plain, after);
    }
    plain
}

fn put(plain: &mut Vec<u8>, part: &[u8]) {
    plain.put_u32(u32::try_from(part.len()).unwrap_or(NULL));
    plain.put_slice(part);
}

fn decoded(mut plain: Bytes) -> Option<CommandText> {
    let text = next(&mut plain)??;
    let (mut parameters, mut around) = (Vec::new(), None);
    while plain.has_remaining() {
        if plain.first_chunk() == Some(&AROUND.to_be_bytes()) {
            plain.advance(size_of::<u32>());
            around = Some(Around { before: next(&mut plain)??, after: next(&mut plain)?? });
            return plain.is_empty().then_some(CommandText { text, parameters, around });
        }
        parameters.push(next(&mut plain)?);
    }
    Some(CommandText { text, parameters, around })
}

/// The next part; within, `None` = NULL.
fn next(plain: &mut Bytes) -> Option<Option<Bytes>> {
    let length = plain.try_get_u32().ok()?;
    if length == NULL {
        return Some(None);
    }
    let length = usize::try_from(length).ok().filter(|length| *length <= plain.remaining())?;
    Some(Some(plain.split_to(length)))
}
