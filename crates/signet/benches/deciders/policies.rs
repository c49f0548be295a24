//! Policies of teams, of which one is the person's; and the decider that has none.

use model::{Action, Decision, Obligations, Public, Requirement, Verdict};
use policy::File;
use ports::{Decider, Later, Who};

/// Allows everything.
pub(crate) struct Static;

impl Decider for Static {
    fn admit(&self, _: Who<'_>) -> Decision {
        let verdict = Verdict::Allow { policies: vec!["static".to_owned()], obligations: Obligations::default() };
        Decision { verdict, version: "1".into(), observed: Vec::new() }
    }

    fn decide(&self, who: Who<'_>, _: &Action, _: &[Requirement]) -> Decision {
        self.admit(who)
    }

    fn ended(&self, _: Who<'_>) -> Later<Public> {
        Box::pin(std::future::pending())
    }
}

/// A permit and a forbid for each team in turn, so many in all. They look at the account, the action and the statement; the
/// permit of `team-0` alone decides.
pub(crate) fn file(policies: usize) -> File {
    let text = (0..policies).map(|at| {
        let team = at / 2;
        if at.is_multiple_of(2) {
            let scope = format!("principal in Group::\"team-{team}\", action, resource in Env::\"production\"");
            format!("@id(\"policy-{at}\") permit ({scope}) when {{ context.account like \"app*\" }};\n")
        } else {
            let scope = format!("principal in Group::\"team-{team}\", action == Action::\"write\", resource");
            format!(
                "@id(\"policy-{at}\") @message(\"no\") forbid ({scope}) when {{ context.statement.unbounded_write }};\n"
            )
        }
    });
    File { name: "bench.cedar".to_owned(), text: text.collect() }
}
