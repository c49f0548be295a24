//! The whole of a verification.

use tlog::note::VerifierKey;

use crate::findings::{Findings, Sink};
use crate::keys::Keys;
use crate::report::Report;
use crate::shown::span;
use crate::signed;
use crate::source::Source;
use crate::verdict::{Place, Verdict};
use crate::walk::Walk;

/// How far two honest clocks may differ.
const AHEAD_US: u64 = 300_000_000;

/// What is asked for.
pub struct Options {
    /// The key that must have signed.
    pub key: Option<VerifierKey>,
    /// An older checkpoint that the log must continue.
    pub pin: Option<Pin>,
    /// How old the newest record may be.
    pub max_age_us: Option<u64>,
    /// The time now, microseconds since 1970 UTC.
    pub now_us: u64,
    /// To open payloads with.
    pub keys: Option<Keys>,
}

/// An older checkpoint.
#[derive(Clone, Debug)]
pub struct Pin {
    /// How failures call it.
    pub name: String,
    /// The note.
    pub bytes: Vec<u8>,
}

/// Verifies a log. Never fails: what is wrong stands in the report.
pub fn run(source: &dyn Source, options: &Options, sink: &mut dyn Sink) -> Report {
    let mut findings = Findings::new(sink);
    let key = options.key.as_ref();
    if let Some(newest) = signed::read(source, key, &mut findings) {
        let pin = options.pin.as_ref().zip(key);
        let older = pin.and_then(|(pin, key)| signed::pinned(pin, &newest, key, &mut findings));
        let size = older.as_ref().map(|older| older.checkpoint.size);
        let root = Walk::new(source, &newest.checkpoint, size, options).run(&mut findings);
        if let Some(older) = older {
            signed::continues(&older, &newest, root, &mut findings);
        }
        age(options, &mut findings);
        conclude(&mut findings);
    }
    findings.report()
}

fn age(options: &Options, findings: &mut Findings<'_>) {
    let Some(most) = options.max_age_us else { return };
    let newest = findings.facts().newest_us;
    if let Some(ahead) = newest.and_then(|newest| newest.checked_sub(options.now_us)).filter(|ahead| *ahead > AHEAD_US)
    {
        let text = format!("the newest record is {} in the future of this machine's clock", span(ahead));
        findings.fail(Verdict::Stale, Place::Log, text);
        return;
    }
    match newest.map(|newest| options.now_us.saturating_sub(newest)) {
        Some(age) if age <= most => {}
        Some(age) => {
            let text = format!("the newest record is {} old, and {} are allowed", span(age), span(most));
            findings.fail(Verdict::Stale, Place::Log, text);
        }
        None => findings.fail(Verdict::Stale, Place::Log, "there is no record that says how old the log is"),
    }
}

fn conclude(findings: &mut Findings<'_>) {
    let local = findings.facts().local_sessions;
    if local > 0 {
        findings
            .note(Place::Log, format!("{local} sessions are of identities that only the gateway itself vouches for"));
    }
}
