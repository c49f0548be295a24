//! How the index follows the log.

use sqlx::{Row, SqliteConnection};

use super::Index;
use crate::StoreError;
use crate::tokens::{bytes, signed, unsigned};

/// How far the log has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Records read: the index of the next one.
    pub records: u64,
    /// Leaf hash of the last one, by which a log that is another one now is noticed.
    pub head: [u8; 32],
}

/// The beginning of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Began {
    /// When.
    pub at_us: u64,
    /// To what.
    pub resource: String,
    /// The protocol.
    pub protocol: String,
    /// Who; `None` when it was erased. The same for what follows.
    pub person: Option<String>,
    /// From where.
    pub client: Option<String>,
    /// As which upstream account.
    pub account: Option<String>,
    /// Which database or the like.
    pub database: Option<String>,
}

/// The end of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at_us: u64,
    /// Why.
    pub cause: String,
}

/// What a stretch of the log says of one session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// It began.
    pub began: Option<Began>,
    /// More commands.
    pub commands: u64,
    /// More refusals.
    pub refusals: u64,
    /// It ended.
    pub ended: Option<Ended>,
    /// Its people were erased.
    pub erased: bool,
    /// Bundles in which it has records.
    pub bundles: Vec<u64>,
}

impl Index {
    /// How far the log has been read; `None` when nothing has been.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn progress(&self) -> Result<Option<Progress>, StoreError> {
        let row = sqlx::query("SELECT records, head FROM progress").fetch_optional(&self.pool).await?;
        let progress =
            |row| Ok(Progress { records: unsigned(Row::try_get(&row, "records")?), head: bytes(&row, "head")? });
        row.map(progress).transpose()
    }

    /// Adds a stretch of the log, all of it or nothing. `false`, and nothing is done, when another process was there first
    /// and `from` is no longer how far the log has been read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add<'a>(
        &self,
        from: u64,
        changes: impl IntoIterator<Item = (&'a str, &'a Change)>,
        to: &Progress,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let row = sqlx::query("SELECT records FROM progress").fetch_optional(&mut *transaction).await?;
        let records = row.map(|row| row.try_get("records")).transpose()?.map_or(0, unsigned);
        if records != from {
            return Ok(false);
        }
        for (sid, change) in changes {
            apply(&mut transaction, sid, change).await?;
        }
        sqlx::query("INSERT OR REPLACE INTO progress (only_row, records, head) VALUES (1, ?, ?)")
            .bind(signed(to.records))
            .bind(to.head.as_slice())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Chains that never began as a session, those of the gateway itself, leave no trace.
async fn apply(to: &mut SqliteConnection, sid: &str, change: &Change) -> Result<(), StoreError> {
    if let Some(began) = &change.began {
        begin(to, sid, began).await?;
    }
    let row = sqlx::query(
        "UPDATE session SET commands = commands + ?, refusals = refusals + ?, ended_us = coalesce(?, ended_us), \
         cause = coalesce(?, cause) WHERE sid = ? RETURNING number",
    )
    .bind(signed(change.commands))
    .bind(signed(change.refusals))
    .bind(change.ended.as_ref().map(|ended| signed(ended.at_us)))
    .bind(change.ended.as_ref().map(|ended| &ended.cause))
    .bind(sid)
    .fetch_optional(&mut *to)
    .await?;
    let Some(row) = row else { return Ok(()) };
    let number: i64 = row.try_get("number")?;
    for bundle in &change.bundles {
        sqlx::query("INSERT OR IGNORE INTO place (session, bundle) VALUES (?, ?)")
            .bind(number)
            .bind(signed(*bundle))
            .execute(&mut *to)
            .await?;
    }
    if change.erased {
        sqlx::query(
            "UPDATE session SET person = NULL, client = NULL, account = NULL, database = NULL WHERE number = ?",
        )
        .bind(number)
        .execute(&mut *to)
        .await?;
    }
    Ok(())
}

async fn begin(to: &mut SqliteConnection, sid: &str, began: &Began) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO session (sid, began_us, resource, protocol, person, client, account, database) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(sid)
    .bind(signed(began.at_us))
    .bind(&began.resource)
    .bind(&began.protocol)
    .bind(&began.person)
    .bind(&began.client)
    .bind(&began.account)
    .bind(&began.database)
    .execute(to)
    .await?;
    Ok(())
}
