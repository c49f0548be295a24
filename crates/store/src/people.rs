//! People, service accounts and agents besides those of the configuration file.

use model::{Kind, PrincipalId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::requests::change;
use crate::tokens::{signed, unsigned};
use crate::{EndedRow, Store, StoreError, grants};

/// A person as they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// The stable key.
    pub id: PrincipalId,
    /// The name shown to people.
    pub name: String,
    /// Human, service or agent.
    pub kind: Kind,
    /// The same human being under another key.
    pub same_person_as: Option<PrincipalId>,
    /// Disabled since.
    pub disabled_us: Option<u64>,
    /// Microseconds since 1970 UTC.
    pub added_us: u64,
}

impl Store {
    /// All people, by key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people(&self) -> Result<Vec<PersonRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM person ORDER BY issuer, subject").fetch_all(&self.pool).await?;
        rows.iter().map(person).collect()
    }

    /// Keeps a new person. Gives whether there was none of that key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_person(&self, person: &PersonRow) -> Result<bool, StoreError> {
        self.write_person(
            "INSERT INTO person (name, kind, answers_issuer, answers_subject, same_issuer, same_subject, disabled_us, \
             issuer, subject, added_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            person,
        )
        .await
    }

    /// Puts what is given in the place of the person of that key who was added at that time. Gives whether there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_person(&self, person: &PersonRow) -> Result<bool, StoreError> {
        self.write_person(
            "UPDATE person SET name = ?, kind = ?, answers_issuer = ?, answers_subject = ?, same_issuer = ?, \
             same_subject = ?, disabled_us = ? WHERE issuer = ? AND subject = ? AND added_us = ?",
            person,
        )
        .await
    }

    async fn write_person(&self, statement: &'static str, person: &PersonRow) -> Result<bool, StoreError> {
        let (kind, answers) = match &person.kind {
            Kind::Human => ("human", None),
            Kind::Service { owner } => ("service", Some(owner)),
            Kind::Agent { on_behalf_of } => ("agent", Some(on_behalf_of)),
        };
        let same = person.same_person_as.as_ref();
        let done = sqlx::query(statement)
            .bind(&person.name)
            .bind(kind)
            .bind(answers.map(|id| id.issuer.as_str()))
            .bind(answers.map(|id| id.subject.as_str()))
            .bind(same.map(|id| id.issuer.as_str()))
            .bind(same.map(|id| id.subject.as_str()))
            .bind(person.disabled_us.map(signed))
            .bind(&person.id.issuer)
            .bind(&person.id.subject)
            .bind(signed(person.added_us))
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Forgets a person with their roles and memberships, revokes the tokens and grants of that name and voids what waits in
    /// it, all at once: whoever gets it later begins with nothing. Gives whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_person(
        &self,
        id: &PrincipalId,
        tokens_of: Option<&str>,
        at_us: u64,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let statements = [
            "DELETE FROM role WHERE issuer = ? AND subject = ?",
            "DELETE FROM membership WHERE issuer = ? AND subject = ? AND from_file = 0",
            "DELETE FROM person WHERE issuer = ? AND subject = ?",
        ];
        let mut gone = 0;
        for statement in statements {
            let done = sqlx::query(statement).bind(&id.issuer).bind(&id.subject).execute(&mut *transaction).await?;
            gone = done.rows_affected();
        }
        if let Some(name) = tokens_of {
            sqlx::query("UPDATE token SET revoked_us = ? WHERE person = ? AND revoked_us IS NULL")
                .bind(signed(at_us))
                .bind(name)
                .execute(&mut *transaction)
                .await?;
        }
        let ended = EndedRow { at_us, by: None, reason: Some("its person was removed".to_owned()) };
        grants::revoke_all_of(id, &ended, &mut transaction).await?;
        change::void_all_of(id, ended, &mut transaction).await?;
        transaction.commit().await?;
        Ok(gone > 0)
    }
}

fn person(row: &SqliteRow) -> Result<PersonRow, StoreError> {
    let answers = pair(row, "answers_issuer", "answers_subject")?;
    let word: &str = row.try_get("kind")?;
    let kind = match (word, answers) {
        ("service", Some(owner)) => Kind::Service { owner },
        ("agent", Some(on_behalf_of)) => Kind::Agent { on_behalf_of },
        // The table lets nobody else answer for a human.
        _ => Kind::Human,
    };
    Ok(PersonRow {
        id: id(row)?,
        name: row.try_get("name")?,
        kind,
        same_person_as: pair(row, "same_issuer", "same_subject")?,
        disabled_us: row.try_get::<Option<i64>, _>("disabled_us")?.map(unsigned),
        added_us: unsigned(row.try_get("added_us")?),
    })
}

/// The key of the person that a row is about.
pub(crate) fn id(row: &SqliteRow) -> Result<PrincipalId, StoreError> {
    Ok(PrincipalId { issuer: row.try_get("issuer")?, subject: row.try_get("subject")? })
}

fn pair(row: &SqliteRow, issuer: &str, subject: &str) -> Result<Option<PrincipalId>, StoreError> {
    let (issuer, subject): (Option<String>, Option<String>) = (row.try_get(issuer)?, row.try_get(subject)?);
    Ok(issuer.zip(subject).map(|(issuer, subject)| PrincipalId { issuer, subject }))
}
