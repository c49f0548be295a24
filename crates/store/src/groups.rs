//! Who is in which group, since when, and who put them there.

use model::PrincipalId;
use sqlx::Row;

use crate::people::id;
use crate::tokens::{signed, unsigned};
use crate::{Store, StoreError};

/// One person in one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The group, exactly.
    pub group: String,
    /// Who.
    pub person: PrincipalId,
    /// Whether it stands in the configuration file.
    pub from_file: bool,
    /// Since when; for those of the file, since when they were first seen there.
    pub since_us: u64,
    /// Who put them there: `ISSUER/SUBJECT`, or a word of ours.
    pub added_by: String,
}

impl Store {
    /// All memberships, by group.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn memberships(&self) -> Result<Vec<Membership>, StoreError> {
        let rows = sqlx::query("SELECT * FROM membership ORDER BY group_name, issuer, subject, from_file");
        let rows = rows.fetch_all(&self.pool).await?;
        let membership = |row| {
            Ok(Membership {
                group: Row::try_get(row, "group_name")?,
                person: id(row)?,
                from_file: Row::try_get(row, "from_file")?,
                since_us: unsigned(Row::try_get(row, "since_us")?),
                added_by: Row::try_get(row, "added_by")?,
            })
        };
        rows.iter().map(membership).collect()
    }

    /// Puts a person into a group. Gives whether they were not in it yet; the first time counts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_membership(&self, membership: &Membership) -> Result<bool, StoreError> {
        Ok(insert(membership).execute(&self.pool).await?.rows_affected() > 0)
    }

    /// Takes a person out of a group, but for what stands in the configuration file. Gives whether they were in it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_membership(&self, group: &str, person: &PrincipalId) -> Result<bool, StoreError> {
        let done =
            sqlx::query("DELETE FROM membership WHERE group_name = ? AND issuer = ? AND subject = ? AND from_file = 0")
                .bind(group)
                .bind(&person.issuer)
                .bind(&person.subject)
                .execute(&self.pool)
                .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Remembers which memberships stand in the configuration file: those that did already keep their time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_file_memberships(&self, all: &[(String, PrincipalId)], now_us: u64) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let rows = sqlx::query("SELECT * FROM membership WHERE from_file = 1").fetch_all(&mut *transaction).await?;
        for row in &rows {
            let (group, person): (String, _) = (row.try_get("group_name")?, id(row)?);
            if !all.iter().any(|(named, who)| *named == group && *who == person) {
                sqlx::query(
                    "DELETE FROM membership WHERE group_name = ? AND issuer = ? AND subject = ? AND from_file = 1",
                )
                .bind(&group)
                .bind(&person.issuer)
                .bind(&person.subject)
                .execute(&mut *transaction)
                .await?;
            }
        }
        for (group, person) in all {
            let membership = Membership {
                group: group.clone(),
                person: person.clone(),
                from_file: true,
                since_us: now_us,
                added_by: "configuration".to_owned(),
            };
            insert(&membership).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

type Insert<'a> = sqlx::query::Query<'a, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

fn insert(membership: &Membership) -> Insert<'_> {
    sqlx::query(
        "INSERT INTO membership (group_name, issuer, subject, from_file, since_us, added_by) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO NOTHING",
    )
    .bind(&membership.group)
    .bind(&membership.person.issuer)
    .bind(&membership.person.subject)
    .bind(membership.from_file)
    .bind(signed(membership.since_us))
    .bind(&membership.added_by)
}
