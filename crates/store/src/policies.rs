//! Every version of the policy that was ever in force, whole.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::tokens::{signed, unsigned};
use crate::{Store, StoreError};

/// One version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Its number; a higher one is later.
    pub number: u64,
    /// SHA-256 over its files, hexadecimal.
    pub digest: String,
    /// Who vouches for it, `ISSUER/SUBJECT`; nobody = unattributed.
    pub author: Option<String>,
    /// Where it came from: a word of ours, and perhaps a path.
    pub source: String,
    /// Its files: name and text.
    pub files: BTreeMap<String, String>,
    /// When it was kept; microseconds since 1970 UTC.
    pub at_us: u64,
}

impl Store {
    /// The newest version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_policy(&self) -> Result<Option<PolicyVersion>, StoreError> {
        let row = sqlx::query("SELECT * FROM policy_version ORDER BY number DESC LIMIT 1");
        row.fetch_optional(&self.pool).await?.as_ref().map(version).transpose()
    }

    /// The version of that number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn policy(&self, number: u64) -> Result<Option<PolicyVersion>, StoreError> {
        let row = sqlx::query("SELECT * FROM policy_version WHERE number = ?").bind(signed(number));
        row.fetch_optional(&self.pool).await?.as_ref().map(version).transpose()
    }

    /// At most so many versions with numbers below `before`, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn policies(&self, before: Option<u64>, most: u32) -> Result<Vec<PolicyVersion>, StoreError> {
        let rows = sqlx::query("SELECT * FROM policy_version WHERE number < ? ORDER BY number DESC LIMIT ?")
            .bind(before.map_or(i64::MAX, signed))
            .bind(most)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(version).collect()
    }

    /// Keeps a new version, if `after` is still the newest; its own number is not looked at. Gives the number that it got.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_policy(&self, version: &PolicyVersion, after: Option<u64>) -> Result<Option<u64>, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let newest: Option<i64> =
            sqlx::query("SELECT max(number) FROM policy_version").fetch_one(&mut *transaction).await?.try_get(0)?;
        if newest.map(unsigned) != after {
            return Ok(None);
        }
        let done =
            sqlx::query("INSERT INTO policy_version (digest, author, source, files, at_us) VALUES (?, ?, ?, ?, ?)")
                .bind(&version.digest)
                .bind(&version.author)
                .bind(&version.source)
                .bind(serde_json::to_string(&version.files)?)
                .bind(signed(version.at_us))
                .execute(&mut *transaction)
                .await?;
        transaction.commit().await?;
        Ok(Some(unsigned(done.last_insert_rowid())))
    }
}

fn version(row: &SqliteRow) -> Result<PolicyVersion, StoreError> {
    Ok(PolicyVersion {
        number: unsigned(row.try_get("number")?),
        digest: row.try_get("digest")?,
        author: row.try_get("author")?,
        source: row.try_get("source")?,
        files: serde_json::from_str(row.try_get("files")?)?,
        at_us: unsigned(row.try_get("at_us")?),
    })
}
