//! Who may decide a request, and what those who agreed meet at this moment. Nobody decides their own wish: people are
//! compared by the human who answers for them, and what entitles them must be older than the request.

use std::collections::BTreeSet;

use identity::LOCAL;
use model::{Approvers, Kind, PrincipalId, Requirement};
use store::{RequestKind, RequestRow};

use crate::roles::{self, Rule, apart};
use crate::{Control, Error, Role, Standing};

/// Two others must agree to break the glass.
pub(crate) const AGREE_TO_BREAK_GLASS: usize = 2;

/// Whose role it takes to agree.
pub(crate) fn rule_for(kind: RequestKind) -> &'static Rule {
    match kind {
        RequestKind::BreakGlass => &roles::GLASS_AGREE,
        RequestKind::Command | RequestKind::Access | RequestKind::Reveal => &roles::REQUESTS_APPROVE,
    }
}

/// The people behind a request at this moment.
pub(crate) struct Behind {
    /// Humans who answer for the requester: when the request was made, and now.
    requesters: BTreeSet<PrincipalId>,
    /// Humans who made a token for the requester that was good when the request was made: they may know it, and be the ones
    /// who ask.
    makers: BTreeSet<PrincipalId>,
    /// The humans who have agreed: as whom they did, and as they are known now.
    agreed: BTreeSet<PrincipalId>,
    /// Who is to review it afterwards.
    reviewer: Option<PrincipalId>,
}

/// What those who agreed meet at this moment.
pub(crate) struct Tally {
    /// Requirements that are met.
    pub(crate) met: Vec<Requirement>,
    /// Whether that is all of them.
    pub(crate) enough: bool,
    /// Who agreed and counts.
    pub(crate) by: Vec<PrincipalId>,
}

impl Behind {
    fn is_requester(&self, human: &PrincipalId) -> bool {
        self.requesters.contains(human)
    }

    /// Whether that human has agreed.
    pub(crate) fn has_agreed(&self, standing: &Standing) -> bool {
        self.agreed.contains(&standing.human)
    }

    /// Whether the request is their own. A human has also those of their services and agents, but not the other way round.
    pub(crate) fn is_own(&self, row: &RequestRow, standing: &Standing) -> bool {
        match standing.principal.kind {
            Kind::Human => self.is_requester(&standing.human),
            Kind::Service { .. } | Kind::Agent { .. } => standing.principal.id == row.requester,
        }
    }

    /// Whether that requirement names them, for whatever time.
    fn names(requirement: &Requirement, standing: &Standing) -> bool {
        match &requirement.of {
            Approvers::Group(group) => standing.groups.contains_key(group),
            // Only them: whoever becomes the same human later would become entitled.
            Approvers::Person(id) => standing.principal.id == *id,
        }
    }

    /// Whether that requirement has named them since before the request was made.
    fn entitles(requirement: &Requirement, standing: &Standing, row: &RequestRow) -> bool {
        Self::names(requirement, standing)
            && match &requirement.of {
                Approvers::Group(group) => standing.groups.get(group).is_some_and(|since| *since < row.created_us),
                Approvers::Person(_) => true,
            }
    }

    /// Whether the request is one for people like them.
    pub(crate) fn concerns(&self, row: &RequestRow, standing: &Standing) -> bool {
        let human = standing.principal.kind == Kind::Human;
        human
            && match row.kind {
                RequestKind::BreakGlass => {
                    roles::GLASS_AGREE.roles.iter().any(|role| standing.roles.contains_key(role))
                }
                _ => row.requirements.iter().any(|requirement| Self::names(requirement, standing)),
            }
    }

    /// The requirements that their agreement would count for.
    pub(crate) fn meets<'a>(row: &'a RequestRow, standing: &Standing) -> Vec<&'a Requirement> {
        row.requirements.iter().filter(|requirement| Self::entitles(requirement, standing, row)).collect()
    }

    /// Whether somebody may decide that request, in those roles.
    ///
    /// # Errors
    /// With what is in the way, in words for them.
    pub(crate) fn may_decide(
        &self,
        row: &RequestRow,
        standing: &Standing,
        roles_used: &BTreeSet<Role>,
    ) -> Result<(), &'static str> {
        if standing.principal.kind != Kind::Human {
            return Err("only people decide requests, not services and agents");
        }
        if self.is_requester(&standing.human) {
            let glass = row.kind == RequestKind::BreakGlass;
            return Err(if glass { apart::SELF_AGREE.refusal } else { apart::SELF_APPROVE.refusal });
        }
        if self.makers.contains(&standing.human) {
            return Err("you made a token for who asks, so it could be you: somebody else decides");
        }
        if self.reviewer.as_ref() == Some(&standing.human) {
            return Err("who reviews the breaking of the glass does not decide it");
        }
        let older = |role: &Role| {
            roles_used.contains(role) && standing.roles.get(role).is_some_and(|since| *since < row.created_us)
        };
        let rule = rule_for(row.kind);
        if !rule.roles.iter().any(older) {
            return Err(match row.kind {
                RequestKind::BreakGlass => {
                    "that takes the role approver or administrator, since before the request was made"
                }
                _ => "that takes the role approver, since before the request was made",
            });
        }
        if row.kind == RequestKind::BreakGlass {
            return Ok(());
        }
        if Self::meets(row, standing).is_empty() {
            let named = row.requirements.iter().any(|requirement| Self::names(requirement, standing));
            return Err(if named { apart::NEW_MEMBER.refusal } else { "what it requires does not name you" });
        }
        Ok(())
    }
}

impl Control {
    /// Who is behind a request now.
    pub(crate) async fn behind(&self, row: &RequestRow) -> Result<Behind, Error> {
        let mut requesters = BTreeSet::from([row.human.clone(), row.requester.clone()]);
        for id in [&row.requester, &row.human] {
            requesters.extend(self.human(id).await?);
        }
        let makers = self.makers(row).await?;
        let mut agreed = BTreeSet::new();
        for approval in &row.approvals {
            agreed.insert(approval.human.clone());
            agreed.extend(self.human(&approval.by).await?);
        }
        let reviewer = match &row.reviewer {
            Some(id) => self.human(id).await?.or_else(|| Some(id.clone())),
            None => None,
        };
        Ok(Behind { requesters, makers, agreed, reviewer })
    }

    /// Who else may hold a token of the requester: who made it is known by name.
    async fn makers(&self, row: &RequestRow) -> Result<BTreeSet<PrincipalId>, Error> {
        let mut makers = BTreeSet::new();
        if row.requester.issuer != LOCAL {
            return Ok(makers);
        }
        for token in self.parts.store.tokens_of(&row.requester.subject, row.created_us).await? {
            let good = token.expires_us > row.created_us && token.revoked_us.is_none_or(|at| at >= row.created_us);
            let maker = token.made_by.as_deref().and_then(|maker| maker.rsplit_once('/')).filter(|_| good);
            if let Some((issuer, subject)) = maker {
                let id = PrincipalId { issuer: issuer.to_owned(), subject: subject.to_owned() };
                makers.extend(self.human(&id).await?);
                makers.insert(id);
            }
        }
        Ok(makers)
    }

    /// The human behind a principal, if it is known.
    async fn human(&self, id: &PrincipalId) -> Result<Option<PrincipalId>, Error> {
        Ok(self.parts.standings.standing(id).await?.map(|standing| standing.human))
    }

    /// What those who agreed meet at this moment: by their groups and roles as they are now. One human counts once.
    pub(crate) async fn tally(&self, row: &RequestRow) -> Result<Tally, Error> {
        let behind = self.behind(row).await?;
        let mut counted: Vec<(PrincipalId, Standing)> = Vec::new();
        for approval in &row.approvals {
            let Some(standing) = self.parts.standings.standing(&approval.by).await? else { continue };
            let roles = standing.roles.keys().copied().collect();
            let twice = counted.iter().any(|(_, other)| other.human == standing.human);
            if !twice && behind.may_decide(row, &standing, &roles).is_ok() {
                counted.push((approval.by.clone(), standing));
            }
        }
        let enough_for = |requirement: &&Requirement| {
            let humans = counted.iter().filter(|(_, standing)| Behind::entitles(requirement, standing, row)).count();
            humans >= usize::from(requirement.needed.max(1))
        };
        let met: Vec<_> = row.requirements.iter().filter(enough_for).cloned().collect();
        let enough = match row.kind {
            RequestKind::BreakGlass => counted.len() >= AGREE_TO_BREAK_GLASS,
            _ => !met.is_empty() && met.len() == row.requirements.len(),
        };
        Ok(Tally { met, enough, by: counted.into_iter().map(|(by, _)| by).collect() })
    }
}
