//! `signet server`: builds the house, opens the doors, and goes in good order when told to.

mod journal;
mod watching;

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use config::Config;
use engine::{ClientTls, Gateway, Listener, Metrics, Network};
use evidence::FileJournal;
use identity::{Clock, wall_clock};
use model::{Class, Event, Public, Record};
use operations::{Operations, Signals};
use ports::Journal;
use wire::Route;

use crate::house::Offices;
use crate::meaning::Meant;
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
    let tls = tls::client_tls(config, &clock)?;
    let metrics = Arc::new(Metrics::default());
    let operations = Arc::new(Operations {
        journal: Arc::<FileJournal>::clone(&journal),
        metrics: Arc::clone(&metrics),
        draining: AtomicBool::new(false),
        unpublished: AtomicBool::new(false),
    });
    engine::spawn(watching::watch(Arc::clone(&journal), Arc::clone(&operations)));
    let started = cli::started(config).context("reading the program's own file")?;
    record(&journal, &clock, started).await?;
    let offices = Offices::open(config, &journal, &clock).await?;
    let gateway = Gateway::new(offices.house(config, &journal, metrics));
    offices.begin(config);
    let notes = control::serve(&control::socket(&config.data_dir), Arc::<FileJournal>::clone(&journal), clock.clone())?;
    let interface = open_interface(config, &offices, &gateway, &tls).await?;
    open_doors(config, &gateway, &tls).await?;
    let listening = operations::listen(config.operations, Arc::clone(&operations)).await;
    listening.with_context(|| format!("listening on {} (operations.listen)", config.operations))?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), operations = %config.operations, "signet is ready");

    signals.stop().await;
    operations.draining.store(true, Ordering::Relaxed);
    let reason = Public::new(Class::Shutdown, "the gateway is stopping").with_hint("Connect again in a moment.");
    tracing::info!(at_most = %config.limits.drain_timeout, "stopping when running commands are done; a second signal stops now");
    let mut drained = std::pin::pin!(gateway.drain(reason.clone()));
    let ended = tokio::select! {
        ended = &mut drained => ended,
        () = signals.stop() => {
            tracing::warn!("stopping now");
            gateway.cut(reason);
            drained.await
        }
    };
    if let Some(interface) = interface {
        interface.stop().await;
    }
    notes.stop().await;
    // A run whose sessions have no end did not stop: the next start ends them, and it, as a crash would have left them.
    anyhow::ensure!(ended, "sessions did not end in time after they were cut; the next start ends their records");
    record(&journal, &clock, Event::GatewayStopped).await?;
    tracing::info!("stopped");
    Ok(())
}

/// The interface for people, where there is one.
async fn open_interface(
    config: &Config,
    offices: &Offices,
    gateway: &Gateway,
    tls: &ClientTls,
) -> anyhow::Result<Option<web::Serving>> {
    let Some(api) = &config.api else { return Ok(None) };
    let authority = config.tls.is_none().then(|| config.client_ca()).flatten();
    let authority = authority.map(|path| fs::read(&path).with_context(|| format!("reading {}", path.display())));
    let serving = web::serve(web::Parts {
        listen: api.listen,
        tls: tls.clone(),
        authority: authority.transpose()?,
        control: offices.control.clone(),
        estate: offices.estate.clone(),
        sessions: gateway.sessions(),
        meaning: Arc::new(Meant(Arc::clone(&offices.catalogues))),
    });
    let serving = serving.await.with_context(|| format!("listening on {} (api.listen)", api.listen))?;
    tracing::info!(address = %serving.address(), "administration, requests and approvals");
    Ok(Some(serving))
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
