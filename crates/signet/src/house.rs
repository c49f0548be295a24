//! What the configuration file means to the engine: which targets there are, who may use them, who could approve.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::sync::Arc;

use anyhow::Context;
use config::{Config, Person};
use model::{Action, Class, Decision, Obligations, Public, Recording, Requirement, Resource, ResourceName, Verdict};
use ports::{Approvals, Decider, Held, HoldRequest, Later, Resources, Who};

/// The one policy there is here.
const POLICY: &str = "local-access";

/// Targets by name and by TLS server name.
pub(crate) struct Targets {
    named: HashMap<String, Arc<Resource>>,
    by_server_name: HashMap<String, Arc<Resource>>,
}

impl Targets {
    /// Those of the configuration, with the authorities that their certificates must come from.
    pub(crate) fn of(config: &Config) -> anyhow::Result<Self> {
        let (mut named, mut by_server_name) = (HashMap::new(), HashMap::new());
        for target in config.targets.values() {
            let mut resource = Resource::clone(&target.resource);
            if let Some(path) = &target.tls_ca {
                resource.tls_ca = Some(fs::read(path).with_context(|| format!("reading {}", path.display()))?);
            }
            let resource = Arc::new(resource);
            for name in &resource.server_names {
                by_server_name.insert(name.to_ascii_lowercase(), Arc::clone(&resource));
            }
            named.insert(resource.name.as_str().to_owned(), resource);
        }
        Ok(Self { named, by_server_name })
    }
}

impl Resources for Targets {
    fn named(&self, name: &str) -> Option<Arc<Resource>> {
        self.named.get(name).cloned()
    }

    fn by_server_name(&self, server_name: &str) -> Option<Arc<Resource>> {
        self.by_server_name.get(&server_name.to_ascii_lowercase()).cloned()
    }
}

/// Every known person may use the accounts listed for them, for everything; nobody else may use anything.
pub(crate) struct LocalAccess {
    people: BTreeMap<String, Person>,
    record: BTreeMap<ResourceName, Recording>,
    version: Arc<str>,
}

impl LocalAccess {
    pub(crate) fn of(config: &Config) -> Self {
        let record = config.targets.iter().map(|(name, target)| (name.clone(), target.record)).collect();
        Self { people: config.people.clone(), record, version: config.digest().into() }
    }

    fn decision(&self, who: Who<'_>) -> Decision {
        Decision { verdict: self.verdict(who), version: Arc::clone(&self.version), observed: Vec::new() }
    }

    fn verdict(&self, who: Who<'_>) -> Verdict {
        let id = &who.principal.id;
        let person = self.people.get(&id.subject).filter(|_| id.issuer == "local");
        let policies = vec![POLICY.to_owned()];
        if person.is_some_and(|person| person.may_use(&who.resource.name, &who.account.name)) {
            let record = self.record.get(&who.resource.name).copied().unwrap_or_default();
            return Verdict::Allow { policies, obligations: Obligations { record, ..Obligations::default() } };
        }
        let message = format!("you may not use resource {} as account {}", who.resource.name, who.account.name);
        let hint = "Ask the operators of the gateway for access; it is set in its configuration.";
        Verdict::Deny { policies, reason: Public::new(Class::Denied, message).with_hint(hint) }
    }
}

impl Decider for LocalAccess {
    fn admit(&self, who: Who<'_>) -> Decision {
        self.decision(who)
    }

    fn decide(&self, who: Who<'_>, _: &Action, _: &[Requirement]) -> Decision {
        self.decision(who)
    }

    fn ended(&self, _: Who<'_>) -> Later<Public> {
        Box::pin(std::future::pending())
    }
}

/// There is nobody to ask here, so what would have to wait is refused.
pub(crate) struct NoDesk;

impl Approvals for NoDesk {
    fn hold(&self, _: HoldRequest, _: Public) -> Result<Held, Public> {
        let reason = Public::new(Class::NotApproved, "this needs approval, and this gateway has nobody to ask");
        Err(reason.with_hint("Tell the operators of the gateway; nothing was done."))
    }
}
