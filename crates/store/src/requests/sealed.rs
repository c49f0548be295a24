//! What of requests is sealed: the texts of commands, and the key of their bindings.

use model::RequestId;
use sqlx::Row;

use super::read::request_id;
use crate::{Store, StoreError};

impl Store {
    /// Whether anything is sealed here, so that the key file must not be made anew.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holds_sealed(&self) -> Result<bool, StoreError> {
        let any =
            "SELECT EXISTS (SELECT 1 FROM binding_key) OR EXISTS (SELECT 1 FROM account WHERE sealed IS NOT NULL)";
        Ok(sqlx::query(any).fetch_one(&self.pool).await?.try_get(0)?)
    }

    /// The sealed key of the bindings. At the first call ever that is `fresh`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn binding_key(&self, fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
        let insert = sqlx::query("INSERT INTO binding_key (only_row, sealed) VALUES (1, ?) ON CONFLICT DO NOTHING");
        insert.bind(fresh).execute(&self.pool).await?;
        self.kept_binding_key().await?.ok_or(StoreError::Database(sqlx::Error::RowNotFound))
    }

    /// The sealed key of the bindings, when there is one yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn kept_binding_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let row = sqlx::query("SELECT sealed FROM binding_key").fetch_optional(&self.pool).await?;
        Ok(row.map(|row| row.try_get("sealed")).transpose()?)
    }

    /// Puts the same key, sealed anew, in the place of the old bytes. Gives whether those were there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reseal_binding_key(&self, old: &[u8], new: &[u8]) -> Result<bool, StoreError> {
        let update = sqlx::query("UPDATE binding_key SET sealed = ? WHERE sealed = ?").bind(new).bind(old);
        Ok(update.execute(&self.pool).await?.rows_affected() > 0)
    }

    /// The first request behind that one which holds something sealed, and that.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_sealed(&self, after: Option<RequestId>) -> Result<Option<(RequestId, Vec<u8>)>, StoreError> {
        let row = sqlx::query("SELECT id, sealed FROM request WHERE sealed IS NOT NULL AND id > ? ORDER BY id LIMIT 1");
        let row = row.bind(after.map(|id| id.to_string()).unwrap_or_default()).fetch_optional(&self.pool).await?;
        row.map(|row| Ok((request_id(&row, "id")?, row.try_get("sealed")?))).transpose()
    }

    /// Puts the same text, sealed anew, in the place of the old bytes. Gives whether those were there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reseal(&self, id: RequestId, old: &[u8], new: &[u8]) -> Result<bool, StoreError> {
        let update = sqlx::query("UPDATE request SET sealed = ? WHERE id = ? AND sealed = ?");
        Ok(update.bind(new).bind(id.to_string()).bind(old).execute(&self.pool).await?.rows_affected() > 0)
    }
}
