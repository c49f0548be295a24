//! SCRAM-SHA-256 (RFC 5802, 7677): the client's half, and what a server proves. Written apart from the gateway's so that they check each other.

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
    let nonce = field(server_first, 'r');
    assert!(nonce.starts_with(NONCE) && nonce.len() > NONCE.len(), "the server's nonce does not extend ours");
    let salted = salted(password, server_first);
    let client_key = sign(&salted, "Client Key");
    let stored_key = digest::digest(&digest::SHA256, &client_key);
    let bare = format!("c=biws,r={nonce}");
    let signature = sign(stored_key.as_ref(), &format!("n=,r={NONCE},{server_first},{bare}"));
    let proof: Vec<u8> = client_key.iter().zip(signature).map(|(key, mark)| key ^ mark).collect();
    format!("{bare},p={}", BASE64.encode(proof))
}

/// The server's first message, for that of the client.
pub fn server_first(client_first: &str) -> String {
    format!("r={}target,s=c2FsdHNhbHRzYWx0c2FsdA==,i=4096", field(client_first, 'r'))
}

/// The server's last message: it knows the password too. The client's proof is not looked at.
pub fn server_final(password: &str, client_first: &str, server_first: &str, client_final: &str) -> String {
    let bare = client_first.splitn(3, ',').nth(2).unwrap();
    let (without_proof, _) = client_final.split_once(",p=").unwrap();
    let server_key = sign(&salted(password, server_first), "Server Key");
    format!("v={}", BASE64.encode(sign(&server_key, &format!("{bare},{server_first},{without_proof}"))))
}

fn field(message: &str, name: char) -> String {
    let part = message.split(',').find(|part| part.starts_with(&format!("{name}="))).unwrap();
    part[2..].to_owned()
}

fn salted(password: &str, server_first: &str) -> [u8; 32] {
    let salt = BASE64.decode(field(server_first, 's')).unwrap();
    let iterations = NonZeroU32::new(field(server_first, 'i').parse().unwrap()).unwrap();
    let mut salted = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, &salt, password.as_bytes(), &mut salted);
    salted
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}
