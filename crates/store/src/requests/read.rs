//! Reading requests.

use model::{PrincipalId, RequestId, SessionId, Wait};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::{ApprovalRow, CommandRow, EndedRow, RequestKind, RequestRow, RequestState, RequestsWanted};
use crate::tokens::{bytes, signed, unsigned};
use crate::{Store, StoreError};

impl Store {
    /// The request of that name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn request(&self, id: RequestId) -> Result<Option<RequestRow>, StoreError> {
        let row = sqlx::query("SELECT * FROM request WHERE id = ?").bind(id.to_string());
        match row.fetch_optional(&self.pool).await? {
            Some(row) => Ok(Some(self.with_approvals(&row).await?)),
            None => Ok(None),
        }
    }

    /// Requests, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn requests(&self, wanted: &RequestsWanted) -> Result<Vec<RequestRow>, StoreError> {
        let human = wanted.human.as_ref();
        let rows = sqlx::query(
            "SELECT * FROM request WHERE (?1 = '' OR instr(?1, ',' || state || ',') > 0) AND (?2 IS NULL OR kind = ?2) \
             AND (?3 IS NULL OR (human_issuer = ?3 AND human_subject = ?4)) AND (?5 IS NULL OR id < ?5) \
             ORDER BY id DESC LIMIT ?6",
        )
        .bind(listed(&wanted.states))
        .bind(wanted.kind.map(RequestKind::as_str))
        .bind(human.map(|human| human.issuer.as_str()))
        .bind(human.map(|human| human.subject.as_str()))
        .bind(wanted.after.map(|id| id.to_string()))
        .bind(wanted.limit)
        .fetch_all(&self.pool)
        .await?;
        self.all_with_approvals(&rows).await
    }

    /// Requests that changed after that revision, in the order of their last change.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn requests_since(&self, revision: u64, limit: u32) -> Result<Vec<RequestRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM request WHERE revision > ? ORDER BY revision LIMIT ?");
        let rows = rows.bind(signed(revision)).bind(limit).fetch_all(&self.pool).await?;
        self.all_with_approvals(&rows).await
    }

    /// The revision of the last change.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_revision(&self) -> Result<u64, StoreError> {
        let row = sqlx::query("SELECT coalesce(max(revision), 0) FROM request").fetch_one(&self.pool).await?;
        Ok(unsigned(row.try_get(0)?))
    }

    /// The request of that person for exactly that command, to be resubmitted, that still waits or is approved.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn resubmitted(
        &self,
        requester: &PrincipalId,
        binding: &[u8; 32],
        now_us: u64,
    ) -> Result<Option<RequestRow>, StoreError> {
        let row = sqlx::query(
            "SELECT * FROM request WHERE binding = ? AND requester_issuer = ? AND requester_subject = ? \
             AND wait = 'resubmit' AND state IN ('approved', 'pending') AND expires_us > ? ORDER BY state, id LIMIT 1",
        )
        .bind(binding.as_slice())
        .bind(&requester.issuer)
        .bind(&requester.subject)
        .bind(signed(now_us))
        .fetch_optional(&self.pool)
        .await?;
        match row {
            Some(row) => Ok(Some(self.with_approvals(&row).await?)),
            None => Ok(None),
        }
    }

    /// How many requests that human has approved since then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn approvals_by(&self, human: &PrincipalId, since_us: u64) -> Result<u32, StoreError> {
        let row =
            sqlx::query("SELECT count(*) FROM approval WHERE human_issuer = ? AND human_subject = ? AND at_us > ?")
                .bind(&human.issuer)
                .bind(&human.subject)
                .bind(signed(since_us))
                .fetch_one(&self.pool)
                .await?;
        Ok(row.try_get(0)?)
    }

    /// How many requests wait for which that human answers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting_of(&self, human: &PrincipalId, now_us: u64) -> Result<u32, StoreError> {
        let row = sqlx::query(
            "SELECT count(*) FROM request WHERE state = 'pending' AND expires_us > ? AND human_issuer = ? \
             AND human_subject = ?",
        )
        .bind(signed(now_us))
        .bind(&human.issuer)
        .bind(&human.subject)
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get(0)?)
    }

    /// When the next request runs out that somebody still waits for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_expiry(&self) -> Result<Option<u64>, StoreError> {
        let row = sqlx::query(
            "SELECT min(expires_us) FROM request WHERE state = 'pending' OR (state = 'approved' AND kind = 'command')",
        );
        let next: Option<i64> = row.fetch_one(&self.pool).await?.try_get(0)?;
        Ok(next.map(unsigned))
    }

    async fn all_with_approvals(&self, rows: &[SqliteRow]) -> Result<Vec<RequestRow>, StoreError> {
        let mut requests = Vec::with_capacity(rows.len());
        for row in rows {
            requests.push(self.with_approvals(row).await?);
        }
        Ok(requests)
    }

    async fn with_approvals(&self, row: &SqliteRow) -> Result<RequestRow, StoreError> {
        let mut request = request(row)?;
        let rows = sqlx::query("SELECT * FROM approval WHERE request = ? ORDER BY at_us, human_issuer, human_subject");
        let rows = rows.bind(request.id.to_string()).fetch_all(&self.pool).await?;
        request.approvals = rows.iter().map(approval).collect::<Result<_, _>>()?;
        Ok(request)
    }
}

/// States as the queries compare them: `,pending,approved,`.
pub(super) fn listed(states: &[RequestState]) -> String {
    states.iter().fold(String::new(), |list, state| {
        let begun = if list.is_empty() { ",".to_owned() } else { list };
        begun + state.as_str() + ","
    })
}

fn request(row: &SqliteRow) -> Result<RequestRow, StoreError> {
    let kind = word(row, "kind", &RequestKind::ALL, RequestKind::as_str)?;
    Ok(RequestRow {
        id: request_id(row, "id")?,
        kind,
        state: word(row, "state", &RequestState::ALL, RequestState::as_str)?,
        revision: unsigned(row.try_get("revision")?),
        gateway: row.try_get("gateway")?,
        run: uuid(row, "run")?,
        requester: principal(row, "requester_issuer", "requester_subject")?,
        requester_name: row.try_get("requester_name")?,
        human: principal(row, "human_issuer", "human_subject")?,
        resource: parsed(row, "resource")?,
        account: row.try_get("account")?,
        database: row.try_get("database")?,
        client: row.try_get("client")?,
        program: row.try_get("program")?,
        policies: json(row, "policies")?,
        masks: json(row, "masks")?,
        policy_version: row.try_get("policy_version")?,
        requirements: json(row, "requirements")?,
        created_us: unsigned(row.try_get("created_us")?),
        expires_us: unsigned(row.try_get("expires_us")?),
        command: if kind == RequestKind::Command { Some(command(row)?) } else { None },
        reason: row.try_get("reason")?,
        from_us: time(row, "from_us")?,
        lasts_us: time(row, "lasts_us")?,
        reviewer: maybe_principal(row, "reviewer_issuer", "reviewer_subject")?,
        ended: ended(row)?,
        approvals: Vec::new(),
    })
}

fn command(row: &SqliteRow) -> Result<CommandRow, StoreError> {
    Ok(CommandRow {
        session: SessionId(uuid(row, "session")?),
        number: unsigned(row.try_get("command")?),
        verb: row.try_get("verb")?,
        name: row.try_get("name")?,
        certainty: row.try_get("certainty")?,
        phase: row.try_get("phase")?,
        wait: word(row, "wait", &[Wait::Session, Wait::Resubmit], wait_word)?,
        in_transaction: row.try_get("in_transaction")?,
        sealed: row.try_get("sealed")?,
        binding: bytes(row, "binding")?,
    })
}

fn ended(row: &SqliteRow) -> Result<Option<EndedRow>, StoreError> {
    let Some(at_us) = time(row, "ended_us")? else { return Ok(None) };
    Ok(Some(EndedRow {
        at_us,
        by: maybe_principal(row, "ended_issuer", "ended_subject")?,
        reason: row.try_get("ended_reason")?,
    }))
}

fn approval(row: &SqliteRow) -> Result<ApprovalRow, StoreError> {
    Ok(ApprovalRow {
        human: principal(row, "human_issuer", "human_subject")?,
        by: principal(row, "by_issuer", "by_subject")?,
        at_us: unsigned(row.try_get("at_us")?),
        note: row.try_get("note")?,
    })
}

pub(super) fn wait_word(wait: Wait) -> &'static str {
    match wait {
        Wait::Session => "session",
        Wait::Resubmit => "resubmit",
    }
}

pub(crate) fn request_id(row: &SqliteRow, column: &str) -> Result<RequestId, StoreError> {
    uuid(row, column).map(RequestId)
}

fn uuid(row: &SqliteRow, column: &str) -> Result<Uuid, StoreError> {
    parsed(row, column)
}

pub(crate) fn principal(row: &SqliteRow, issuer: &str, subject: &str) -> Result<PrincipalId, StoreError> {
    Ok(PrincipalId { issuer: row.try_get(issuer)?, subject: row.try_get(subject)? })
}

pub(crate) fn maybe_principal(row: &SqliteRow, issuer: &str, subject: &str) -> Result<Option<PrincipalId>, StoreError> {
    let (issuer, subject): (Option<String>, Option<String>) = (row.try_get(issuer)?, row.try_get(subject)?);
    Ok(issuer.zip(subject).map(|(issuer, subject)| PrincipalId { issuer, subject }))
}

pub(crate) fn time(row: &SqliteRow, column: &str) -> Result<Option<u64>, StoreError> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(unsigned))
}

/// A list that is kept as JSON.
pub(crate) fn json<T: serde::de::DeserializeOwned>(row: &SqliteRow, column: &str) -> Result<T, StoreError> {
    let text: &str = row.try_get(column)?;
    serde_json::from_str(text).map_err(|error| decoding(column, error))
}

pub(crate) fn parsed<T>(row: &SqliteRow, column: &str) -> Result<T, StoreError>
where
    T: std::str::FromStr,
    T::Err: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|error| decoding(column, error))
}

/// One of the words that are known.
pub(crate) fn word<T: Copy>(
    row: &SqliteRow,
    column: &str,
    all: &[T],
    as_str: fn(T) -> &'static str,
) -> Result<T, StoreError> {
    let text: &str = row.try_get(column)?;
    let known = all.iter().copied().find(|one| as_str(*one) == text);
    known.ok_or_else(|| decoding(column, "no word of ours"))
}

fn decoding(column: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Database(sqlx::Error::ColumnDecode { index: column.to_owned(), source: source.into() })
}
