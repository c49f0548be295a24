//! The client's half of SCRAM-SHA-256, without channel binding. What the server proves is not looked at: nobody is in the middle of
//! a benchmark.

use std::num::NonZeroU32;

use anyhow::Context as _;
use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// The first message.
pub(crate) const FIRST: &str = "n,,n=,r=benchmarkbenchmarkbenchmark";
const BARE: &str = "n=,r=benchmarkbenchmarkbenchmark";

/// The answer to the server's first message.
pub(crate) fn last(password: &str, server: &str) -> anyhow::Result<String> {
    let salted = salted(password, server)?;
    let client_key = sign(&salted, "Client Key");
    let stored_key = digest::digest(&digest::SHA256, &client_key);
    let bare = format!("c=biws,r={}", field(server, "r=")?);
    let signature = sign(stored_key.as_ref(), &format!("{BARE},{server},{bare}"));
    let proof: Vec<u8> = client_key.iter().zip(signature).map(|(key, mark)| key ^ mark).collect();
    Ok(format!("{bare},p={}", BASE64.encode(proof)))
}

fn salted(password: &str, server: &str) -> anyhow::Result<[u8; 32]> {
    let salt = BASE64.decode(field(server, "s=")?)?;
    let rounds: NonZeroU32 = field(server, "i=")?.parse()?;
    let mut salted = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, &salt, password.as_bytes(), &mut salted);
    Ok(salted)
}

fn field<'a>(message: &'a str, name: &str) -> anyhow::Result<&'a str> {
    let found = message.split(',').find_map(|part| part.strip_prefix(name));
    found.with_context(|| format!("no {name} in the server's message"))
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}
