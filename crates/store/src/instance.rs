//! What makes this installation differ from every other.

use sqlx::Row;

use crate::{Store, StoreError};

impl Store {
    /// The instance's secret. At the first call ever that is `fresh`, which must be random.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn instance_secret(&self, fresh: &[u8; 32]) -> Result<Vec<u8>, StoreError> {
        sqlx::query("INSERT INTO instance (only_row, secret) VALUES (1, ?) ON CONFLICT DO NOTHING")
            .bind(fresh.as_slice())
            .execute(&self.pool)
            .await?;
        Ok(sqlx::query("SELECT secret FROM instance").fetch_one(&self.pool).await?.try_get("secret")?)
    }
}
