//! Who may see which request, and how much of it.

use model::{Kind, PrincipalId, RequestId};
use store::{RequestKind, RequestRow, RequestState};

use super::entitled::Behind;
use super::{Approval, Ended, HeldCommand, Request, Window, sealed};
use crate::roles::{self, Rule};
use crate::{Caller, Control, Error, Standing};

/// How much of a request somebody may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// All of it: it is theirs, or theirs to decide.
    Whole,
    /// All of it, too, but that they read the text is on record.
    OnRecord,
}

impl Control {
    /// How much of a request the caller may see; none = they may not know that it exists.
    pub(crate) fn sight(&self, by: &Caller, standing: &Standing, row: &RequestRow, behind: &Behind) -> Option<Sight> {
        let theirs = |id: &PrincipalId| *id == by.id || *id == standing.human;
        let had_a_hand = standing.principal.kind == Kind::Human
            && (behind.has_agreed(standing)
                || row.ended.as_ref().and_then(|ended| ended.by.as_ref()).is_some_and(theirs)
                || row.reviewer.as_ref().is_some_and(theirs));
        if behind.is_own(row, standing) || had_a_hand || behind.concerns(row, standing) {
            return Some(Sight::Whole);
        }
        allows(by, standing, &roles::REQUESTS_READ).then_some(Sight::OnRecord)
    }

    /// The request as the caller sees it. Its text is left out where reading it is put on record.
    pub(crate) fn view(
        &self,
        by: &Caller,
        standing: &Standing,
        row: RequestRow,
        behind: &Behind,
    ) -> Result<Request, Error> {
        let whole = self.sight(by, standing, &row, behind) == Some(Sight::Whole);
        self.view_with(by, standing, row, behind, whole)
    }

    /// The same, with its text or without.
    pub(crate) fn view_with(
        &self,
        by: &Caller,
        standing: &Standing,
        row: RequestRow,
        behind: &Behind,
        with_text: bool,
    ) -> Result<Request, Error> {
        let alive = row.expires_us > self.now();
        let has_agreed = behind.has_agreed(standing);
        let may = behind.may_decide(&row, standing, &by.roles).is_ok();
        Ok(Request {
            id: row.id,
            kind: row.kind,
            state: state_now(&row, alive),
            revision: row.revision,
            yours_to_decide: row.state == RequestState::Pending && alive && may && !has_agreed,
            command: self.command(&row, with_text)?,
            window: row.lasts_us.map(|lasts_us| Window { from_us: row.from_us, lasts_us }),
            client: row.client.parse().unwrap_or(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED)),
            ended: row.ended.map(|ended| Ended { at_us: ended.at_us, by: ended.by, reason: ended.reason }),
            approvals: row
                .approvals
                .into_iter()
                .map(|approval| Approval { by: approval.by, at_us: approval.at_us, note: approval.note })
                .collect(),
            requester: row.requester,
            requester_name: row.requester_name,
            human: row.human,
            resource: row.resource,
            account: row.account,
            database: row.database,
            program: row.program,
            reason: row.reason,
            masks: row.masks,
            policies: row.policies,
            policy_version: row.policy_version,
            requirements: row.requirements,
            reviewer: row.reviewer,
            created_us: row.created_us,
            expires_us: row.expires_us,
        })
    }

    fn command(&self, row: &RequestRow, with_text: bool) -> Result<Option<HeldCommand>, Error> {
        let Some(command) = &row.command else { return Ok(None) };
        let text = match with_text {
            true => Some(sealed::open(&self.parts.envelope, row.id, &command.sealed)?),
            false => None,
        };
        Ok(Some(HeldCommand {
            session: command.session,
            number: command.number,
            verb: command.verb.clone(),
            name: command.name.clone(),
            certainty: command.certainty.clone(),
            phase: command.phase.clone(),
            wait: command.wait,
            in_transaction: command.in_transaction,
            digest: command.binding.iter().map(|byte| format!("{byte:02x}")).collect(),
            text,
        }))
    }

    /// A request by its name, for what else needs it.
    pub(crate) async fn request_row(&self, id: RequestId) -> Result<RequestRow, Error> {
        self.parts.store.request(id).await?.ok_or(Error::NotFound)
    }
}

/// Whether somebody has one of the roles that it takes, and the credential that they used may be used as that.
pub(crate) fn allows(by: &Caller, standing: &Standing, rule: &Rule) -> bool {
    rule.roles.iter().any(|role| by.roles.contains(role) && standing.roles.contains_key(role))
}

/// What is past its time has expired, also before the gateway came round to writing that down.
fn state_now(row: &RequestRow, alive: bool) -> RequestState {
    match (row.state, row.kind) {
        (RequestState::Pending, _) | (RequestState::Approved, RequestKind::Command) if !alive => RequestState::Expired,
        (state, _) => state,
    }
}
