//! One held command, from its row to its end.

use std::time::Duration;

use model::{Certainty, Phase, PrincipalId, Public, RequestId, Wait};
use ports::{HoldEnd, HoldRequest};
use store::{CommandRow, EndedRow, Move, RequestKind, RequestRow, RequestState};
use tokio::sync::oneshot;

use super::told;
use crate::changes::Waiter;
use crate::requests::create::micros;
use crate::requests::{MOST_WAITING, sealed};
use crate::{CommandText, Control, Error};

const WAITS: &[RequestState] = &[RequestState::Pending, RequestState::Approved];

impl Control {
    /// Waits for people, or tells the client to come again; whoever waits drops the other end of `left` when they leave.
    pub(super) async fn hold(&self, asked: HoldRequest, left: oneshot::Receiver<()>) -> HoldEnd {
        let wait = asked.terms.wait;
        let held = match wait {
            Wait::Session => self.wait_in_session(asked, left).await,
            Wait::Resubmit => self.resubmit(asked).await,
        };
        held.unwrap_or_else(|error| {
            tracing::error!(%error, "a held command is refused, because its request failed");
            refused(told::failed())
        })
    }

    async fn wait_in_session(&self, asked: HoldRequest, left: oneshot::Receiver<()>) -> Result<HoldEnd, Error> {
        let (id, expires) = (asked.id, asked.terms.expires);
        // Before the row, so that no change of it is missed.
        let waiter = self.changes.waiter();
        if let Some(end) = self.hand_in(&asked).await? {
            return Ok(end);
        }
        tokio::select! {
            biased;
            _ = left => {
                self.end_wait(id, RequestState::Withdrawn).await?;
                Ok(HoldEnd::Expired(told::taken_back(id)))
            }
            end = self.wait(id, expires, waiter) => match end {
                Ok(end) => Ok(end),
                Err(error) => {
                    // Nobody waits for it any more; if this fails as well, its time ends it.
                    let _ = self.end_wait(id, RequestState::Void).await;
                    Err(error)
                }
            },
        }
    }

    /// Looks at the row at each change, until it tells an end. The time counts by the clock that nobody can set, too.
    async fn wait(&self, id: RequestId, expires: Duration, mut waiter: Waiter) -> Result<HoldEnd, Error> {
        let mut over = std::pin::pin!(tokio::time::sleep(expires));
        loop {
            if let Some(end) = self.look(id).await? {
                return Ok(end);
            }
            tokio::select! {
                () = waiter.changed() => {}
                () = &mut over => {
                    self.end_wait(id, RequestState::Expired).await?;
                    return Ok(self.look(id).await?.unwrap_or_else(|| HoldEnd::Expired(told::expired(id))));
                }
            }
        }
    }

    /// How the wait ended, if it has. An approval is used up by this answer.
    async fn look(&self, id: RequestId) -> Result<Option<HoldEnd>, Error> {
        let Some(row) = self.parts.store.request(id).await? else { return Ok(Some(refused(told::void(id)))) };
        let by = row.ended.as_ref().and_then(|ended| ended.by.clone());
        let reason = row.ended.as_ref().and_then(|ended| ended.reason.as_deref());
        Ok(Some(match row.state {
            RequestState::Pending | RequestState::Approved if row.expires_us <= self.now() => {
                self.end_wait(id, RequestState::Expired).await?;
                HoldEnd::Expired(told::expired(id))
            }
            RequestState::Pending => return Ok(None),
            RequestState::Approved => match self.used(&row).await? {
                Some(end) => end,
                None => refused(told::void(id)),
            },
            RequestState::Rejected => {
                HoldEnd::Rejected { reason: told::rejected(id, by.as_ref(), reason), by: by.into_iter().collect() }
            }
            RequestState::Expired => HoldEnd::Expired(told::expired(id)),
            RequestState::Withdrawn => HoldEnd::Rejected { by: by.into_iter().collect(), reason: told::taken_back(id) },
            RequestState::Used | RequestState::Void => refused(told::void(id)),
        }))
    }

    /// Uses an approval, if those who agreed may still do so and nobody else was first. What does not count any more is void.
    async fn used(&self, row: &RequestRow) -> Result<Option<HoldEnd>, Error> {
        let tally = self.tally(row).await?;
        let at_us = self.now();
        if !tally.enough {
            let reason = Some("who agreed may not agree any more".to_owned());
            let ended = EndedRow { at_us, by: None, reason };
            let step = Move { from: &[RequestState::Approved], to: RequestState::Void, alive_at: None, ended };
            self.move_and_tell(row.id, &step).await?;
            return Ok(None);
        }
        let ended = EndedRow { at_us, by: None, reason: None };
        let step = Move { from: &[RequestState::Approved], to: RequestState::Used, alive_at: Some(at_us), ended };
        let first = self.move_and_tell(row.id, &step).await?;
        Ok(first.then_some(HoldEnd::Approved { by: tally.by, met: tally.met }))
    }

    /// Passes what was approved for exactly this command of this person, once; else asks for it.
    async fn resubmit(&self, asked: HoldRequest) -> Result<HoldEnd, Error> {
        let binding = self.keyed(&asked.binding, &asked.policy_version);
        let found = self.parts.store.resubmitted(&asked.principal.id, &binding, self.now()).await?;
        match found {
            Some(row) if row.state == RequestState::Pending => {
                return Ok(HoldEnd::Deferred(told::deferred(row.id, &row.requirements)));
            }
            Some(row) => {
                if let Some(end) = self.used(&row).await? {
                    return Ok(end);
                }
            }
            None => {}
        }
        match self.hand_in(&asked).await? {
            Some(end) => Ok(end),
            None => Ok(HoldEnd::Deferred(told::deferred(asked.id, &asked.terms.requirements))),
        }
    }

    /// Keeps the request, or gives why it is refused.
    async fn hand_in(&self, asked: &HoldRequest) -> Result<Option<HoldEnd>, Error> {
        let Some(standing) = self.parts.standings.standing(&asked.principal.id).await? else {
            return Ok(Some(refused(told::gone())));
        };
        let row = self.row(asked, standing.human)?;
        if !self.parts.store.create_request(&row, MOST_WAITING).await? {
            return Ok(Some(refused(told::too_many())));
        }
        self.changes.tell();
        Ok(None)
    }

    fn row(&self, asked: &HoldRequest, human: PrincipalId) -> Result<RequestRow, Error> {
        let created_us = self.now();
        let action = &asked.action;
        let (text, parameters) = (action.text.clone(), action.parameters.clone());
        let text = CommandText { text, parameters, around: asked.around.clone() };
        let command = CommandRow {
            session: asked.session,
            number: asked.command.0,
            verb: action.verb.as_str().to_owned(),
            name: action.name.to_owned(),
            certainty: certainty(action.certainty).to_owned(),
            phase: phase(action.phase).to_owned(),
            wait: asked.terms.wait,
            in_transaction: asked.in_transaction,
            sealed: sealed::seal(&self.parts.envelope, asked.id, &text)?,
            binding: self.keyed(&asked.binding, &asked.policy_version),
        };
        Ok(RequestRow {
            id: asked.id,
            kind: RequestKind::Command,
            state: RequestState::Pending,
            revision: 0,
            gateway: self.parts.gateway.clone(),
            run: self.parts.run,
            requester: asked.principal.id.clone(),
            requester_name: asked.principal.name.clone(),
            human,
            resource: asked.resource.clone(),
            account: Some(asked.account.clone()),
            database: asked.database.clone(),
            client: asked.client.to_string(),
            program: asked.program.clone(),
            policies: asked.policies.clone(),
            masks: Vec::new(),
            policy_version: asked.policy_version.clone(),
            requirements: asked.terms.requirements.clone(),
            created_us,
            expires_us: created_us.saturating_add(micros(asked.terms.expires)),
            command: Some(command),
            reason: None,
            from_us: None,
            lasts_us: None,
            reviewer: None,
            ended: None,
            approvals: Vec::new(),
        })
    }

    /// Ends the wait without an answer of people.
    async fn end_wait(&self, id: RequestId, to: RequestState) -> Result<(), Error> {
        let ended = EndedRow { at_us: self.now(), by: None, reason: None };
        self.move_and_tell(id, &Move { from: WAITS, to, alive_at: None, ended }).await?;
        Ok(())
    }

    async fn move_and_tell(&self, id: RequestId, step: &Move<'_>) -> Result<bool, Error> {
        let moved = self.parts.store.move_request(id, step).await?;
        if moved {
            self.changes.tell();
        }
        Ok(moved)
    }
}

fn refused(reason: Public) -> HoldEnd {
    HoldEnd::Rejected { by: Vec::new(), reason }
}

fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Opaque => "opaque",
        Certainty::Lexed => "lexed",
        Certainty::Full => "full",
    }
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Prepare => "prepare",
        Phase::Bind => "bind",
        Phase::Run => "run",
    }
}
