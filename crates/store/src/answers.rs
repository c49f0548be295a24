//! What was answered to a request that may come twice, so that it has its effect once.

use sqlx::Row;

use crate::tokens::{bytes, signed};
use crate::{Store, StoreError};

/// A request that came before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// SHA-256 over the request.
    pub request: [u8; 32],
    /// What was answered, sealed; nothing while it is being done, or when it was cut off.
    pub response: Option<Vec<u8>>,
}

impl Store {
    /// Takes a key for a request, and forgets those taken before `forget_us`. Gives what came under that key before; nothing
    /// when it is taken now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_answer(
        &self,
        caller: &str,
        key: &str,
        request: &[u8; 32],
        at_us: u64,
        forget_us: u64,
    ) -> Result<Option<Answered>, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM answer WHERE at_us < ?").bind(signed(forget_us)).execute(&mut *transaction).await?;
        let row = sqlx::query("SELECT request, response FROM answer WHERE caller = ? AND key = ?")
            .bind(caller)
            .bind(key)
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some(row) = row {
            return Ok(Some(Answered { request: bytes(&row, "request")?, response: row.try_get("response")? }));
        }
        sqlx::query("INSERT INTO answer (caller, key, request, at_us) VALUES (?, ?, ?, ?)")
            .bind(caller)
            .bind(key)
            .bind(request.as_slice())
            .bind(signed(at_us))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(None)
    }

    /// Keeps what was answered under a key that was taken.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_answer(&self, caller: &str, key: &str, response: &[u8]) -> Result<(), StoreError> {
        sqlx::query("UPDATE answer SET response = ? WHERE caller = ? AND key = ? AND response IS NULL")
            .bind(response)
            .bind(caller)
            .bind(key)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Gives a key back that was taken for what was then not done.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_answer(&self, caller: &str, key: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM answer WHERE caller = ? AND key = ? AND response IS NULL")
            .bind(caller)
            .bind(key)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
