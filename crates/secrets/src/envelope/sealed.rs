//! The form of sealed bytes: version, name of the key, wrapped data key, then what is sealed.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand;
use model::Secret;
use zeroize::Zeroizing;

use super::file::{KEY, Key};
use super::{EnvelopeError, KeyId, Place};

const VERSION: u8 = 1;
const TAG: usize = 16;
/// Version and name of the key.
const HEAD: usize = 9;
/// A data key under a key of the file.
const WRAPPED: usize = NONCE_LEN + KEY + TAG;

pub(super) fn seal(key: &Key, place: Place<'_>, bytes: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let mut data_key = Zeroizing::new([0; KEY]);
    rand::fill(&mut *data_key).map_err(|_| EnvelopeError::Random)?;
    let mut sealed = head(key, &data_key, place)?;
    sealed.extend(encrypt(&data_key, &bound("record", place), bytes)?);
    Ok(sealed)
}

pub(super) fn open(key: &Key, place: Place<'_>, sealed: &[u8]) -> Result<Secret, EnvelopeError> {
    let (data_key, rest) = unwrap(key, place, sealed)?;
    let plain = decrypt(&data_key, &bound("record", place), rest)?;
    Ok(Secret::new(plain.as_slice()))
}

pub(super) fn rewrap(key: &Key, newest: &Key, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let (data_key, rest) = unwrap(key, place, sealed)?;
    let mut again = head(newest, &data_key, place)?;
    again.extend_from_slice(rest);
    Ok(again)
}

/// The key that they were sealed under.
pub(super) fn key_of(sealed: &[u8]) -> Result<KeyId, EnvelopeError> {
    let (head, _) = sealed.split_first_chunk::<HEAD>().ok_or(EnvelopeError::Damaged)?;
    match head {
        [VERSION, id @ ..] => Ok(KeyId(*id)),
        _ => Err(EnvelopeError::Damaged),
    }
}

fn head(key: &Key, data_key: &[u8; KEY], place: Place<'_>) -> Result<Vec<u8>, EnvelopeError> {
    let mut head = vec![VERSION];
    head.extend_from_slice(&key.id.0);
    head.extend(encrypt(&key.bytes, &bound("key", place), data_key)?);
    Ok(head)
}

type DataKey = Zeroizing<[u8; KEY]>;

fn unwrap<'a>(key: &Key, place: Place<'_>, sealed: &'a [u8]) -> Result<(DataKey, &'a [u8]), EnvelopeError> {
    let (_, rest) = sealed.split_at_checked(HEAD).ok_or(EnvelopeError::Damaged)?;
    let (wrapped, rest) = rest.split_at_checked(WRAPPED).ok_or(EnvelopeError::Damaged)?;
    let plain = decrypt(&key.bytes, &bound("key", place), wrapped)?;
    let mut data_key = Zeroizing::new([0; KEY]);
    data_key.iter_mut().zip(plain.iter()).for_each(|(place, byte)| *place = *byte);
    Ok((data_key, rest))
}

/// What sealed bytes are bound to. Each part has its length before it, so that no two places are written alike.
fn bound(layer: &str, place: Place<'_>) -> Vec<u8> {
    let mut text = Vec::new();
    for part in ["signet", layer, place.column].iter().chain(place.row) {
        text.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        text.extend_from_slice(part.as_bytes());
    }
    text
}

/// Nonce, ciphertext, tag.
fn encrypt(key: &[u8; KEY], bound: &[u8], plain: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(plain.len().saturating_add(TAG)));
    bytes.extend_from_slice(plain);
    let nonce =
        cipher(key)?.seal_in_place_append_tag(Aad::from(bound), &mut *bytes).map_err(|_| EnvelopeError::Random)?;
    let mut sealed = nonce.as_ref().to_vec();
    sealed.extend_from_slice(&bytes);
    Ok(sealed)
}

fn decrypt(key: &[u8; KEY], bound: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(EnvelopeError::Damaged)?;
    let mut bytes = Zeroizing::new(rest.to_vec());
    let opened = cipher(key)?.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound), &mut bytes);
    let length = opened.map_err(|_| EnvelopeError::Damaged)?.len();
    bytes.truncate(length);
    Ok(bytes)
}

fn cipher(key: &[u8; KEY]) -> Result<RandomizedNonceKey, EnvelopeError> {
    // Fails for a key of the wrong length only.
    RandomizedNonceKey::new(&AES_256_GCM, key).map_err(|_| EnvelopeError::Damaged)
}
