//! Looking sessions up.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Began, Ended, Index};
use crate::StoreError;
use crate::tokens::{signed, unsigned};

/// A session, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Its chain.
    pub sid: String,
    /// How it began.
    pub began: Began,
    /// Commands that were allowed.
    pub commands: u64,
    /// Commands that were refused.
    pub refusals: u64,
    /// How it ended; `None` while it is open.
    pub ended: Option<Ended>,
}

/// Which sessions. All that is said must hold.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this person.
    pub person: Option<String>,
    /// To this resource.
    pub resource: Option<String>,
    /// Began then or later.
    pub since_us: Option<u64>,
    /// Began before then.
    pub until_us: Option<u64>,
    /// Have not ended.
    pub open: bool,
    /// Sids that begin so.
    pub sid: Option<String>,
}

impl Index {
    /// At most `limit` of the wanted sessions, those that began last first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions(&self, wanted: &Wanted, limit: u32) -> Result<Vec<SessionRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM session WHERE (?1 IS NULL OR person = ?1) AND (?2 IS NULL OR resource = ?2) \
             AND began_us >= ?3 AND began_us < ?4 AND (NOT ?5 OR ended_us IS NULL) \
             AND (?6 IS NULL OR substr(sid, 1, length(?6)) = ?6) ORDER BY began_us DESC, number DESC LIMIT ?7",
        )
        .bind(&wanted.person)
        .bind(&wanted.resource)
        .bind(signed(wanted.since_us.unwrap_or_default()))
        .bind(signed(wanted.until_us.unwrap_or(u64::MAX)))
        .bind(wanted.open)
        .bind(&wanted.sid)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(session).collect()
    }

    /// The bundles of the log in which that session has records, in their order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bundles(&self, sid: &str) -> Result<Vec<u64>, StoreError> {
        let rows = sqlx::query(
            "SELECT bundle FROM place JOIN session ON place.session = session.number WHERE sid = ? ORDER BY bundle",
        )
        .bind(sid)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(unsigned(row.try_get("bundle")?))).collect()
    }
}

fn session(row: &SqliteRow) -> Result<SessionRow, StoreError> {
    let ended = match (row.try_get::<Option<i64>, _>("ended_us")?, row.try_get("cause")?) {
        (Some(at_us), Some(cause)) => Some(Ended { at_us: unsigned(at_us), cause }),
        _ => None,
    };
    Ok(SessionRow {
        sid: row.try_get("sid")?,
        began: Began {
            at_us: unsigned(row.try_get("began_us")?),
            resource: row.try_get("resource")?,
            protocol: row.try_get("protocol")?,
            person: row.try_get("person")?,
            client: row.try_get("client")?,
            account: row.try_get("account")?,
            database: row.try_get("database")?,
        },
        commands: unsigned(row.try_get("commands")?),
        refusals: unsigned(row.try_get("refusals")?),
        ended,
    })
}
