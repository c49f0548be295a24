//! A question written down: for trying policies and for tests of policies, without a gateway.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use model::{
    Account, Action, Address, Certainty, CredentialId, Credentials, Decision, Facts, Kind, Phase, Principal,
    PrincipalId, Requirement, Resource, ResourceName, SessionId, TlsMode, Verb, Verdict,
};
use ports::{Decider, Who};
use serde::Deserialize;

use crate::engine::Engine;
use crate::facts::{Fixed, Gives, Grant};
use crate::set::PolicySet;
use crate::units;
use crate::words::CONNECT;

/// Reads a command of a protocol: its name, the text.
pub type Reader<'a> = &'a dyn Fn(&str, &[u8]) -> Vec<Action>;

/// Who wants what, on what, when.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Given {
    /// `ISSUER/SUBJECT`, or the subject of a local person.
    pub person: String,
    /// `human`, `service` or `agent`.
    pub kind: Being,
    /// The human behind a service or an agent, written like `person`.
    pub human: Option<String>,
    /// Groups of the person.
    pub groups: Vec<String>,
    /// Groups of the human behind.
    pub human_groups: Vec<String>,
    /// The resource.
    pub resource: ResourceName,
    /// Its protocol.
    pub protocol: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The upstream account.
    pub account: String,
    /// The database.
    pub database: Option<String>,
    /// `connect`, or a verb. `connect` when neither this nor `command` is there.
    pub action: Option<String>,
    /// A command's own text, read as its protocol does.
    pub command: Option<String>,
    /// How sure the reading is.
    pub certainty: Certainty,
    /// Prepared, bound or run.
    pub phase: Phase,
    /// An UPDATE or DELETE not proven bounded.
    pub unbounded_write: bool,
    /// A transaction is open.
    pub in_transaction: bool,
    /// Whether all of it is understood; without this, what is neither `unknown` nor less than sure.
    pub understood: Option<bool>,
    /// Its names were looked up in the target.
    pub resolved: bool,
    /// What it does besides.
    pub verbs: Vec<Verb>,
    /// Relations that it names: `orders`, `public.orders`.
    pub relations: Vec<String>,
    /// Functions that it names.
    pub functions: Vec<String>,
    /// The rows that its own LIMIT allows.
    pub limit: Option<u64>,
    /// A short name of what it does.
    pub fingerprint: Option<String>,
    /// What humans have agreed to, for exactly this.
    pub approvals: Vec<Requirement>,
    /// What humans have agreed to for access that lasts.
    pub granted: Vec<Requirement>,
    /// The time: a date, or RFC 3339.
    pub time: String,
    /// The client's address.
    pub source: IpAddr,
    /// What the client program calls itself.
    pub client: Option<String>,
    /// What access was asked for.
    pub purpose: Option<String>,
    /// The glass is broken.
    pub break_glass: bool,
    /// Masking policies that somebody agreed to lift; those that are not there, or cannot be lifted, change nothing.
    pub revealed: Vec<String>,
}

/// `Kind` without the human behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Being {
    /// A person.
    #[default]
    Human,
    /// A program with an owner.
    Service,
    /// An AI agent.
    Agent,
}

/// What is wrong with a question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GivenError {
    /// The action is none.
    #[error("there is no action {0:?}: it is `connect` or a verb such as `read`")]
    Action(String),
    /// The time is none.
    #[error("the time {0:?} is neither a date nor RFC 3339")]
    Time(String),
    /// Both stand there.
    #[error("`action` and `command` exclude each other")]
    Both,
    /// The text holds no command, or nothing reads this protocol here.
    #[error("no command was read from {0:?}")]
    Unread(String),
}

impl Default for Given {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "the name is a constant")]
        let resource = "prod".parse().expect("it is a name");
        Self {
            person: "local/someone".to_owned(),
            kind: Being::Human,
            human: None,
            groups: Vec::new(),
            human_groups: Vec::new(),
            resource,
            protocol: "postgres".to_owned(),
            labels: BTreeMap::new(),
            account: "app".to_owned(),
            database: None,
            action: None,
            command: None,
            certainty: Certainty::Full,
            phase: Phase::Run,
            unbounded_write: false,
            in_transaction: false,
            understood: None,
            resolved: false,
            verbs: Vec::new(),
            relations: Vec::new(),
            functions: Vec::new(),
            limit: None,
            fingerprint: None,
            approvals: Vec::new(),
            granted: Vec::new(),
            time: "2026-01-01T12:00:00Z".to_owned(),
            source: IpAddr::V4(Ipv4Addr::LOCALHOST),
            client: None,
            purpose: None,
            break_glass: false,
            revealed: Vec::new(),
        }
    }
}

impl Given {
    /// What the policies say. Of several commands in one text, what they say of the first that may not simply happen.
    ///
    /// # Errors
    /// When the question makes no sense.
    pub fn decide(&self, policies: &PolicySet, reader: Reader<'_>) -> Result<Decision, GivenError> {
        let facts = self.facts(policies)?;
        let engine = Engine::new(policies.clone(), Arc::new(facts));
        let (principal, resource) = (self.principal(), self.resource());
        let account = Account { name: self.account.clone(), user: self.account.clone() };
        let credential = CredentialId("none".to_owned());
        let who = Who {
            session: SessionId(uuid::Uuid::nil()),
            principal: &principal,
            credential: &credential,
            resource: &resource,
            account: &account,
            database: self.database.as_deref(),
            client: self.source,
            program: self.client.as_deref(),
        };
        let mut last = None;
        for action in self.actions(reader)? {
            let decision = match action {
                None => engine.admit(who),
                Some(action) => engine.decide(who, &action, &self.approvals),
            };
            let allowed = matches!(decision.verdict, Verdict::Allow { .. });
            last = Some(decision);
            if !allowed {
                break;
            }
        }
        last.ok_or_else(|| GivenError::Unread(self.command.clone().unwrap_or_default()))
    }

    fn actions(&self, reader: Reader<'_>) -> Result<Vec<Option<Action>>, GivenError> {
        match (&self.action, &self.command) {
            (Some(_), Some(_)) => Err(GivenError::Both),
            (None, None) => Ok(vec![None]),
            (Some(action), None) if action == CONNECT => Ok(vec![None]),
            (Some(action), None) => {
                let verb = Verb::ALL.into_iter().find(|verb| verb.as_str() == action);
                let verb = verb.ok_or_else(|| GivenError::Action(action.clone()))?;
                Ok(vec![Some(self.action(verb))])
            }
            (None, Some(text)) => {
                let read = reader(&self.protocol, text.as_bytes());
                Ok(read.into_iter().map(|action| Some(self.stated(action))).collect())
            }
        }
    }

    fn action(&self, verb: Verb) -> Action {
        let understood = verb != Verb::Unknown && self.certainty == Certainty::Full;
        self.stated(Action {
            verb,
            name: "given",
            certainty: self.certainty,
            phase: self.phase,
            facts: Facts { names: !understood, ..Facts::default() },
            text: Vec::new().into(),
            parameters: Vec::new(),
            credentials: Credentials::default(),
            message: None,
            reading: understood.then(Arc::default),
            behind: None,
            readable: Vec::new(),
        })
    }

    fn facts(&self, policies: &PolicySet) -> Result<Fixed, GivenError> {
        let now_us = units::moment(&self.time).ok_or_else(|| GivenError::Time(self.time.clone()))?;
        let mut groups = BTreeMap::from([(id(&self.person), self.groups.clone())]);
        if let Some(human) = &self.human {
            groups.insert(id(human), self.human_groups.clone());
        }
        let grant = |met: &[Requirement], gives| Grant {
            gives,
            met: met.to_vec(),
            from_us: 0,
            until_us: u64::MAX,
            purpose: self.purpose.clone(),
        };
        let connects = self.command.is_none() && self.action.as_deref().is_none_or(|action| action == CONNECT);
        let for_access = if connects { &self.approvals } else { &self.granted };
        let mut grants = vec![grant(for_access, Gives::Access)];
        grants.extend(self.break_glass.then(|| grant(&[], Gives::BrokenGlass)));
        let lifted = self.revealed.iter().filter_map(|id| {
            let masks = policies.masks(id)?.iter().map(ToString::to_string).collect();
            Some(grant(&policies.to_reveal(id)?.requirements, Gives::Reveal { policy: id.clone(), masks }))
        });
        grants.extend(lifted);
        Ok(Fixed { groups, grants, now_us })
    }

    fn principal(&self) -> Principal {
        let human = || id(self.human.as_deref().unwrap_or("local/nobody"));
        let kind = match self.kind {
            Being::Human => Kind::Human,
            Being::Service => Kind::Service { owner: human() },
            Being::Agent => Kind::Agent { on_behalf_of: human() },
        };
        Principal { id: id(&self.person), name: self.person.clone(), kind, groups: Vec::new() }
    }

    fn resource(&self) -> Resource {
        Resource {
            name: self.resource.clone(),
            protocol: self.protocol.clone(),
            address: Address { host: "localhost".to_owned(), port: 1 },
            tls: TlsMode::Disable,
            tls_name: None,
            tls_ca: None,
            server_names: Vec::new(),
            default_database: None,
            accounts: Vec::new(),
            labels: self.labels.clone(),
        }
    }
}

/// `ISSUER/SUBJECT`; without a slash, a local person.
fn id(person: &str) -> PrincipalId {
    let (issuer, subject) = person.rsplit_once('/').unwrap_or(("local", person));
    PrincipalId { issuer: issuer.to_owned(), subject: subject.to_owned() }
}
