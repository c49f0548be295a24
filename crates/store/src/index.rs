//! The index of recorded sessions: what a list shows, and in which bundles of the log the records of each stand.
//!
//! Derived from the evidence log and never authoritative: it can be deleted at any time and is then made anew. It names
//! people in clear, so only the gateway's user may read it, and what is erased from the log is erased here.

mod find;
mod grow;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, Row};

use crate::{PATIENCE, StoreError, make_private};

pub use find::{SessionRow, Wanted};
pub use grow::{Began, Change, Ended, Progress};

/// The tables. A file with any other version of them is begun anew.
const TABLES: &str = include_str!("index/tables.sql");
const VERSION: i64 = 1;

/// The index of one log.
pub struct Index {
    pool: SqlitePool,
}

impl Index {
    /// Opens the index in `file`, or begins one that only the gateway's user may read.
    ///
    /// # Errors
    /// When the file cannot be had, or is no index.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        make_private(file).map_err(|source| StoreError::File { path: file.to_owned(), source })?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .pragma("secure_delete", "ON")
            .busy_timeout(PATIENCE)
            .disable_statement_logging();
        let index = Self { pool: SqlitePoolOptions::new().max_connections(1).connect_with(options).await? };
        index.prepare().await?;
        Ok(index)
    }

    /// Takes the index in `file` away, whatever is in it.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn remove(file: &Path) -> Result<(), StoreError> {
        for ending in ["", "-wal", "-shm"] {
            let mut name = file.as_os_str().to_owned();
            name.push(ending);
            let path = PathBuf::from(name);
            match fs::remove_file(&path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(StoreError::File { path, source });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Forgets everything, to begin with the first record.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clear(&self) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        transaction.execute(sqlx::raw_sql("DELETE FROM place; DELETE FROM session; DELETE FROM progress;")).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn prepare(&self) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let found: i64 = sqlx::query("PRAGMA user_version").fetch_one(&mut *transaction).await?.try_get(0)?;
        if found != VERSION {
            let drop = "DROP TABLE IF EXISTS place; DROP TABLE IF EXISTS session; DROP TABLE IF EXISTS progress;";
            transaction.execute(sqlx::raw_sql(drop)).await?;
            transaction.execute(sqlx::raw_sql(TABLES)).await?;
            // A pragma takes no parameters; the version is a number of ours.
            transaction.execute(AssertSqlSafe(format!("PRAGMA user_version = {VERSION}"))).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
