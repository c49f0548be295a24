//! How a token looks: `sgt_` and 33 characters of base62, which is 196 random bits.

use aws_lc_rs::rand;
use model::Secret;
use zeroize::Zeroizing;

use crate::IdentityError;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// 62 to the power of 33 is above 2 to the power of 196. With the prefix 37 characters, below the 64 that clients take.
const TOKEN: usize = 33;

/// Public names only have to differ.
const NAME: usize = 12;

/// A new token. The prefix lets scanners of leaked secrets recognise it.
pub(crate) fn generate() -> Result<Secret, IdentityError> {
    let random = base62(TOKEN)?;
    // With its full size at once, so that growing leaves no copy behind.
    let mut token = Vec::with_capacity(4 + TOKEN);
    token.extend_from_slice(b"sgt_");
    token.extend_from_slice(&random);
    Ok(Secret::new(token))
}

/// A new public name for a token. Says nothing about the token.
pub(crate) fn name() -> Result<String, IdentityError> {
    let random = base62(NAME)?;
    Ok(random.iter().map(|byte| char::from(*byte)).collect())
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
