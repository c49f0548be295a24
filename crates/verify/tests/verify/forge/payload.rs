//! Encrypts and commits, as section 4 of the format says.

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, KeyInit};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use tlog::merkle::{Hash, hash_text, sha256};

use super::entry::{Body, int, text};
use super::{ORIGIN, Value};

/// The master key of the gateway.
pub fn master() -> [u8; 32] {
    [9; 32]
}

/// The key of a chain.
pub fn chain_key(sid: &str) -> Hash {
    sha256(format!("the key of {sid}").as_bytes())
}

fn derived(key: &Hash, info: &str) -> Hash {
    let mut out = [0; 32];
    Hkdf::<Sha256>::new(None, key).expand(info.as_bytes(), &mut out).unwrap();
    out
}

fn mac(key: &[u8], message: &[u8]) -> Hash {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// The commitment to bytes; `which` is 0 for `c`, 1 for `cut`.
pub fn commitment(sid: &str, id: u64, which: u8, kind: &str, bytes: &[u8]) -> Hash {
    let salt = mac(&derived(&chain_key(sid), "signet/payload/1/commit"), &[&id.to_be_bytes()[..], &[which]].concat());
    let length = (bytes.len() as u64).to_be_bytes();
    mac(&salt, &[b"signet/payload/1\0", kind.as_bytes(), b"\0", &length, &sha256(bytes)].concat())
}

/// Encrypts under the key of a chain.
pub fn encrypt(sid: &str, id: u64, kind: &str, bytes: &[u8]) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(64), 0);
    let nonce: [u8; 12] = [&[0; 4][..], &id.to_be_bytes()].concat().try_into().unwrap();
    let aad = format!("signet/payload/1\0{ORIGIN}\0{sid}\0{kind}");
    let cipher = Aes256Gcm::new(&derived(&chain_key(sid), "signet/payload/1/encrypt").into());
    cipher.encrypt(&nonce.into(), aes_gcm::aead::Payload { msg: &padded, aad: aad.as_bytes() }).unwrap()
}

/// A reference, and its ciphertext.
pub fn seal(sid: &str, id: u64, kind: &'static str, bytes: &[u8]) -> (Body, Vec<u8>) {
    let ciphertext = encrypt(sid, id, kind, bytes);
    let mut reference = vec![
        ("c", text(&hash_text(&commitment(sid, id, 0, kind, bytes)))),
        ("e", text(&hash_text(&sha256(&ciphertext)))),
        ("id", int(id)),
        ("kind", text(kind)),
        ("size", int(ciphertext.len() as u64)),
    ];
    if bytes.starts_with(b"cut:") {
        let whole = [bytes, b"and more that was not kept"].concat();
        reference.push(("cut", text(&hash_text(&commitment(sid, id, 1, kind, &whole)))));
    }
    (reference, ciphertext)
}

/// The file of a chain's key, wrapped under the master key.
pub fn wrapped(sid: &str, key: &Hash) -> Vec<u8> {
    let aad = format!("signet/key/1\0{ORIGIN}\0{sid}");
    let nonce = [3; 12];
    let cipher = Aes256Gcm::new(&master().into());
    let payload = aes_gcm::aead::Payload { msg: key, aad: aad.as_bytes() };
    let wrapped = cipher.encrypt(&nonce.into(), payload).unwrap();
    let by: String = sha256(&master())[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let base64 = |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    let file = Value::Object(vec![
        ("by", text(&by)),
        ("key", text(&base64(&wrapped))),
        ("nonce", text(&base64(&nonce))),
        ("sid", text(sid)),
        ("v", int(1)),
    ]);
    [tlog::json::write(&file), b"\n".to_vec()].concat()
}
