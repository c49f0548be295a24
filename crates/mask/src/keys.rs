//! The key that tokens and shifts are made under.

use std::fmt;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

/// The key of masks, as what is made of it: one key for each use, none of which tells of another.
///
/// With another key all tokens and shifts are others: what was noted down under the old one does not join with what is
/// shown under the new one. Nothing is ever turned back into its value, so an old key is of no use and is not kept.
pub struct Keys {
    id: KeyId,
    token: hmac::Key,
    email: hmac::Key,
    shift: hmac::Key,
}

/// Names a key and tells nothing of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyId([u8; 8]);

/// What a keyed digest is for.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// A token of a value.
    Token,
    /// A token of what stands before the `@` of an e-mail address.
    Email,
    /// By how much the times of a column are moved.
    Shift,
}

impl Keys {
    /// The keys that follow from this one. It should come from a source of randomness, and be kept as a secret is.
    pub fn new(current: Zeroizing<[u8; 32]>) -> Self {
        let master = hmac::Key::new(hmac::HMAC_SHA256, current.as_slice());
        let key = |label: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&master, label).as_ref());
        let id = first(hmac::sign(&master, b"signet/mask/id").as_ref());
        Self {
            id: KeyId(id),
            token: key(b"signet/mask/token"),
            email: key(b"signet/mask/email"),
            shift: key(b"signet/mask/shift"),
        }
    }

    /// Which key it is: to see that two gateways make the same tokens.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// 128 bits of the keyed digest of a value.
    pub(crate) fn digest(&self, purpose: Purpose, value: &[u8]) -> [u8; 16] {
        let key = match purpose {
            Purpose::Token => &self.token,
            Purpose::Email => &self.email,
            Purpose::Shift => &self.shift,
        };
        first(hmac::sign(key, value).as_ref())
    }
}

/// The first bytes of a digest, which is longer.
fn first<const N: usize>(digest: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
    bytes
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_key_is_another_in_all_it_does() {
        let (one, two) = (Keys::new(Zeroizing::new([1; 32])), Keys::new(Zeroizing::new([2; 32])));
        assert_ne!(one.id(), two.id());
        for purpose in [Purpose::Token, Purpose::Email, Purpose::Shift] {
            assert_ne!(one.digest(purpose, b"a"), two.digest(purpose, b"a"));
            assert_eq!(one.digest(purpose, b"a"), Keys::new(Zeroizing::new([1; 32])).digest(purpose, b"a"));
        }
        assert_ne!(one.digest(Purpose::Token, b"a"), one.digest(Purpose::Email, b"a"));
        assert_ne!(one.digest(Purpose::Token, b"a"), one.digest(Purpose::Shift, b"a"));
    }

    #[test]
    fn a_key_is_not_printed() {
        assert_eq!(format!("{:?}", Keys::new(Zeroizing::new([7; 32]))).len(), "Keys()".len() + 16);
    }
}
