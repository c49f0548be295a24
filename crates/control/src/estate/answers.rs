//! Requests that may come twice, because an answer was lost on the way: under a key of the caller's they are done once.

use secrets::Place;

use super::{Estate, names};
use crate::{Caller, Error};

/// How long an answer is kept.
const KEPT_US: u64 = 24 * 3600 * 1_000_000;

/// What is to be done with a request that has a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Once {
    /// It is new: do it, then `finish_once`, or `forget_once` when nothing was done.
    New,
    /// It was done: that was the answer.
    Done(Vec<u8>),
}

impl Estate {
    /// Takes a key for a request, of which `request` is the digest.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the key was used for another request, or that one is being done or was cut off.
    pub async fn begin_once(&self, by: &Caller, key: &str, request: &[u8; 32]) -> Result<Once, Error> {
        names::check("a key", key)?;
        let (caller, now) = (whose(by), self.now());
        let before = self.parts.store.begin_answer(&caller, key, request, now, now.saturating_sub(KEPT_US)).await?;
        let Some(before) = before else { return Ok(Once::New) };
        if before.request != *request {
            return Err(Error::Conflict("this key was used for another request".to_owned()));
        }
        let Some(sealed) = before.response else {
            let why = "the same request is being done, or was cut off: look whether it was done";
            return Err(Error::Conflict(why.to_owned()));
        };
        let answer = self.parts.envelope.unseal(place(&[&caller, key]), &sealed)?;
        Ok(Once::Done(answer.reveal().to_vec()))
    }

    /// Keeps the answer. It may hold a token, so it is sealed.
    ///
    /// # Errors
    /// When it cannot be kept: a second request is then refused, not done.
    pub async fn finish_once(&self, by: &Caller, key: &str, answer: &[u8]) -> Result<(), Error> {
        let caller = whose(by);
        let sealed = self.parts.envelope.seal(place(&[&caller, key]), answer)?;
        Ok(self.parts.store.keep_answer(&caller, key, &sealed).await?)
    }

    /// Gives the key back: nothing was done.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_once(&self, by: &Caller, key: &str) -> Result<(), Error> {
        Ok(self.parts.store.drop_answer(&whose(by), key).await?)
    }
}

/// Another credential of the same person may not be told what this one was.
fn whose(by: &Caller) -> String {
    format!("{} {}", by.id, by.credential.0)
}

fn place<'a>(row: &'a [&'a str; 2]) -> Place<'a> {
    Place { column: "answer.response", row }
}
