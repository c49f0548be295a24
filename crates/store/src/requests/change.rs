//! Changing requests: every change of state is conditional on the state before it.

use model::{PrincipalId, RequestId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, SqliteConnection, Transaction};
use uuid::Uuid;

use super::read::{listed, request_id, wait_word};
use super::{ApprovalRow, EndedRow, RequestRow, RequestState};
use crate::tokens::signed;
use crate::{GrantRow, ReviewRow, Store, StoreError};

/// A change of state.
#[derive(Clone, Debug)]
pub struct Move<'a> {
    /// Only from one of these.
    pub from: &'a [RequestState],
    /// To this one.
    pub to: RequestState,
    /// Only when it has not run out at that time; none = in any case.
    pub alive_at: Option<u64>,
    /// When, by whom, why.
    pub ended: EndedRow,
}

impl Store {
    /// Keeps a new request, unless that many wait already for which the same human answers. Gives whether it was kept.
    ///
    /// # Errors
    /// When the database fails, or there is a request of that name.
    pub async fn create_request(&self, request: &RequestRow, most_waiting: u32) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let waiting: u32 = sqlx::query(
            "SELECT count(*) FROM request WHERE state = 'pending' AND expires_us > ? AND human_issuer = ? \
             AND human_subject = ?",
        )
        .bind(signed(request.created_us))
        .bind(&request.human.issuer)
        .bind(&request.human.subject)
        .fetch_one(&mut *transaction)
        .await?
        .try_get(0)?;
        if waiting >= most_waiting {
            return Ok(false);
        }
        insert(request, &mut transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Adds a human's agreement while the request waits. Gives whether it was added: not when it waits no more, nor when that
    /// human has agreed already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_approval(&self, id: RequestId, approval: &ApprovalRow) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let waits = sqlx::query(
            "UPDATE request SET revision = (SELECT max(revision) + 1 FROM request) \
             WHERE id = ? AND state = 'pending' AND expires_us > ?",
        );
        let waits = waits.bind(id.to_string()).bind(signed(approval.at_us)).execute(&mut *transaction).await?;
        if waits.rows_affected() == 0 {
            return Ok(false);
        }
        let added = sqlx::query(
            "INSERT INTO approval (request, human_issuer, human_subject, by_issuer, by_subject, at_us, note) \
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(id.to_string())
        .bind(&approval.human.issuer)
        .bind(&approval.human.subject)
        .bind(&approval.by.issuer)
        .bind(&approval.by.subject)
        .bind(signed(approval.at_us))
        .bind(&approval.note)
        .execute(&mut *transaction)
        .await?;
        if added.rows_affected() == 0 {
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Moves a request from one state to another. Gives whether it was in the first: of many who try at once, one succeeds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn move_request(&self, id: RequestId, step: &Move<'_>) -> Result<bool, StoreError> {
        let mut connection = self.pool.acquire().await?;
        moved(id, step, &mut connection).await
    }

    /// Approves a request for access or for breaking the glass, and gives what was asked for, both or neither.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn approve_with_grant(
        &self,
        id: RequestId,
        grant: &GrantRow,
        review: Option<&ReviewRow>,
        at_us: u64,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let ended = EndedRow { at_us, by: None, reason: None };
        let approved =
            Move { from: &[RequestState::Pending], to: RequestState::Approved, alive_at: Some(at_us), ended };
        if !moved(id, &approved, &mut transaction).await? {
            return Ok(false);
        }
        crate::grants::insert(grant, review, &mut transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Ends what has run out: what waits, and approvals of commands that were not used. Gives what was ended by this call.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn expire_requests(&self, now_us: u64) -> Result<Vec<RequestId>, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let due = sqlx::query(
            "SELECT id FROM request WHERE expires_us <= ? AND (state = 'pending' OR (state = 'approved' \
             AND kind = 'command'))",
        );
        let due = due.bind(signed(now_us)).fetch_all(&mut *transaction).await?;
        let ended = EndedRow { at_us: now_us, by: None, reason: None };
        let ids = end_all(&due, RequestState::Expired, ended, &mut transaction).await?;
        transaction.commit().await?;
        Ok(ids)
    }

    /// Ends what waits in sessions of other runs of that gateway: those sessions are gone. Gives what was ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn void_other_runs(
        &self,
        gateway: &str,
        run: Uuid,
        ended: EndedRow,
    ) -> Result<Vec<RequestId>, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let left = sqlx::query(
            "SELECT id FROM request WHERE wait = 'session' AND state IN ('pending', 'approved') AND gateway = ? \
             AND run <> ?",
        );
        let left = left.bind(gateway).bind(run.to_string()).fetch_all(&mut *transaction).await?;
        let ids = end_all(&left, RequestState::Void, ended, &mut transaction).await?;
        transaction.commit().await?;
        Ok(ids)
    }

    /// Forgets requests for commands that ended before that time: the evidence log has them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_commands(&self, before_us: u64) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM request WHERE kind = 'command' AND state NOT IN ('pending', 'approved') AND ended_us < ?",
        )
        .bind(signed(before_us))
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// Ends what somebody asked for that waits, or was approved and not used; what was given besides is a grant.
pub(crate) async fn void_all_of(
    id: &PrincipalId,
    ended: EndedRow,
    transaction: &mut Transaction<'_, Sqlite>,
) -> Result<(), StoreError> {
    let open = sqlx::query(
        "SELECT id FROM request WHERE requester_issuer = ? AND requester_subject = ? AND (state = 'pending' \
         OR (state = 'approved' AND kind = 'command'))",
    );
    let open = open.bind(&id.issuer).bind(&id.subject).fetch_all(&mut **transaction).await?;
    end_all(&open, RequestState::Void, ended, transaction).await.map(drop)
}

/// One by one, so that each has a revision of its own.
async fn end_all(
    rows: &[SqliteRow],
    to: RequestState,
    ended: EndedRow,
    transaction: &mut Transaction<'_, Sqlite>,
) -> Result<Vec<RequestId>, StoreError> {
    let ids = rows.iter().map(|row| request_id(row, "id")).collect::<Result<Vec<_>, _>>()?;
    let step = Move { from: &[RequestState::Pending, RequestState::Approved], to, alive_at: None, ended };
    for id in &ids {
        moved(*id, &step, &mut *transaction).await?;
    }
    Ok(ids)
}

async fn moved(id: RequestId, step: &Move<'_>, connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    let by = step.ended.by.as_ref();
    let done = sqlx::query(
        "UPDATE request SET state = ?, revision = (SELECT max(revision) + 1 FROM request), ended_us = ?, \
         ended_issuer = ?, ended_subject = ?, ended_reason = ? \
         WHERE id = ? AND instr(?, ',' || state || ',') > 0 AND expires_us > ?",
    )
    .bind(step.to.as_str())
    .bind(signed(step.ended.at_us))
    .bind(by.map(|by| by.issuer.as_str()))
    .bind(by.map(|by| by.subject.as_str()))
    .bind(&step.ended.reason)
    .bind(id.to_string())
    .bind(listed(step.from))
    .bind(step.alive_at.map_or(-1, signed))
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

async fn insert(request: &RequestRow, transaction: &mut Transaction<'_, Sqlite>) -> Result<(), StoreError> {
    let command = request.command.as_ref();
    let reviewer: Option<&PrincipalId> = request.reviewer.as_ref();
    sqlx::query(
        "INSERT INTO request (revision, id, kind, state, gateway, run, requester_issuer, requester_subject, \
         requester_name, human_issuer, human_subject, resource, account, database, client, program, policies, \
         masks, policy_version, requirements, created_us, expires_us, session, command, verb, name, certainty, phase, wait, \
         in_transaction, sealed, binding, reason, from_us, lasts_us, reviewer_issuer, reviewer_subject) \
         VALUES ((SELECT coalesce(max(revision), 0) + 1 FROM request), \
         ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(request.id.to_string())
    .bind(request.kind.as_str())
    .bind(request.state.as_str())
    .bind(&request.gateway)
    .bind(request.run.to_string())
    .bind(&request.requester.issuer)
    .bind(&request.requester.subject)
    .bind(&request.requester_name)
    .bind(&request.human.issuer)
    .bind(&request.human.subject)
    .bind(request.resource.as_str())
    .bind(&request.account)
    .bind(&request.database)
    .bind(&request.client)
    .bind(&request.program)
    .bind(encoded(&request.policies)?)
    .bind(encoded(&request.masks)?)
    .bind(&request.policy_version)
    .bind(encoded(&request.requirements)?)
    .bind(signed(request.created_us))
    .bind(signed(request.expires_us))
    .bind(command.map(|command| command.session.to_string()))
    .bind(command.map(|command| signed(command.number)))
    .bind(command.map(|command| command.verb.as_str()))
    .bind(command.map(|command| command.name.as_str()))
    .bind(command.map(|command| command.certainty.as_str()))
    .bind(command.map(|command| command.phase.as_str()))
    .bind(command.map(|command| wait_word(command.wait)))
    .bind(command.map(|command| command.in_transaction))
    .bind(command.map(|command| command.sealed.as_slice()))
    .bind(command.map(|command| command.binding.as_slice()))
    .bind(&request.reason)
    .bind(request.from_us.map(signed))
    .bind(request.lasts_us.map(signed))
    .bind(reviewer.map(|reviewer| reviewer.issuer.as_str()))
    .bind(reviewer.map(|reviewer| reviewer.subject.as_str()))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

pub(crate) fn encoded<T: serde::Serialize>(list: &T) -> Result<String, StoreError> {
    serde_json::to_string(list).map_err(|error| StoreError::Database(sqlx::Error::Encode(Box::new(error))))
}
