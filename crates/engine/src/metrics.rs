//! What is counted, for Prometheus. Labels never hold names of people or text of commands.

use std::sync::atomic::{AtomicU64, Ordering};

use ports::Mark;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

type Labels = Vec<(&'static str, &'static str)>;

/// The gateway's counters.
pub struct Metrics {
    registry: Registry,
    pub(crate) connections: Counter,
    pub(crate) open: Gauge,
    pub(crate) half_open: Gauge,
    pub(crate) half_open_evicted: Counter,
    pub(crate) sessions: Gauge,
    pub(crate) ended: Family<Labels, Counter>,
    pub(crate) signins_refused: Counter,
    pub(crate) commands: Family<Labels, Counter>,
    pub(crate) waiting: Gauge,
    pub(crate) masked: Counter<u64, AtomicU64>,
    pub(crate) bytes: Family<Labels, Counter<u64, AtomicU64>>,
    pub(crate) cancels_ignored: Counter,
    pub(crate) probes_dropped: Counter,
    unpublished: Gauge,
    records: Counter<u64, AtomicU64>,
    syncs: Counter<u64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("signet");
        macro_rules! register {
            ($name:literal, $help:literal) => {{
                let metric = Default::default();
                registry.register($name, $help, Clone::clone(&metric));
                metric
            }};
        }
        let connections: Counter = register!("connections", "Connections accepted");
        let open: Gauge = register!("connections_open", "Connections open");
        let half_open: Gauge = register!("connections_half_open", "Connections that have not signed in");
        let half_open_evicted: Counter =
            register!("connections_half_open_evicted", "Unsigned connections closed to make room");
        let sessions: Gauge = register!("sessions_open", "Sessions open");
        let ended: Family<Labels, Counter> = register!("sessions_ended", "Connections ended, by cause");
        let signins_refused: Counter = register!("signins_refused", "Sign-ins refused");
        let commands: Family<Labels, Counter> = register!("commands", "Commands, by what became of them");
        let waiting: Gauge = register!("commands_waiting", "Commands that wait for a human");
        let masked: Counter<u64, AtomicU64> = register!("values_masked", "Values that were masked in results");
        let bytes: Family<Labels, Counter<u64, AtomicU64>> = register!("bytes", "Bytes delivered, by receiver");
        let probes_dropped: Counter = register!("probes_dropped", "Cancels of a session that had too many under way");
        let unpublished: Gauge =
            register!("log_unpublished_records", "Records on stable storage that are not published");
        let records: Counter<u64, AtomicU64> = register!("journal_records", "Records on stable storage, of all runs");
        let syncs: Counter<u64, AtomicU64> = register!("journal_syncs", "Syncs of the journal's storage for records");
        let cancels_ignored: Counter = register!("cancels_ignored", "Cancel requests with wrong keys");
        Self {
            registry,
            connections,
            open,
            half_open,
            half_open_evicted,
            sessions,
            ended,
            signins_refused,
            commands,
            waiting,
            masked,
            bytes,
            cancels_ignored,
            probes_dropped,
            unpublished,
            records,
            syncs,
        }
    }
}

impl Metrics {
    /// So many records are on stable storage and not in the published log.
    pub fn unpublished(&self, records: u64) {
        self.unpublished.set(records.try_into().unwrap_or(i64::MAX));
    }

    /// The journal is so far, and has synced its storage so often.
    pub fn journal(&self, durable: Mark, syncs: u64) {
        self.records.inner().store(durable.0, Ordering::Relaxed);
        self.syncs.inner().store(syncs, Ordering::Relaxed);
    }

    /// The counters in the OpenMetrics text format.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
