//! Key derivation off the reactor, a few at a time, with the results for upstream accounts kept so that only the first
//! session of an account pays for them.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::{digest, pbkdf2};
use model::Secret;
use tokio::sync::Semaphore;
use wire::Kdf;

use crate::tasks;

/// Derivations at once: more would only push other work aside.
const AT_ONCE: usize = 2;
/// Results kept.
const KEPT: usize = 256;

/// Computes PBKDF2-HMAC-SHA-256.
pub(crate) struct KeyDeriver {
    slots: Arc<Semaphore>,
    kept: Arc<Mutex<HashMap<[u8; 32], Secret>>>,
}

impl Default for KeyDeriver {
    fn default() -> Self {
        Self { slots: Arc::new(Semaphore::new(AT_ONCE)), kept: Arc::default() }
    }
}

impl KeyDeriver {
    /// The derived key, or `None` when the work could not be done.
    pub(crate) fn derive(&self, kdf: Kdf) -> ports::Later<Option<Secret>> {
        let (slots, kept) = (self.slots.clone(), self.kept.clone());
        Box::pin(async move {
            let name = fingerprint(&kdf);
            if let Some(known) = kept.lock().unwrap_or_else(PoisonError::into_inner).get(&name) {
                return Some(known.clone());
            }
            let _slot = slots.acquire_owned().await.ok()?;
            let derived = tasks::blocking(move || pbkdf2_sha256(&kdf)).await.ok()??;
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(name, derived.clone());
            Some(derived)
        })
    }
}

fn pbkdf2_sha256(kdf: &Kdf) -> Option<Secret> {
    let mut key = zeroize::Zeroizing::new([0; 32]);
    let rounds = NonZeroU32::new(kdf.iterations)?;
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, &kdf.salt, kdf.password.reveal(), &mut key[..]);
    Some(Secret::new(key.to_vec()))
}

/// Names an input without keeping it.
fn fingerprint(kdf: &Kdf) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&(kdf.salt.len() as u64).to_be_bytes());
    context.update(&kdf.salt);
    context.update(&kdf.iterations.to_be_bytes());
    context.update(kdf.password.reveal());
    let mut name = [0; 32];
    name.copy_from_slice(context.finish().as_ref());
    name
}
