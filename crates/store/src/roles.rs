//! Who may do what with the gateway itself.

use model::PrincipalId;
use sqlx::Row;

use crate::people::id;
use crate::tokens::{signed, unsigned};
use crate::{Store, StoreError};

impl Store {
    /// All roles that were given and since when, by person. The words are those of whoever gave them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn roles(&self) -> Result<Vec<(PrincipalId, String, u64)>, StoreError> {
        let rows = sqlx::query("SELECT issuer, subject, role, since_us FROM role ORDER BY issuer, subject, role");
        let rows = rows.fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((id(row)?, row.try_get("role")?, unsigned(row.try_get("since_us")?)))).collect()
    }

    /// Gives a person a role. Gives whether they did not have it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn give_role(&self, to: &PrincipalId, role: &str, by: &str, at_us: u64) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO role (issuer, subject, role, since_us, given_by) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(&to.issuer)
        .bind(&to.subject)
        .bind(role)
        .bind(signed(at_us))
        .bind(by)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Takes a role from a person. Gives whether they had it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_role(&self, from: &PrincipalId, role: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM role WHERE issuer = ? AND subject = ? AND role = ?")
            .bind(&from.issuer)
            .bind(&from.subject)
            .bind(role)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
