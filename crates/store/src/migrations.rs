//! Brings the tables up to date: numbered files, each applied once, the number kept in the file itself.

use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, Executor, Row};

use crate::StoreError;

/// In order; the first takes version 0 to 1. A file that was released is never changed.
const STEPS: &[&str] = &[
    include_str!("migrations/0001_tokens.sql"),
    include_str!("migrations/0002_estate.sql"),
    include_str!("migrations/0003_requests.sql"),
    include_str!("migrations/0004_people_of_files.sql"),
    include_str!("migrations/0005_approved_masks.sql"),
];

/// Applies what is missing, all or nothing, and safely beside another process that does the same.
pub(crate) async fn run(pool: &SqlitePool) -> Result<(), StoreError> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let found: i64 = sqlx::query("PRAGMA user_version").fetch_one(&mut *transaction).await?.try_get(0)?;
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for (version, step) in (1_i64..).zip(STEPS).filter(|(version, _)| *version > found) {
        transaction.execute(sqlx::raw_sql(*step)).await?;
        // A pragma takes no parameters; the version is a number of ours.
        transaction.execute(AssertSqlSafe(format!("PRAGMA user_version = {version}"))).await?;
    }
    transaction.commit().await?;
    Ok(())
}
