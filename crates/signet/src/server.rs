//! `signet server`: builds the house, opens the doors, and goes in good order when told to.

mod journal;
mod watching;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use config::{Config, Limits, SecretSource};
use engine::{ClientTls, EngineLimits, Gateway, House, Listener, Metrics, Network, TcpDialer};
use evidence::FileJournal;
use identity::{Clock, Local, wall_clock};
use model::{Class, Event, Public, Record};
use operations::{Operations, Signals};
use ports::{Directory, Journal};
use secrets::{Source, Sources};
use store::Store;
use wire::Route;

use crate::house::{LocalAccess, NoDesk, Targets};
use crate::{open_files, protocols, tls};

/// Runs the gateway until it was told to stop.
pub(crate) fn serve(config: Config) -> anyhow::Result<()> {
    open_files::raise(config.limits.max_connections);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    runtime.block_on(run(&config))
}

async fn run(config: &Config) -> anyhow::Result<()> {
    let mut signals = Signals::listen().context("listening for signals")?;
    let clock = wall_clock();
    private_folder(&config.data_dir)?;
    let journal = journal::open(config, &clock).await?;
    let directory = open_directory(config, &clock).await?;
    let tls = tls::client_tls(config, &clock)?;
    let metrics = Arc::new(Metrics::default());
    let operations = Arc::new(Operations {
        journal: Arc::<FileJournal>::clone(&journal),
        metrics: Arc::clone(&metrics),
        draining: AtomicBool::new(false),
        unpublished: AtomicBool::new(false),
    });
    engine::spawn(watching::watch(Arc::clone(&journal), Arc::clone(&operations)));
    let gateway = Gateway::new(house(config, Arc::<FileJournal>::clone(&journal), directory, metrics)?);

    let started = cli::started(config).context("reading the program's own file")?;
    record(&journal, &clock, started).await?;
    let control =
        control::serve(&control::socket(&config.data_dir), Arc::<FileJournal>::clone(&journal), clock.clone())?;
    open_doors(config, &gateway, &tls).await?;
    let listening = operations::listen(config.operations, Arc::clone(&operations)).await;
    listening.with_context(|| format!("listening on {} (operations.listen)", config.operations))?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), operations = %config.operations, "signet is ready");

    signals.stop().await;
    operations.draining.store(true, Ordering::Relaxed);
    let reason = Public::new(Class::Shutdown, "the gateway is stopping").with_hint("Connect again in a moment.");
    tracing::info!(at_most = %config.limits.drain_timeout, "stopping when running commands are done; a second signal stops now");
    let mut drained = std::pin::pin!(gateway.drain(reason.clone()));
    tokio::select! {
        () = &mut drained => {}
        () = signals.stop() => {
            tracing::warn!("stopping now");
            gateway.cut(reason);
            drained.await;
        }
    }
    control.stop().await;
    record(&journal, &clock, Event::GatewayStopped).await?;
    tracing::info!("stopped");
    Ok(())
}

async fn open_directory(config: &Config, clock: &Clock) -> anyhow::Result<Arc<dyn Directory>> {
    let store = Arc::new(Store::open(&config.store_file).await?);
    let people = config.people.values();
    let people = people.map(|person| identity::Person {
        name: person.name.clone(),
        groups: person.groups.clone(),
        ..identity::Person::default()
    });
    let local = Local::open(store, people.collect(), Arc::clone(clock)).await?;
    engine::spawn(local.watch());
    Ok(Arc::new(local))
}

fn house(
    config: &Config,
    journal: Arc<dyn Journal>,
    directory: Arc<dyn Directory>,
    metrics: Arc<Metrics>,
) -> anyhow::Result<House> {
    Ok(House {
        journal,
        decider: Arc::new(LocalAccess::of(config)),
        directory,
        secrets: Arc::new(sources(config)),
        approvals: Arc::new(NoDesk),
        resources: Arc::new(Targets::of(config)?),
        dialer: Arc::new(TcpDialer),
        random: House::system_random(),
        durability: config.journal.mode.into(),
        limits: engine_limits(&config.limits),
        wire_limits: config.limits.wire(),
        metrics,
    })
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

fn engine_limits(limits: &Limits) -> EngineLimits {
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

async fn open_doors(config: &Config, gateway: &Gateway, tls: &ClientTls) -> anyhow::Result<()> {
    for door in &config.listeners {
        let protocol = protocols::named(&door.protocol).with_context(|| format!("no protocol {}", door.protocol))?;
        let proxies = door.proxy_from.iter();
        let listener = Listener {
            address: door.listen,
            protocol,
            route: door.resource.clone().map_or(Route::Named, Route::Fixed),
            plaintext_allowed: door.plaintext_allowed,
            tls: Some(tls.clone()),
            proxy_from: proxies.map(|from| Network { address: from.address, prefix: from.prefix }).collect(),
        };
        let address = gateway.listen(listener).await?;
        let resource = door.resource.as_ref().map_or("named by the client", |name| name.as_str());
        tracing::info!(%address, protocol = door.protocol, resource, "listening");
    }
    Ok(())
}

/// Writes a record of the gateway itself, and waits until it is on stable storage.
async fn record(journal: &FileJournal, clock: &Clock, event: Event) -> anyhow::Result<()> {
    let mark = journal.append(Record { time_us: clock(), session: None, position: None, event })?;
    Ok(journal.reached(mark).await?)
}

/// Nobody but the gateway's user has business in there.
fn private_folder(path: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.with_context(|| format!("making the folder {} (data_dir)", path.display()))
}
