//! What the gateway remembers: SQLite in the data directory, in words of the domain. No SQL leaves this crate.
//!
//! Trust: who can write this file can make tokens and give roles. Who can read it learns no token, only what they are
//! verified with, and no credential of a target: those are sealed before they come here.

mod answers;
mod changes;
mod error;
mod file_people;
mod grants;
mod groups;
mod index;
mod instance;
mod migrations;
mod people;
mod policies;
mod requests;
mod resources;
mod roles;
mod tokens;

use std::fs::{self, DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use rustix::fs::OFlags;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection};
use tokio::sync::Mutex;

pub use answers::Answered;
pub use error::StoreError;
pub use grants::{GrantRow, ReviewRow};
pub use groups::Membership;
pub use index::{Began, Change, Ended, Index, Progress, SessionRow, Wanted};
pub use people::PersonRow;
pub use policies::PolicyVersion;
pub use requests::{ApprovalRow, CommandRow, EndedRow, Move, RequestKind, RequestRow, RequestState, RequestsWanted};
pub use resources::{AccountRow, ResourceRow, SecretRow};
pub use tokens::{LIVE_TOKENS, Salt, Token};

/// How long a writer waits for another process, such as `signet token`.
const PATIENCE: Duration = Duration::from_secs(5);

/// The store of one machine.
pub struct Store {
    pool: SqlitePool,
    /// Never writes: SQLite counts only the changes of others.
    observer: Mutex<SqliteConnection>,
}

impl Store {
    /// Opens the store in `file`, or begins one that only the gateway's user may read; brings its tables up to date.
    ///
    /// # Errors
    /// When the file cannot be had, or a newer version of Signet wrote it.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        make_private(file).map_err(|source| StoreError::File { path: file.to_owned(), source })?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE)
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options.clone()).await?;
        migrations::run(&pool).await?;
        let observer = Mutex::new(options.connect().await?);
        Ok(Self { pool, observer })
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// SQLite gives its side files the mode of the main one, so that is made first. A link is not followed: when another user's
/// program runs here, it must not be led to a file of theirs.
fn make_private(file: &Path) -> std::io::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let nofollow = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or_default();
    let opened = OpenOptions::new().append(true).create(true).mode(0o600).custom_flags(nofollow).open(file)?;
    opened.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(test)]
mod tests;
