//! What a database holds: read in one transaction, so that all of it is of one moment.

mod building;
#[macro_use]
mod code;
mod definition;
mod labels;
mod queries;
#[cfg(test)]
mod tests;
mod tree;
mod users;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::TryStreamExt;
use ports::Later;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row};

use super::connection::{Connection, failed};
use crate::catalogues::{Failure, Found, Inspector, Place, Source};
use building::Building;
use queries::{LONGEST_DEFINITION, MOST};

/// The most that is read of an answer, all questions together.
const LONGEST: u64 = 256 << 20;
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// One database.
pub(super) struct Database {
    place: Place,
    /// Taken out while it is used, so that one on which something went wrong, or nobody waited to the end, is not used again.
    connection: Mutex<Option<Connection>>,
}

impl Database {
    pub(super) fn new(place: Place) -> Self {
        Self { place, connection: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Option<Connection>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(&self, inspector: Inspector, known: Option<String>) -> Result<Option<Found>, Failure> {
        let kept = self.kept().take().filter(|kept| kept.is_of(&inspector));
        let connection = match kept {
            Some(kept) => kept,
            None => Connection::open(&self.place, inspector).await?,
        };
        connection.begin(LONGEST);
        let found = snapshot(connection.client(), known.as_deref()).await?;
        *self.kept() = Some(connection);
        Ok(found)
    }
}

impl Source for Database {
    fn read(self: Arc<Self>, inspector: Inspector, known: Option<String>) -> Later<Result<Option<Found>, Failure>> {
        Box::pin(async move { Database::read(&self, inspector, known).await })
    }
}

/// All of it at one moment; nothing when its fingerprint is the known one.
async fn snapshot(client: &Client, known: Option<&str>) -> Result<Option<Found>, Failure> {
    client.batch_execute(BEGIN).await.map_err(|error| failed(&error))?;
    let row = client.query_one(queries::FINGERPRINT, &[]).await.map_err(|error| failed(&error))?;
    let fingerprint: String = row.try_get(0).map_err(|error| failed(&error))?;
    let found = if known == Some(fingerprint.as_str()) { None } else { Some(whole(client, fingerprint).await?) };
    client.batch_execute("COMMIT").await.map_err(|error| failed(&error))?;
    Ok(found)
}

async fn whole(client: &Client, fingerprint: String) -> Result<Found, Failure> {
    let row = client.query_one(queries::VERSION, &[]).await.map_err(|error| failed(&error))?;
    let server: i32 = row.try_get(0).map_err(|error| failed(&error))?;
    let mut building = Building::default();
    let longest = i32::try_from(LONGEST_DEFINITION).unwrap_or(i32::MAX);
    each(client, code::REVEALING, &[], |row| building.revealing(row)).await?;
    each(client, queries::RELATIONS, &[], |row| building.relation(row)).await?;
    each(client, queries::DEPENDS, &[], |row| building.depends(row)).await?;
    each(client, queries::VIEWS, &[&longest], |row| building.view(row)).await?;
    each(client, queries::COLUMNS, &[&longest], |row| building.column(row)).await?;
    each(client, queries::PARENTS, &[], |row| building.parent(row)).await?;
    each(client, code::TRIGGERED, &[], |row| building.triggered(row)).await?;
    each(client, code::RUNNING, &[], |row| building.running(row)).await?;
    each(client, queries::FUNCTIONS, &[], |row| building.function(row)).await?;
    each(client, queries::TYPES, &[], |row| building.kind(row)).await?;
    each(client, queries::LABELS, &[], |row| building.label(row)).await?;
    let code = users::code(client).await?;
    Ok(building.done(fingerprint, u32::try_from(server).unwrap_or_default(), code))
}

/// Asks a question and takes each row of the answer as it comes.
async fn each(
    client: &Client,
    question: &str,
    with: &[&(dyn ToSql + Sync)],
    mut take: impl FnMut(&Row) -> Result<(), Error>,
) -> Result<(), Failure> {
    let question = format!("{question} LIMIT {}", MOST.saturating_add(1));
    let rows = client.query_raw(question.as_str(), with.iter().copied()).await.map_err(|error| failed(&error))?;
    let mut rows = std::pin::pin!(rows);
    let mut seen = 0_usize;
    while let Some(row) = rows.try_next().await.map_err(|error| failed(&error))? {
        seen = seen.saturating_add(1);
        if seen > MOST {
            return Err(Failure::new(format!("it holds more than is read: {MOST} columns, functions or types")));
        }
        take(&row).map_err(|error| failed(&error))?;
    }
    Ok(())
}
