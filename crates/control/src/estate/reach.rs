//! Who can reach a target at this moment, by the policy in force: the last question of an audit.

use std::net::{IpAddr, Ipv4Addr};

use model::{PrincipalId, ResourceName, Verdict};

use super::{Estate, standings};
use crate::{Caller, Error, roles};

/// Somebody who can begin a session, or could ask to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Who.
    pub who: PrincipalId,
    /// Their name for people.
    pub name: String,
    /// As which upstream account.
    pub account: String,
    /// Whether they can now; if not, others must agree first.
    pub now: bool,
    /// The policies that say so.
    pub policies: Vec<String>,
    /// Who must agree first.
    pub requirements: Vec<String>,
    /// The version of the policy.
    pub policy_version: String,
}

impl Estate {
    /// Everybody who can begin a session on the target now, or could ask to, account by account; from the loopback address, at
    /// this time of the day, in no database.
    ///
    /// # Errors
    /// When the caller may not see them; [`Error::NotFound`] when there is no such target.
    pub async fn reach(&self, by: &Caller, name: &ResourceName) -> Result<Vec<Reach>, Error> {
        let roll = self.may(by, &roles::RESOURCES_REACH).await?;
        self.inventory.refresh(&self.parts).await?;
        let resource = ports::Resources::named(&*self.inventory, name.as_str()).ok_or(Error::NotFound)?;
        self.write_down(by, &roles::RESOURCES_REACH, &[("resource", name.to_string())]).await?;
        let mut found = Vec::new();
        for member in roll.all().filter(|member| roll.is_live(&member.id)) {
            let Some(standing) = standings::standing(&roll, &member.id) else { continue };
            for account in &resource.accounts {
                let decision = self.parts.force.admit(&standing, &resource, account, IpAddr::V4(Ipv4Addr::LOCALHOST));
                let (now, policies, requirements) = match decision.verdict {
                    Verdict::Deny { .. } => continue,
                    Verdict::Allow { policies, .. } => (true, policies, Vec::new()),
                    Verdict::Hold { policies, terms, .. } => {
                        (false, policies, terms.requirements.iter().map(ToString::to_string).collect())
                    }
                };
                found.push(Reach {
                    who: member.id.clone(),
                    name: member.name.clone(),
                    account: account.name.clone(),
                    now,
                    policies,
                    requirements,
                    policy_version: decision.version.to_string(),
                });
            }
        }
        Ok(found)
    }
}
