//! The key under which the secrets of the store are sealed: whether it is the right one, and how it is changed.

use secrets::KeyId;
use store::{ResourceRow, SecretRow};

use super::{Estate, resources};
use crate::requests::sealed;
use crate::roles;
use crate::{Caller, Error};

/// What a change of the key did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// Names the new key.
    pub key: KeyId,
    /// How many texts of requests were sealed anew, beside the secrets of targets.
    pub texts: u64,
}

impl Estate {
    /// Whether every sealed secret can be opened: a wrong key file is found at the start, not at the first sign-in.
    pub(super) async fn check_secrets(&self) -> Result<(), Error> {
        for row in self.parts.store.resources().await? {
            for (account, sealed) in resources::sealed(&row) {
                self.parts.envelope.unseal(resources::place(&[row.name.as_str(), account]), sealed)?;
            }
        }
        Ok(())
    }

    /// Puts a new key in front of the others and all that the store holds sealed under it: the secrets of targets, the texts of
    /// requests. Keys that were there before stay in the file, and open what is still under them, until the operators take
    /// them out.
    ///
    /// # Errors
    /// When the key file or the store cannot be written. What was done stays, and all of it can be opened.
    pub async fn rotate_secrets(&self, by: &Caller) -> Result<Rotated, Error> {
        let _one = self.changing.lock().await;
        self.may(by, &roles::SECRETS_ROTATE).await?;
        let before = self.parts.envelope.newest();
        self.write_down(by, &roles::SECRETS_ROTATE, &[("from", before.to_string())]).await?;
        let newest = self.parts.envelope.rotate()?;
        for mut row in self.parts.store.resources().await? {
            if self.rewrap(&mut row)? {
                self.parts.store.change_resource(&row).await?;
            }
        }
        let texts = sealed::rewrap(&self.parts.store, &self.parts.envelope).await?;
        self.changed().await?;
        Ok(Rotated { key: newest, texts })
    }

    fn rewrap(&self, row: &mut ResourceRow) -> Result<bool, Error> {
        let mut any = false;
        for account in &mut row.accounts {
            let SecretRow::Sealed(bytes) = &account.secret else { continue };
            let place = [row.name.as_str(), account.name.as_str()];
            if let Some(again) = self.parts.envelope.rewrap(resources::place(&place), bytes)? {
                account.secret = SecretRow::Sealed(again);
                any = true;
            }
        }
        Ok(any)
    }
}
