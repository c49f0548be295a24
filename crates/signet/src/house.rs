//! From the configuration to the house: who people are, which targets there are, what decides, who is asked.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use anyhow::Context;
use config::{Config, SecretSource};
use control::{
    Control, Deciding, Estate, EstateParts, FileTarget, Force, Grants, Inventory, Moment, Parts, PolicyForce, Prober,
    References, watch_folder,
};
use engine::{EngineLimits, House, Metrics, TcpDialer};
use evidence::FileJournal;
use identity::{Clock, LOCAL, Local, Person};
use inspect::Catalogues;
use mask::{Keys, Masks};
use model::{Class, PrincipalId, Public, Recording, Resource};
use policy::{Access, access};
use ports::{Approvals, Held, HoldRequest, Journal};
use secrets::{Envelope, Opened, OwnKey, Source, Sources};
use store::Store;
use uuid::Uuid;

use crate::{name, protocols};

/// What people do with the gateway itself.
pub(crate) struct Offices {
    pub(crate) control: Control,
    pub(crate) estate: Estate,
    pub(crate) directory: Arc<Local>,
    force: Arc<Force>,
    pub(crate) catalogues: Arc<Catalogues>,
    masks: Arc<Masks>,
}

impl Offices {
    /// Opens the store, and begins with what stands there and in the configuration.
    pub(crate) async fn open(config: &Config, journal: &Arc<FileJournal>, clock: &Clock) -> anyhow::Result<Self> {
        let store = Arc::new(Store::open(&config.store_file).await?);
        let envelope = envelope(config, &store).await?;
        let directory = Arc::new(Local::open(Arc::clone(&store), people(config), Arc::clone(clock)).await?);
        let grants = Arc::<Grants>::default();
        let moment = Moment { people: Arc::clone(&directory), grants: Arc::clone(&grants), clock: Arc::clone(clock) };
        let kept = store.newest_policy().await?.is_some() || config.policy_dir.is_some();
        let force = Arc::new(Force::new(permits(config), kept, Arc::new(moment))?);
        let journal: Arc<dyn Journal> = Arc::<FileJournal>::clone(journal);
        let estate = Estate::open(EstateParts {
            store: Arc::clone(&store),
            journal: Arc::clone(&journal),
            clock: Arc::clone(clock),
            people: Arc::clone(&directory),
            envelope: Arc::clone(&envelope),
            targets: targets(config)?,
            sources: sources(config),
            recording: Recording::UpTo(config.journal.result_bytes),
            references: References::default(),
            protocols: probers(),
            force: Arc::<Force>::clone(&force) as Arc<dyn PolicyForce>,
            policy_dir: config.policy_dir.clone(),
            unattributed: config.unattributed == config::Unattributed::Record,
        })
        .await?;
        let gateway = name::gateway(&config.data_dir)?.to_string();
        estate.forget_dropped(&gateway).await?;
        let control = Control::open(Parts {
            store,
            journal,
            clock: Arc::clone(clock),
            random: House::system_random(),
            gateway,
            run: Uuid::now_v7(),
            envelope,
            standings: Arc::new(estate.clone()),
            resources: estate.inventory(),
            grants,
            access: Arc::<Force>::clone(&force),
        })
        .await?;
        if let Some(error) = estate.begin_policy().await.context("the policies cannot be put in force")? {
            tracing::error!(%error, "the folder of policies was not taken over");
        }
        let catalogues = Arc::new(catalogues(&estate.inventory()));
        let masks = Arc::new(masks(config)?);
        Ok(Self { control, estate, directory, force, catalogues, masks })
    }

    /// Begins what goes on for as long as the gateway runs.
    pub(crate) fn begin(&self, config: &Config) {
        engine::spawn(self.estate.watch(&self.control.changes()));
        engine::spawn(self.control.keep());
        if config.policy_dir.is_some() {
            engine::spawn(watch_folder(self.estate.clone()));
        }
    }

    /// What the data path needs from outside.
    pub(crate) fn house(&self, config: &Config, journal: &Arc<FileJournal>, metrics: Arc<Metrics>) -> House {
        let inventory = self.estate.inventory();
        let approvals: Arc<dyn Approvals> = match config.api {
            Some(_) => Arc::new(self.control.desk()),
            None => Arc::new(NoDesk),
        };
        House {
            journal: Arc::<FileJournal>::clone(journal),
            decider: Arc::new(Deciding::new(self.force.engine().clone(), Arc::clone(&inventory))),
            directory: Arc::<Local>::clone(&self.directory),
            secrets: Arc::clone(&inventory) as Arc<dyn ports::Secrets>,
            approvals,
            resources: inventory,
            catalogues: Arc::clone(&self.catalogues) as Arc<dyn ports::Catalogues>,
            masks: Arc::clone(&self.masks) as Arc<dyn ports::Masks>,
            dialer: Arc::new(TcpDialer),
            random: House::system_random(),
            durability: config.journal.mode.into(),
            limits: engine_limits(config),
            wire_limits: config.limits.wire(),
            metrics,
        }
    }
}

/// Opens the key of the store; at the first start it is made, and what losing it means is said.
async fn envelope(config: &Config, store: &Store) -> anyhow::Result<Arc<Envelope>> {
    let file = &config.store_key_file;
    let Opened { envelope, just_made } = Envelope::open(file, store.holds_sealed().await?)?;
    if just_made {
        tracing::warn!(
            file = %file.display(),
            "the key of the store was made: without it passwords of targets and texts of waiting commands that are kept in the \
             store cannot be read again. Keep a copy of it, apart from copies of the store"
        );
    }
    Ok(Arc::new(envelope))
}

fn people(config: &Config) -> Vec<Person> {
    let people = config.people.values();
    let roles = |person: &config::Person| person.roles.iter().map(|role| role.as_str().to_owned()).collect();
    people
        .map(|person| Person { name: person.name.clone(), groups: person.groups.clone(), roles: roles(person) })
        .collect()
}

/// What `access` permits.
fn permits(config: &Config) -> policy::File {
    let id = |name: &str| PrincipalId { issuer: LOCAL.to_owned(), subject: name.to_owned() };
    let people: Vec<_> = config.people.values().map(|person| (id(&person.name), &person.access)).collect();
    let mut entries = Vec::new();
    for (person, theirs) in &people {
        for config::Access { resource, accounts } in *theirs {
            let record = config.targets.get(resource).map(|target| target.record).unwrap_or_default();
            entries.extend(accounts.iter().map(|account| Access { person, resource, account, record }));
        }
    }
    access(entries)
}

/// Targets with the authorities that their certificates must come from.
fn targets(config: &Config) -> anyhow::Result<Vec<FileTarget>> {
    let targets = config.targets.values().map(|target| {
        let mut resource = Resource::clone(&target.resource);
        if let Some(path) = &target.tls_ca {
            resource.tls_ca = Some(fs::read(path).with_context(|| format!("reading {}", path.display()))?);
        }
        let inspection = target.inspection.clone();
        Ok(FileTarget { resource: Arc::new(resource), inspection, record: target.record })
    });
    targets.collect()
}

fn sources(config: &Config) -> Sources {
    let all = config.targets.iter().flat_map(|(name, target)| {
        target.secrets.iter().map(|(account, source)| {
            let source = match source {
                SecretSource::None => Source::None,
                SecretSource::File(path) => Source::File(path.clone()),
                SecretSource::Env(name) => Source::Environment(name.clone()),
            };
            ((name.clone(), account.clone()), source)
        })
    });
    all.collect()
}

/// Protocols, with who tries their targets.
fn probers() -> BTreeMap<String, Option<Arc<dyn Prober>>> {
    names().map(|name| (name.to_owned(), protocols::prober(name))).collect()
}

/// What the databases of targets hold.
fn catalogues(inventory: &Arc<Inventory>) -> Catalogues {
    let readers = names().filter_map(|name| Some((name.to_owned(), protocols::reader(name)?)));
    Catalogues::new(readers.collect(), Arc::clone(inventory))
}

fn names() -> impl Iterator<Item = &'static str> {
    protocols::PROTOCOLS.iter().map(|protocol| protocol.manifest().name)
}

/// What makes masks. At the first start their key is made, and what losing it means is said.
fn masks(config: &Config) -> anyhow::Result<Masks> {
    let file = config.mask_key_file();
    let OwnKey { bytes, just_made } = OwnKey::open(&file)?;
    if just_made {
        tracing::warn!(
            file = %file.display(),
            "the key of masks was made: with another one all tokens and shifted dates become others, so that nothing shown before \
             can be joined with what is shown then. Who has it can try values until a token fits. Keep a copy of it"
        );
    }
    Ok(Masks::new(Keys::new(bytes)))
}

fn engine_limits(config: &Config) -> EngineLimits {
    let limits = &config.limits;
    EngineLimits {
        handshake: limits.handshake_timeout.0,
        dial: limits.connect_timeout.0,
        idle: limits.idle_timeout.duration(),
        session: limits.max_session.duration(),
        drain: limits.drain_timeout.0,
        half_open: limits.max_half_open,
        connections: limits.max_connections,
        memory: limits.frame_memory_bytes,
        ..EngineLimits::default()
    }
}

/// Without an interface there is nobody to ask, so what would have to wait is refused.
struct NoDesk;

impl Approvals for NoDesk {
    fn hold(&self, _: HoldRequest, _: Public) -> Result<Held, Public> {
        let reason = Public::new(Class::NotApproved, "this needs approval, and this gateway has nobody to ask");
        Err(reason.with_hint("Tell the operators of the gateway: it has no [api]. Nothing was done."))
    }
}
