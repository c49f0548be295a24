//! Tokens of people, and the salt that all tokens of a person share.

use std::fmt;

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::{Store, StoreError};

/// A person has at most this many tokens that are neither expired nor revoked: every one is tried at a sign-in.
pub const LIVE_TOKENS: u32 = 64;

/// Dead tokens that a sign-in is compared with, newest first, only to say what is wrong with it.
const DEAD_TOKENS: u32 = 64;

/// The salt of a person.
pub type Salt = [u8; 16];

/// A token as it is kept: nothing here lets anybody in. Its keys are not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// Its public name.
    pub id: String,
    /// Whose it is.
    pub person: String,
    /// StoredKey of RFC 5802.
    pub stored_key: [u8; 32],
    /// ServerKey of RFC 5802.
    pub server_key: [u8; 32],
    /// Microseconds since 1970 UTC.
    pub created_us: u64,
    /// Not valid from then on.
    pub expires_us: u64,
    /// Revoked since.
    pub revoked_us: Option<u64>,
    /// SHA-256 over it, by which it is found without a name; older ones have none.
    pub digest: Option<[u8; 32]>,
    /// Who else may know it, `ISSUER/SUBJECT`: the person who made it for somebody. Nobody when its own person made it, or an
    /// operator at the machine.
    pub made_by: Option<String>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("id", &self.id).field("person", &self.person).finish_non_exhaustive()
    }
}

impl Store {
    /// The salt of a person who has, or had, a token.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn salt_of(&self, person: &str) -> Result<Option<Salt>, StoreError> {
        let row = sqlx::query("SELECT salt FROM salt WHERE person = ?").bind(person).fetch_optional(&self.pool).await?;
        Ok(row.map(|row| bytes(&row, "salt")).transpose()?)
    }

    /// The salt of a person; the first time that is `fresh`, which must be random.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_salt(&self, person: &str, fresh: Salt) -> Result<Salt, StoreError> {
        sqlx::query("INSERT INTO salt (person, salt) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(person)
            .bind(fresh.as_slice())
            .execute(&self.pool)
            .await?;
        let row = sqlx::query("SELECT salt FROM salt WHERE person = ?").bind(person).fetch_one(&self.pool).await?;
        Ok(bytes(&row, "salt")?)
    }

    /// Keeps a new token. The person's salt must be kept already.
    ///
    /// # Errors
    /// When the person has too many, or the database fails.
    pub async fn create_token(&self, token: &Token) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let live: u32 =
            sqlx::query("SELECT count(*) FROM token WHERE person = ? AND revoked_us IS NULL AND expires_us > ?")
                .bind(&token.person)
                .bind(signed(token.created_us))
                .fetch_one(&mut *transaction)
                .await?
                .try_get(0)?;
        if live >= LIVE_TOKENS {
            return Err(StoreError::TooManyTokens { person: token.person.clone() });
        }
        sqlx::query(
            "INSERT INTO token (id, person, stored_key, server_key, created_us, expires_us, revoked_us, digest, \
             made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&token.id)
        .bind(&token.person)
        .bind(token.stored_key.as_slice())
        .bind(token.server_key.as_slice())
        .bind(signed(token.created_us))
        .bind(signed(token.expires_us))
        .bind(token.revoked_us.map(signed))
        .bind(token.digest.as_ref().map(<[u8; 32]>::as_slice))
        .bind(&token.made_by)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Tokens that a sign-in is compared with: all live ones of the person, and the newest of those that are dead.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens_of(&self, person: &str, now_us: u64) -> Result<Vec<Token>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM token WHERE person = ? \
             ORDER BY revoked_us IS NOT NULL OR expires_us <= ?, created_us DESC LIMIT ?",
        )
        .bind(person)
        .bind(signed(now_us))
        .bind(LIVE_TOKENS.saturating_add(DEAD_TOKENS))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(token).collect()
    }

    /// The token of that public name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn token(&self, id: &str) -> Result<Option<Token>, StoreError> {
        let row = sqlx::query("SELECT * FROM token WHERE id = ?").bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(token).transpose()
    }

    /// The token with that digest.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn token_of_digest(&self, digest: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        let row = sqlx::query("SELECT * FROM token WHERE digest = ?").bind(digest.as_slice());
        row.fetch_optional(&self.pool).await?.as_ref().map(token).transpose()
    }

    /// All tokens, by person and then oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        let rows = sqlx::query("SELECT * FROM token ORDER BY person, created_us, id").fetch_all(&self.pool).await?;
        rows.iter().map(token).collect()
    }

    /// How many tokens were ever revoked: another number when one more was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revocations(&self) -> Result<i64, StoreError> {
        let row = sqlx::query("SELECT count(*) FROM token WHERE revoked_us IS NOT NULL").fetch_one(&self.pool).await?;
        Ok(row.try_get(0)?)
    }

    /// Revokes a token; the first time counts. Gives the token as it is now, `None` when there is none of that name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_token(&self, id: &str, at_us: u64) -> Result<Option<Token>, StoreError> {
        sqlx::query("UPDATE token SET revoked_us = ? WHERE id = ? AND revoked_us IS NULL")
            .bind(signed(at_us))
            .bind(id)
            .execute(&self.pool)
            .await?;
        self.token(id).await
    }
}

fn token(row: &SqliteRow) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.try_get("id")?,
        person: row.try_get("person")?,
        stored_key: bytes(row, "stored_key")?,
        server_key: bytes(row, "server_key")?,
        created_us: unsigned(row.try_get("created_us")?),
        expires_us: unsigned(row.try_get("expires_us")?),
        revoked_us: row.try_get::<Option<i64>, _>("revoked_us")?.map(unsigned),
        digest: row.try_get::<Option<&[u8]>, _>("digest")?.map(|_| bytes(row, "digest")).transpose()?,
        made_by: row.try_get("made_by")?,
    })
}

pub(crate) fn bytes<const LENGTH: usize>(row: &SqliteRow, column: &str) -> Result<[u8; LENGTH], sqlx::Error> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes.try_into().map_err(|error| sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(error) })
}

/// SQLite's integers are signed. The last moment that they can tell is the year 294,246.
pub(crate) fn signed(time_us: u64) -> i64 {
    i64::try_from(time_us).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(time_us: i64) -> u64 {
    u64::try_from(time_us).unwrap_or(0)
}
