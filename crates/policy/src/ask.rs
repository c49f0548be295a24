//! One question to Cedar, and its answer. A policy that cannot be evaluated breaks the whole answer.

use cedar_policy::{AuthorizationError, Authorizer, Context, Decision, Entities, Request, RestrictedExpression};
use model::Action;
use ports::Who;

use crate::entities;
use crate::mentions::Mentions;
use crate::objects::Sought;
use crate::words::Deed;

/// Everything that a decision may hang on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) who: Who<'a>,
    /// The command; `None` = a session is to begin.
    pub(crate) action: Option<&'a Action>,
    pub(crate) groups: &'a [String],
    /// Those of the human behind a service or an agent.
    pub(crate) human_groups: &'a [String],
    pub(crate) approvals: &'a [String],
    /// What humans have agreed to for access that lasts.
    pub(crate) granted: &'a [String],
    pub(crate) now_us: u64,
    pub(crate) purpose: Option<&'a str>,
    pub(crate) break_glass: bool,
    /// It is asked whether its result may be shown unmasked, not whether it may happen.
    pub(crate) reveals: bool,
    /// Policies about that which do not count: somebody agreed that they do not.
    pub(crate) lifted: &'a [String],
    /// Relations and functions that the policies look for.
    pub(crate) sought: &'a Sought,
}

impl Question<'_> {
    /// What is wished for.
    pub(crate) fn deed(&self) -> Deed {
        match self.action {
            None => Deed::Connect,
            Some(_) if self.reveals => Deed::Reveal,
            Some(action) => Deed::Command(action.verb),
        }
    }
}

/// What policies answer, with their ids in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// These permit, and none forbids.
    Permitted(Vec<String>),
    /// These forbid.
    Forbidden(Vec<String>),
    /// None permits, and none forbids.
    Nothing,
    /// These could not be evaluated; none when the question itself could not be asked.
    Broken(Vec<String>),
}

/// Asks these policies. `mentions` are the values that any of them may look at.
pub(crate) fn ask(
    policies: &cedar_policy::PolicySet,
    mentions: Mentions,
    question: &Question<'_>,
    entities: &Entities,
) -> Answer {
    if policies.is_empty() {
        return Answer::Nothing;
    }
    let Some(request) = request(mentions, question) else { return Answer::Broken(Vec::new()) };
    let response = Authorizer::new().is_authorized(&request, policies, entities);
    let failed = |AuthorizationError::PolicyEvaluationError(error): &AuthorizationError| error.policy_id().to_string();
    let mut broken: Vec<String> = response.diagnostics().errors().map(failed).collect();
    if !broken.is_empty() {
        broken.sort();
        return Answer::Broken(broken);
    }
    let mut reasons: Vec<String> = response.diagnostics().reason().map(ToString::to_string).collect();
    reasons.sort();
    match response.decision() {
        Decision::Allow => Answer::Permitted(reasons),
        Decision::Deny if reasons.is_empty() => Answer::Nothing,
        Decision::Deny => Answer::Forbidden(reasons),
    }
}

fn request(mentions: Mentions, question: &Question<'_>) -> Option<Request> {
    let (mut pairs, mut statement) = (Vec::new(), Vec::new());
    for about in mentions.each() {
        let Some(value) = about.attribute.of(question) else { continue };
        let list = if about.of_statement { &mut statement } else { &mut pairs };
        list.push((about.name.to_owned(), value.expression()));
    }
    if question.action.is_some() {
        pairs.push(("statement".to_owned(), RestrictedExpression::new_record(statement).ok()?));
    }
    let context = Context::from_pairs(pairs).ok()?;
    let (asker, action) = (entities::asker(question), entities::action(question));
    Request::new(asker, action, entities::target(question), context, None).ok()
}
