//! The decider of the data path: the policy, with how much of results the resource itself wants recorded.

use std::sync::Arc;

use model::{Action, Decision, Meter, Obligations, Public, Recording, Requirement, ResourceName, Verdict};
use policy::Engine;
use ports::{Decider, Later, Who};

use crate::Inventory;

/// Decides by the policy. Of what the resource and the policy want recorded, the larger part is.
pub struct Deciding {
    engine: Engine,
    inventory: Arc<Inventory>,
}

impl Deciding {
    /// By that policy, for these resources.
    pub fn new(engine: Engine, inventory: Arc<Inventory>) -> Self {
        Self { engine, inventory }
    }

    fn recorded(&self, mut decision: Decision, resource: &ResourceName) -> Decision {
        if let Verdict::Allow { obligations, .. } = &mut decision.verdict {
            let wanted = self.inventory.recording(resource).unwrap_or_default();
            obligations.record = most(obligations.record, wanted);
        }
        decision
    }
}

impl Decider for Deciding {
    fn admit(&self, who: Who<'_>) -> Decision {
        self.engine.admit(who)
    }

    fn decide(&self, who: Who<'_>, action: &Action, met: &[Requirement]) -> Decision {
        self.recorded(self.engine.decide(who, action, met), &who.resource.name)
    }

    fn meter(&self, who: Who<'_>, obligations: &Obligations) -> Arc<dyn Meter> {
        self.engine.meter(who, obligations)
    }

    fn ended(&self, who: Who<'_>) -> Later<Public> {
        let (policy, target) = (self.engine.ended(who), Arc::clone(&self.inventory).gone(who.resource));
        Box::pin(async move {
            tokio::select! {
                why = policy => why,
                why = target => why,
            }
        })
    }
}

fn most(one: Recording, other: Recording) -> Recording {
    match (one, other) {
        (Recording::UpTo(one), Recording::UpTo(other)) => Recording::UpTo(one.max(other)),
        _ => Recording::Whole,
    }
}
