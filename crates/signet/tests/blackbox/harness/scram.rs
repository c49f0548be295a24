//! The client's half of SCRAM-SHA-256 (RFC 5802, 7677), written apart from the gateway's so that they check each other.

use std::num::NonZeroU32;

use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

const NONCE: &str = "blackboxblackboxblackbox";

pub fn client_first() -> String {
    format!("n,,n=,r={NONCE}")
}

/// The answer to the server's first message.
pub fn client_final(password: &str, server_first: &str) -> String {
    let field = |name: char| {
        let part = server_first.split(',').find(|part| part.starts_with(name)).unwrap();
        part[2..].to_owned()
    };
    let (nonce, salt) = (field('r'), BASE64.decode(field('s')).unwrap());
    assert!(nonce.starts_with(NONCE) && nonce.len() > NONCE.len(), "the server's nonce does not extend ours");
    let iterations = NonZeroU32::new(field('i').parse().unwrap()).unwrap();
    let mut salted = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, &salt, password.as_bytes(), &mut salted);
    let client_key = sign(&salted, "Client Key");
    let stored_key = digest::digest(&digest::SHA256, &client_key);
    let bare = format!("c=biws,r={nonce}");
    let signature = sign(stored_key.as_ref(), &format!("n=,r={NONCE},{server_first},{bare}"));
    let proof: Vec<u8> = client_key.iter().zip(signature).map(|(key, mark)| key ^ mark).collect();
    format!("{bare},p={}", BASE64.encode(proof))
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}
