//! What approved requests give, until when; and the reviews of broken glass.

use model::{PrincipalId, RequestId, Requirement, ResourceName};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use crate::requests::change::encoded;
use crate::requests::read::{json, maybe_principal, parsed, principal, request_id, time, word};
use crate::tokens::{signed, unsigned};
use crate::{EndedRow, RequestKind, Store, StoreError};

/// A grant as it is kept. What it shares with its request is the request's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRow {
    /// The request it comes from.
    pub id: RequestId,
    /// Access, breaking the glass, or revealing.
    pub kind: RequestKind,
    /// Who has it.
    pub principal: PrincipalId,
    /// The human who answers for them.
    pub human: PrincipalId,
    /// On what.
    pub resource: ResourceName,
    /// As which upstream account; none = any.
    pub account: Option<String>,
    /// The policies that asked for approval; of revealing, the one that is lifted.
    pub policies: Vec<String>,
    /// Of revealing, the texts of what that one masked when it was asked for.
    pub masks: Vec<String>,
    /// Why it was asked for.
    pub reason: Option<String>,
    /// What people agreed to.
    pub met: Vec<Requirement>,
    /// From when, microseconds since 1970 UTC.
    pub from_us: u64,
    /// Until when.
    pub until_us: u64,
    /// When, by whom and why it was taken back.
    pub revoked: Option<EndedRow>,
}

/// The review of a broken glass as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewRow {
    /// Whose task it is.
    pub owner: PrincipalId,
    /// Until when.
    pub due_us: u64,
    /// When it was done, by whom, and what they found.
    pub done: Option<EndedRow>,
}

const GRANTS: &str = "SELECT g.*, r.kind, r.requester_issuer, r.requester_subject, r.human_issuer, r.human_subject, \
                      r.resource, r.account, r.policies, r.masks, r.reason FROM access_grant g JOIN request r ON r.id = g.request";

impl Store {
    /// Grants, newest first: those older than `after`; with `live_at` only those that hold then or later.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grants(
        &self,
        live_at: Option<u64>,
        after: Option<RequestId>,
        limit: u32,
    ) -> Result<Vec<GrantRow>, StoreError> {
        let which = "WHERE (?1 IS NULL OR (g.until_us > ?1 AND g.revoked_us IS NULL)) AND (?2 IS NULL OR g.request < ?2) \
                     ORDER BY g.request DESC LIMIT ?3";
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{GRANTS} {which}")))
            .bind(live_at.map(signed))
            .bind(after.map(|id| id.to_string()))
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(grant).collect()
    }

    /// The grant of that request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grant(&self, id: RequestId) -> Result<Option<GrantRow>, StoreError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{GRANTS} WHERE g.request = ?"))).bind(id.to_string());
        row.fetch_optional(&self.pool).await?.as_ref().map(grant).transpose()
    }

    /// Takes a grant back. Gives whether it held until then, or was to.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_grant(&self, id: RequestId, ended: &EndedRow) -> Result<bool, StoreError> {
        let by = ended.by.as_ref();
        let done = sqlx::query(
            "UPDATE access_grant SET revoked_us = ?, revoked_issuer = ?, revoked_subject = ?, revoked_reason = ? \
             WHERE request = ? AND revoked_us IS NULL AND until_us > ?",
        )
        .bind(signed(ended.at_us))
        .bind(by.map(|by| by.issuer.as_str()))
        .bind(by.map(|by| by.subject.as_str()))
        .bind(&ended.reason)
        .bind(id.to_string())
        .bind(signed(ended.at_us))
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Reviews with what they are of: those not done first, by due date.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reviews(&self, limit: u32) -> Result<Vec<(RequestId, ReviewRow)>, StoreError> {
        let rows =
            sqlx::query("SELECT * FROM break_glass_review ORDER BY done_us IS NOT NULL, due_us, request LIMIT ?");
        let rows = rows.bind(limit).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((request_id(row, "request")?, review(row)?))).collect()
    }

    /// The review of that breaking of the glass.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn review(&self, id: RequestId) -> Result<Option<ReviewRow>, StoreError> {
        let row = sqlx::query("SELECT * FROM break_glass_review WHERE request = ?").bind(id.to_string());
        row.fetch_optional(&self.pool).await?.as_ref().map(review).transpose()
    }

    /// Keeps what a review found; the first time counts. Gives whether this was it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finish_review(&self, id: RequestId, done: &EndedRow) -> Result<bool, StoreError> {
        let by = done.by.as_ref();
        let finished = sqlx::query(
            "UPDATE break_glass_review SET done_us = ?, done_issuer = ?, done_subject = ?, findings = ? \
             WHERE request = ? AND done_us IS NULL",
        )
        .bind(signed(done.at_us))
        .bind(by.map(|by| by.issuer.as_str()))
        .bind(by.map(|by| by.subject.as_str()))
        .bind(&done.reason)
        .bind(id.to_string())
        .execute(&self.pool)
        .await?;
        Ok(finished.rows_affected() > 0)
    }
}

/// Takes back all grants of somebody that hold, or are to.
pub(crate) async fn revoke_all_of(
    id: &PrincipalId,
    ended: &EndedRow,
    transaction: &mut Transaction<'_, Sqlite>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE access_grant SET revoked_us = ?1, revoked_reason = ?2 WHERE revoked_us IS NULL AND until_us > ?1 \
         AND request IN (SELECT id FROM request WHERE requester_issuer = ?3 AND requester_subject = ?4)",
    )
    .bind(signed(ended.at_us))
    .bind(&ended.reason)
    .bind(&id.issuer)
    .bind(&id.subject)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

pub(crate) async fn insert(
    grant: &GrantRow,
    review: Option<&ReviewRow>,
    transaction: &mut Transaction<'_, Sqlite>,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO access_grant (request, met, from_us, until_us) VALUES (?, ?, ?, ?)")
        .bind(grant.id.to_string())
        .bind(encoded(&grant.met)?)
        .bind(signed(grant.from_us))
        .bind(signed(grant.until_us))
        .execute(&mut **transaction)
        .await?;
    if let Some(review) = review {
        sqlx::query(
            "INSERT INTO break_glass_review (request, owner_issuer, owner_subject, due_us) VALUES (?, ?, ?, ?)",
        )
        .bind(grant.id.to_string())
        .bind(&review.owner.issuer)
        .bind(&review.owner.subject)
        .bind(signed(review.due_us))
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

fn grant(row: &SqliteRow) -> Result<GrantRow, StoreError> {
    Ok(GrantRow {
        id: request_id(row, "request")?,
        kind: word(row, "kind", &RequestKind::ALL, RequestKind::as_str)?,
        principal: principal(row, "requester_issuer", "requester_subject")?,
        human: principal(row, "human_issuer", "human_subject")?,
        resource: parsed(row, "resource")?,
        account: row.try_get("account")?,
        policies: json(row, "policies")?,
        masks: json(row, "masks")?,
        reason: row.try_get("reason")?,
        met: json(row, "met")?,
        from_us: unsigned(row.try_get("from_us")?),
        until_us: unsigned(row.try_get("until_us")?),
        revoked: end(row, "revoked_us", ("revoked_issuer", "revoked_subject"), "revoked_reason")?,
    })
}

fn review(row: &SqliteRow) -> Result<ReviewRow, StoreError> {
    Ok(ReviewRow {
        owner: principal(row, "owner_issuer", "owner_subject")?,
        due_us: unsigned(row.try_get("due_us")?),
        done: end(row, "done_us", ("done_issuer", "done_subject"), "findings")?,
    })
}

fn end(row: &SqliteRow, at: &str, by: (&str, &str), reason: &str) -> Result<Option<EndedRow>, StoreError> {
    let Some(at_us) = time(row, at)? else { return Ok(None) };
    Ok(Some(EndedRow { at_us, by: maybe_principal(row, by.0, by.1)?, reason: row.try_get(reason)? }))
}
