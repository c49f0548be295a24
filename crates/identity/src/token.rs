//! Makes tokens: the prefix and random characters of base62, which is 196 random bits.

use aws_lc_rs::{digest, rand};
use model::{Secret, TOKEN_PREFIX, TOKEN_RANDOM};
use zeroize::Zeroizing;

use crate::IdentityError;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Public names only have to differ.
const NAME: usize = 12;

/// A new token.
pub(crate) fn generate() -> Result<Secret, IdentityError> {
    let random = base62(TOKEN_RANDOM)?;
    // With its full size at once, so that growing leaves no copy behind.
    let mut token = Vec::with_capacity(TOKEN_PREFIX.len() + TOKEN_RANDOM);
    token.extend_from_slice(TOKEN_PREFIX.as_bytes());
    token.extend_from_slice(&random);
    Ok(Secret::new(token))
}

/// A new public name for a token. Says nothing about the token.
pub(crate) fn name() -> Result<String, IdentityError> {
    let random = base62(NAME)?;
    Ok(random.iter().map(|byte| char::from(*byte)).collect())
}

/// By which a token is found without a name.
pub(crate) fn digest(token: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    let digest = digest::digest(&digest::SHA256, token.as_bytes());
    bytes.iter_mut().zip(digest.as_ref()).for_each(|(place, byte)| *place = *byte);
    bytes
}

pub(crate) fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], IdentityError> {
    let mut bytes = [0; LENGTH];
    rand::fill(&mut bytes).map_err(|_| IdentityError::Random)?;
    Ok(bytes)
}

fn base62(length: usize) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
    let mut text = Zeroizing::new(Vec::with_capacity(length));
    while text.len() < length {
        let bytes = Zeroizing::new(random::<64>()?);
        // 248 is four times 62: what is above would make some characters likelier than others.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        let characters = fair.filter_map(|byte| ALPHABET.get(usize::from(byte % 62)).copied());
        let missing = length.saturating_sub(text.len());
        text.extend(characters.take(missing));
    }
    Ok(text)
}
