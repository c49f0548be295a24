//! Whether anything has changed, cheaply enough to ask twice a second.

use sqlx::Row;

use crate::{Store, StoreError};

impl Store {
    /// A number that differs from the last one asked for when anything was written since, by this process or another.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_counter(&self) -> Result<i64, StoreError> {
        let mut observer = self.observer.lock().await;
        Ok(sqlx::query("PRAGMA data_version").fetch_one(&mut *observer).await?.try_get(0)?)
    }
}
