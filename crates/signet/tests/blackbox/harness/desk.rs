//! A policy that a test can change while sessions live, and a desk where the test itself answers what is held.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::{
    Action, Approvers, Class, Decision, HoldTerms, Obligations, Phase, PrincipalId, Public, Requirement, Verdict, Wait,
};
use ports::{Approvals, Decider, Held, HoldEnd, HoldRequest, Later, Who};
use tokio::sync::oneshot;

use super::place::until;

/// What a client is told while its command waits.
pub const NOTICE: &str = "this needs the approval of a colleague";
/// What a client is told to do about a denial.
pub const HINT: &str = "Ask the owner of the table.";
/// The policy whose id stands in every record.
const POLICY: &str = "test-policy";

type Rule = Box<dyn Fn(&Action) -> Verdict + Send + Sync>;

/// Decides by a rule of the test; everybody is admitted.
pub struct Policy(Mutex<Rule>);

impl Default for Policy {
    fn default() -> Self {
        Self(Mutex::new(Box::new(by_marks)))
    }
}

impl Policy {
    /// From now on decides so, in sessions under way too.
    pub fn replace(&self, rule: impl Fn(&Action) -> Verdict + Send + Sync + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(rule);
    }
}

impl Decider for Policy {
    fn admit(&self, _: Who<'_>) -> Decision {
        decision(allow())
    }

    fn decide(&self, _: Who<'_>, action: &Action, met: &[Requirement]) -> Decision {
        decision(match (self.0.lock().unwrap_or_else(PoisonError::into_inner))(action) {
            Verdict::Hold { terms, .. } if terms.requirements == met => allow(),
            verdict => verdict,
        })
    }

    fn ended(&self, _: Who<'_>) -> Later<Public> {
        Box::pin(std::future::pending())
    }
}

fn decision(verdict: Verdict) -> Decision {
    Decision { verdict, version: "test".into(), observed: Vec::new() }
}

/// `forbidden` is denied wherever it stands, `delicate` is held when it is to run, everything else is allowed.
fn by_marks(action: &Action) -> Verdict {
    if mentions(action, "forbidden") {
        deny()
    } else if mentions(action, "delicate") && action.phase == Phase::Run {
        hold()
    } else {
        allow()
    }
}

pub fn mentions(action: &Action, mark: &str) -> bool {
    action.text.windows(mark.len()).any(|window| window == mark.as_bytes())
}

pub fn allow() -> Verdict {
    Verdict::Allow { policies: vec![POLICY.into()], obligations: Obligations::default() }
}

pub fn deny() -> Verdict {
    let reason = Public::new(Class::Denied, "the policy says no").with_hint(HINT);
    Verdict::Deny { policies: vec![POLICY.into()], reason }
}

pub fn hold() -> Verdict {
    let notice = Public::new(Class::NotApproved, NOTICE);
    let (expires, wait) = (Duration::from_secs(900), Wait::Session);
    Verdict::Hold {
        policies: vec![POLICY.into()],
        notice,
        terms: HoldTerms { requirements: vec![colleagues()], expires, wait },
    }
}

fn colleagues() -> Requirement {
    Requirement { needed: 1, of: Approvers::Group("colleagues".to_owned()) }
}

/// Where held commands arrive. Each waits for the test's answer, or for as long as the desk has patience.
pub struct Desk {
    arrivals: Mutex<Sender<Request>>,
    arrived: Mutex<Receiver<Request>>,
    patience: Duration,
}

/// A held command.
pub struct Request {
    pub asked: HoldRequest,
    end: oneshot::Sender<HoldEnd>,
}

impl Desk {
    pub fn with_patience(patience: Duration) -> Self {
        let (arrivals, arrived) = channel();
        Self { arrivals: Mutex::new(arrivals), arrived: Mutex::new(arrived), patience }
    }

    /// The next request, in the order of their arrival.
    pub fn next(&self) -> Request {
        let next = self.arrived.lock().unwrap().recv_timeout(Duration::from_secs(20));
        next.unwrap_or_else(|_| panic!("nothing was handed in for approval"))
    }

    /// Nothing was handed in that the test has not taken.
    pub fn assert_empty(&self) {
        if let Ok(request) = self.arrived.lock().unwrap().try_recv() {
            panic!("handed in for approval, too: {:?}", request.asked.action);
        }
    }
}

/// Who answers at this desk.
fn grace() -> PrincipalId {
    PrincipalId { issuer: "local".to_owned(), subject: "grace".to_owned() }
}

impl Request {
    pub fn approve(self) {
        assert!(
            self.end.send(HoldEnd::Approved { by: vec![grace()], met: vec![colleagues()] }).is_ok(),
            "nobody waits for the approval any more"
        );
    }

    pub fn reject(self, reason: &'static str) {
        let refused = HoldEnd::Rejected { by: vec![grace()], reason: Public::new(Class::NotApproved, reason) };
        assert!(self.end.send(refused).is_ok(), "nobody waits for the rejection any more");
    }

    pub fn waits(&self) -> bool {
        !self.end.is_closed()
    }

    /// Waits until the gateway has let go of the request.
    pub fn wait_for_withdrawal(&self) {
        until("the request to be withdrawn", Duration::from_secs(20), || self.end.is_closed().then_some(()));
    }
}

impl Approvals for Desk {
    fn hold(&self, asked: HoldRequest, notice: Public) -> Result<Held, Public> {
        let (end, answer) = oneshot::channel();
        let patience = self.patience;
        let end_of_wait = async move {
            match tokio::time::timeout(patience, answer).await {
                Ok(Ok(end)) => end,
                _ => HoldEnd::Expired(Public::new(Class::NotApproved, "nobody answered in time")),
            }
        };
        let closed = || Public::new(Class::NotApproved, "the desk is closed");
        let arrivals = self.arrivals.lock().map_err(|_| closed())?;
        arrivals.send(Request { asked, end }).map_err(|_| closed())?;
        Ok(Held { notice, repeat: Duration::from_secs(30), end: Box::pin(end_of_wait) })
    }
}
