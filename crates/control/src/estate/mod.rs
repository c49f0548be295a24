//! The estate: people, groups, roles, tokens, resources with their secrets, and policies, as they are administered.
//!
//! Every use case is the same four steps: look whether the caller may (`roles`), look whether the wish makes sense, have it
//! written down durably, do it. What stands in the configuration file is shown and cannot be changed here.

mod answers;
mod apply;
mod dropped;
mod groups;
mod inventory;
mod live;
mod masks;
mod names;
mod people;
mod plan;
mod policies;
mod reach;
mod resources;
mod secrets;
mod standings;
mod status;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use ::secrets::{Envelope, Sources};
use identity::{Local, Roll, Tokens};
use model::{Account, Class, Event, Kind, PrincipalId, Public, Record, Recording, Resource};
use ports::Journal;
use store::Store;

use crate::roles::{Leaves, Rule};
use crate::{Caller, Changes, Clock, Error, Role};

pub use answers::Once;
pub use groups::{Group, Membership};
pub use identity::Origin;
pub use inventory::Inventory;
pub use masks::{Asked, MaskAnswer, MaskQuestion, Meaning};
pub use people::{NewPerson, Person, PersonChange};
pub use plan::{Drift, Plan};
pub use policies::{Policy, PolicyForce, PolicyPage};
pub use reach::Reach;
pub use resources::{
    AccountView, NewAccount, NewResource, NewSecret, Prober, ResourceView, SecretView, Step, Tested, Trial,
};
pub use secrets::Rotated;
pub use status::{ObservedPolicy, Status};
pub use tokens::Token;

/// A target of the configuration file.
#[derive(Clone, Debug)]
pub struct FileTarget {
    /// The target, with the content of its `tls_ca`.
    pub resource: Arc<Resource>,
    /// The account by which the gateway itself looks at it.
    pub inspection: Option<Account>,
    /// How much of what people are shown is recorded.
    pub record: Recording,
}

/// Which references to secrets people may use through the interface. Without any, they hand in the secrets themselves: who
/// may point a reference anywhere can have any file that the gateway reads sent to a host of theirs.
#[derive(Clone, Debug, Default)]
pub struct References {
    /// The folder in which `file:NAME` is looked for.
    pub folder: Option<PathBuf>,
    /// What the name of a variable in `env:NAME` must begin with.
    pub variables: Option<String>,
}

/// What the estate is built of.
pub struct EstateParts {
    /// What the gateway remembers.
    pub store: Arc<Store>,
    /// Where records go.
    pub journal: Arc<dyn Journal>,
    /// The wall clock.
    pub clock: Clock,
    /// Who people are.
    pub people: Arc<Local>,
    /// Seals secrets.
    pub envelope: Arc<Envelope>,
    /// Targets of the configuration file.
    pub targets: Vec<FileTarget>,
    /// Where the secrets of those are.
    pub sources: Sources,
    /// How much of a result is recorded when it is the beginning only.
    pub recording: Recording,
    /// Which references to secrets may be used.
    pub references: References,
    /// Protocols that a target may speak, with who tries targets of each; without one, such targets cannot be tested.
    pub protocols: BTreeMap<String, Option<Arc<dyn Prober>>>,
    /// Who reads policies and puts them in force.
    pub force: Arc<dyn PolicyForce>,
    /// A folder of policies.
    pub policy_dir: Option<PathBuf>,
    /// Whether a change of that folder that nobody has put their name to comes into force.
    pub unattributed: bool,
}

/// The use cases around people, groups, roles, tokens, resources and policies. Cheap to clone.
#[derive(Clone)]
pub struct Estate {
    parts: Arc<EstateParts>,
    inventory: Arc<Inventory>,
    tokens: Tokens,
    /// One change at a time, so that what was looked at is what is changed.
    changing: Arc<tokio::sync::Mutex<()>>,
    /// The digest of the policies that were read last, and what was wrong with them.
    checked: Arc<std::sync::Mutex<Option<Checked>>>,
}

type Checked = (String, Result<(), String>);

impl Estate {
    /// Begins with what the store holds.
    ///
    /// # Errors
    /// When the store fails, or holds a secret that the key file does not open.
    pub async fn open(parts: EstateParts) -> Result<Self, Error> {
        let inventory = Arc::new(Inventory::open(&parts).await?);
        let tokens = Tokens::new(Arc::clone(&parts.store), Arc::clone(&parts.clock));
        let parts = Arc::new(parts);
        let estate = Self { parts, inventory, tokens, changing: Arc::default(), checked: Arc::default() };
        estate.check_secrets().await?;
        Ok(estate)
    }

    /// Targets and their secrets, for the engine. Follows the store while `watch` is polled.
    pub fn inventory(&self) -> Arc<Inventory> {
        Arc::clone(&self.inventory)
    }

    /// Follows what this and other gateways change, for as long as it is polled. To be spawned once by whoever opened this,
    /// with the signal of `Control`.
    pub fn watch(&self, changes: &Changes) -> impl Future<Output = ()> + Send + 'static {
        let (estate, mut changes) = (self.clone(), changes.subscribe());
        async move {
            while changes.changed().await.is_ok() {
                if let Err(error) = estate.follow().await {
                    tracing::error!(%error, "changes of people, resources and policies cannot be followed");
                }
            }
        }
    }

    /// Takes over what stands in the store now.
    async fn follow(&self) -> Result<(), Error> {
        self.parts.people.refresh().await?;
        self.inventory.refresh(&self.parts).await?;
        self.follow_policy().await
    }

    /// After a change of one's own: it has its effect before the caller is answered. Others see it by looking at the store.
    async fn changed(&self) -> Result<(), Error> {
        self.follow().await
    }

    /// Who sent that token, from that address. A token that somebody else made for its person carries no role but `user`:
    /// whoever made it may know it.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] when it lets nobody in.
    pub async fn caller(&self, token: &str, client: IpAddr) -> Result<Caller, Error> {
        let refused = |error: ports::NotIdentified| {
            tracing::debug!(why = error.why, %client, "a token was refused");
            Error::not_allowed("the token lets nobody in; ask for a new one")
        };
        let identity::Bearer { verified, made_by } = self.parts.people.bearer(token).await.map_err(refused)?;
        let id = verified.principal.id;
        let roll = self.parts.people.fresh().await?;
        let theirs = made_by.as_deref().is_none_or(|maker| made_by_owner(&roll, maker, &id));
        let mut roles = BTreeSet::from([Role::User]);
        if theirs {
            roles.extend(standings::roles_of(&roll, &id).into_keys());
        }
        Ok(Caller { id, credential: verified.credential, client, roles })
    }

    /// Has it written down that somebody at that address sent a credential that lets nobody in. Nothing waits for it.
    pub fn refused(&self, client: IpAddr) {
        let reason = Public::new(Class::Unauthenticated, "there is no valid credential");
        let (client, protocol) = (client.to_string(), "https".to_owned());
        let event = Event::SigninRefused { client, protocol, user: None, resource: None, reason };
        // Without a journal nothing was let in either.
        let _ = self.parts.journal.append(Record { time_us: self.now(), session: None, position: None, event });
    }

    /// Has it written down that somebody who is known asked for what they do not get. Nothing waits for it.
    pub fn turned_away(&self, by: &Caller, asked: &str, why: &str) {
        // A token may stand in a wrong place.
        let asked = String::from_utf8_lossy(&model::without_tokens(asked.as_bytes())).into_owned();
        let details = [("asked", asked.as_str()), ("why", why)];
        let details = details.map(|(name, value)| (name.to_owned(), names::cut(value)));
        let event = Event::Act { act: "refused".to_owned(), by: by.by(), details: details.into() };
        // Without a journal nothing was done either.
        let _ = self.parts.journal.append(Record { time_us: self.now(), session: None, position: None, event });
    }

    /// Whether the caller may do that now: by a role that their credential carries and that they have at this moment.
    async fn may(&self, by: &Caller, rule: &Rule) -> Result<Arc<Roll>, Error> {
        let roll = self.parts.people.fresh().await?;
        if !roll.is_live(&by.id) {
            return Err(Error::not_allowed("your access to this gateway has ended"));
        }
        let mut now = standings::roles_of(&roll, &by.id);
        now.retain(|role, _| by.roles.contains(role));
        if rule.roles.iter().any(|role| now.contains_key(role)) { Ok(roll) } else { Err(rule.refusal()) }
    }

    /// Has what the caller is about to do written down, and waits until that is durable.
    async fn write_down(&self, by: &Caller, rule: &Rule, details: &[(&str, String)]) -> Result<(), Error> {
        // A record has a bound; what is longer is told to be so.
        let details = details.iter().map(|(name, value)| ((*name).to_owned(), names::cut(value))).collect();
        let (name, by) = (rule.name.to_owned(), by.by());
        self.append(match rule.leaves {
            Leaves::Act => Event::Act { act: name, by, details },
            Leaves::Read => Event::Read { what: name, by, details },
        })
        .await
    }

    async fn append(&self, event: Event) -> Result<(), Error> {
        let record = Record { time_us: self.now(), session: None, position: None, event };
        let mark = self.parts.journal.append(record)?;
        Ok(self.parts.journal.reached(mark).await?)
    }

    fn now(&self) -> u64 {
        (self.parts.clock)()
    }
}

/// Whether what is of the one is the caller's own: a human has also what is of their other keys, services and agents; a
/// service or an agent only what is its own.
fn is_own(roll: &Roll, by: &PrincipalId, of: &PrincipalId) -> bool {
    let Some(member) = roll.get(by) else { return false };
    let human = roll.human(by);
    by == of || (member.kind == Kind::Human && human.is_some() && human == roll.human(of))
}

/// Whether what is of somebody is own to the maker of that text, `ISSUER/SUBJECT`.
fn made_by_owner(roll: &Roll, maker: &str, of: &PrincipalId) -> bool {
    roll.all().find(|member| member.id.to_string() == maker).is_some_and(|maker| is_own(roll, &maker.id, of))
}
