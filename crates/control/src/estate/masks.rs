//! Why the columns of a command's result would be masked for somebody, or would not: by the policy in force, and what the
//! database holds at this moment. Nothing is run.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use mask::Explanation;
use model::{
    Account, Action, Catalogue, Class, CredentialId, Decision, Lineage, MaskRule, PrincipalId, Public, Requirement,
    Resource, ResourceName, SessionId, Verdict,
};
use ports::{Later, Who};
use uuid::Uuid;

use super::{Estate, standings};
use crate::{Caller, Error, Standing, roles};

/// The longest text that is explained, in bytes.
const LONGEST: usize = 64 << 10;

/// What commands mean and databases hold.
pub trait Meaning: Send + Sync {
    /// The commands of a text in that protocol.
    fn read(&self, protocol: &str, text: &str) -> Vec<Action>;

    /// Where what a command of that protocol shows comes from.
    fn lineage(&self, protocol: &str, action: &Action, catalogue: &Catalogue) -> Lineage;

    /// What the database of such a session holds.
    fn catalogue(&self, who: Who<'_>) -> Later<Result<Arc<Catalogue>, Public>>;
}

/// Whose command, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskQuestion {
    /// Who would send it.
    pub person: PrincipalId,
    /// To which target.
    pub resource: ResourceName,
    /// As which account; none = the default.
    pub account: Option<String>,
    /// In which database; none = the default.
    pub database: Option<String>,
    /// The text: one command or several.
    pub text: String,
}

/// What would come of one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskAnswer {
    /// The command.
    pub text: String,
    /// Others would have to agree to it first; what follows is how it would be then.
    pub held: bool,
    /// The policy would refuse it, with these words.
    pub denied: Option<Public>,
    /// The policies that say so.
    pub policies: Vec<String>,
    /// What would be masked; none when it would be refused.
    pub masked: Option<Explanation>,
    /// The same if the policies that are only observed for now were in force; none when there are no such.
    pub observed: Option<Explanation>,
    /// The version of the policy.
    pub policy_version: String,
}

/// A command as the policy is asked about it.
pub struct Asked<'a> {
    /// Who.
    pub standing: &'a Standing,
    /// Where.
    pub resource: &'a Resource,
    /// As which account.
    pub account: &'a Account,
    /// In which database.
    pub database: Option<&'a str>,
    /// What.
    pub action: &'a Action,
    /// What others have agreed to.
    pub met: &'a [Requirement],
}

impl Asked<'_> {
    /// As if they had a session now, from the loopback address.
    pub(crate) fn who<'a>(&'a self, credential: &'a CredentialId) -> Who<'a> {
        Who {
            session: SessionId(Uuid::nil()),
            principal: &self.standing.principal,
            credential,
            resource: self.resource,
            account: self.account,
            database: self.database,
            client: IpAddr::V4(Ipv4Addr::LOCALHOST),
            program: None,
        }
    }
}

impl Estate {
    /// What would be masked of what each command of a text shows, and why.
    ///
    /// # Errors
    /// When the caller may not know it; when there is no such person, target or account; when what the database holds cannot
    /// be read.
    pub async fn explain_masks(
        &self,
        by: &Caller,
        question: MaskQuestion,
        meaning: &dyn Meaning,
    ) -> Result<Vec<MaskAnswer>, Error> {
        let roll = self.may(by, &roles::MASKS_EXPLAIN).await?;
        let MaskQuestion { person, resource, account, database, text } = question;
        if text.len() > LONGEST {
            return Err(Error::Invalid(format!("a text to explain has {LONGEST} bytes at most")));
        }
        self.inventory.refresh(&self.parts).await?;
        let resource = ports::Resources::named(&*self.inventory, resource.as_str()).ok_or(Error::NotFound)?;
        let account = resource.account(account.as_deref()).ok_or(Error::NotFound)?;
        let standing = standings::standing(&roll, &person).ok_or(Error::NotFound)?;
        let about = [("resource", resource.name.to_string()), ("person", person.to_string())];
        self.write_down(by, &roles::MASKS_EXPLAIN, &about).await?;
        let mut answers = Vec::new();
        for action in meaning.read(&resource.protocol, &text) {
            let (standing, resource, database) = (&standing, &*resource, database.as_deref());
            let asked = Asked { standing, resource, account, database, action: &action, met: &[] };
            answers.push(self.explain_one(&asked, meaning).await?);
        }
        Ok(answers)
    }

    async fn explain_one(&self, asked: &Asked<'_>, meaning: &dyn Meaning) -> Result<MaskAnswer, Error> {
        let mut decision = self.parts.force.decide(asked);
        let held = matches!(decision.verdict, Verdict::Hold { .. });
        if let Verdict::Hold { terms, .. } = &decision.verdict {
            let met = terms.requirements.clone();
            decision = self.parts.force.decide(&Asked { met: &met, ..*asked });
        }
        let text = String::from_utf8_lossy(&asked.action.text).into_owned();
        let Decision { verdict, version, observed } = decision;
        let answer = |denied, policies| MaskAnswer {
            text,
            held,
            denied,
            policies,
            masked: None,
            observed: None,
            policy_version: version.to_string(),
        };
        let (policies, obligations) = match verdict {
            Verdict::Allow { policies, obligations } => (policies, obligations),
            Verdict::Deny { policies, reason } => return Ok(answer(Some(reason), policies)),
            Verdict::Hold { policies, .. } => {
                let reason = Public::new(Class::NotApproved, "it would have to be agreed to once more");
                return Ok(answer(Some(reason), policies));
            }
        };
        let observed: Vec<MaskRule> = observed.iter().flat_map(|id| self.parts.force.masks_of(id)).collect();
        let nobody = CredentialId(String::new());
        let read = meaning.catalogue(asked.who(&nobody)).await;
        let catalogue = read.map_err(|reason| Error::Conflict(reason.to_string()))?;
        let lineage = meaning.lineage(&asked.resource.protocol, asked.action, &catalogue);
        let (verb, origins) = (asked.action.own_verb(), None);
        let explain = |rules: &[MaskRule]| {
            if rules.is_empty() {
                return Explanation { refused: None, clear: true, columns: Vec::new() };
            }
            mask::explain(&mask::Question { rules, catalogue: &catalogue, verb, lineage: &lineage, origins })
        };
        let all = [obligations.mask.as_slice(), observed.as_slice()].concat();
        Ok(MaskAnswer {
            masked: Some(explain(&obligations.mask)),
            observed: (!observed.is_empty()).then(|| explain(&all)),
            ..answer(None, policies)
        })
    }
}
