//! What was answered to a request that may come twice, so that it has its effect once.

use sqlx::Row;

use crate::tokens::{bytes, signed};
use crate::{Store, StoreError};

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// SHA-256 over the request that it was given to.
    pub request: [u8; 32],
    /// What was answered.
    pub response: Vec<u8>,
}

impl Store {
    /// What a caller was answered under a key of theirs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answer(&self, caller: &str, key: &str) -> Result<Option<Answered>, StoreError> {
        let row = sqlx::query("SELECT request, response FROM answer WHERE caller = ? AND key = ?");
        let row = row.bind(caller).bind(key).fetch_optional(&self.pool).await?;
        let answered =
            |row| Ok(Answered { request: bytes(&row, "request")?, response: Row::try_get(&row, "response")? });
        row.map(answered).transpose()
    }

    /// Keeps an answer, and forgets those older than `forget_us`. Gives whether the key was free.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_answer(
        &self,
        caller: &str,
        key: &str,
        answered: &Answered,
        at_us: u64,
        forget_us: u64,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM answer WHERE at_us < ?").bind(signed(forget_us)).execute(&mut *transaction).await?;
        let done = sqlx::query(
            "INSERT INTO answer (caller, key, request, response, at_us) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(caller)
        .bind(key)
        .bind(answered.request.as_slice())
        .bind(&answered.response)
        .bind(signed(at_us))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }
}
