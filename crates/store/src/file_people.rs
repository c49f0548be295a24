//! Who stands in the configuration files of the gateways that share the store: so that it is seen when somebody is dropped.

use model::PrincipalId;

use crate::people::id;
use crate::{Store, StoreError};

impl Store {
    /// Who stood in the file of that gateway when it was started last, and stands in no other gateway's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn file_people_of(&self, gateway: &str) -> Result<Vec<PrincipalId>, StoreError> {
        let rows = sqlx::query(
            "SELECT issuer, subject FROM file_person AS one WHERE gateway = ?1 AND NOT EXISTS (SELECT 1 FROM file_person \
             AS other WHERE gateway <> ?1 AND other.issuer = one.issuer AND other.subject = one.subject)",
        );
        rows.bind(gateway).fetch_all(&self.pool).await?.iter().map(id).collect()
    }

    /// Keeps who stands in the file of that gateway now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_file_people(&self, gateway: &str, people: &[PrincipalId]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM file_person WHERE gateway = ?").bind(gateway).execute(&mut *transaction).await?;
        for person in people {
            sqlx::query("INSERT INTO file_person (gateway, issuer, subject) VALUES (?, ?, ?)")
                .bind(gateway)
                .bind(&person.issuer)
                .bind(&person.subject)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
