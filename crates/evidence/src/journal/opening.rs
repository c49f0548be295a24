//! Opening a journal: find where it ended, show that it goes on from what was signed, end what a crash cut, begin a run.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::Builder;

use model::{CommandId, Outcome, Status, StreamId};
use ports::{JournalDown, Mark};
use tlog::merkle::{hash_text, sha256};
use uuid::Uuid;

use super::followed::{Followed, OnQueue};
use super::rebuild::rebuild;
use super::{FileJournal, Options, Recovery};
use crate::clock::Clocks;
use crate::error::OpenError;
use crate::keys::{KeyError, MasterKey};
use crate::log::{self, Publisher, Publishing, Refusal, Signer, Trouble};
use crate::places::Places;
use crate::queue::{Left, Queue};
use crate::record::{Chains, Draft, Entry, gateway_stopped, genesis, hold_withdrawn, outcome_of, session_end};
use crate::sequencer::{Sequencer, State};
use crate::waiters::{Reached, wait};
use crate::wal::{self, Disk, Found, Maker, Medium, Spares, Storage, System};
use crate::writer::Writer;

/// What the records of this version look like.
const SCHEMA: &[u8] = include_bytes!("../../../../docs/evidence-record.schema.json");

impl FileJournal {
    /// Opens the journal in its places, or begins one; mends what a crash left. Blocks: it reads all that is not published.
    ///
    /// # Errors
    /// When another gateway has it open, when it is damaged in a way that no crash explains, when it does not go on from what
    /// was signed, or when a file operation fails; also when there is no space for the reserve.
    pub fn open(places: &Places, options: Options) -> Result<Self, OpenError> {
        Self::open_on(System, places, options)
    }

    pub(crate) fn open_on<M: Medium + 'static>(
        mut medium: M,
        places: &Places,
        options: Options,
    ) -> Result<Self, OpenError> {
        let folder = &places.journal;
        wal::prepare(folder).map_err(OpenError::file("preparing the folder", folder))?;
        let lock = lock(folder)?;
        private(&mut medium, &[&places.keys, &places.log, &places.signer])?;
        let setting = || OpenError::file("setting space aside in", folder);
        let spares = Arc::new(Spares::open(folder, options.segment_bytes).map_err(setting())?);
        let found = wal::recover(folder, &spares, || rebuild(places))?;
        wal::reserve(folder, options.reserve_bytes).map_err(setting())?;
        if found.current.is_none() {
            spares.make().map_err(setting())?;
        }
        let Found { state, current, first, torn_bytes, rebuilt } = found;
        let left = current.as_ref().map(Left::from).unwrap_or_default();
        let begun = state.size() > 0;
        let state = named(state, options.origin.as_deref())?;
        let origin = state.origin().to_owned();
        let master = MasterKey::open(&places.keys, begun)?;
        let mut signer = Signer::open(log::Disk, &places.signer, &origin, begun)?;
        let signed = signer.signed().0;
        if signed > state.size() {
            return Err(Trouble::from(Refusal::Smaller { size: state.size(), signed }).into());
        }
        signer.show_key(&places.verifier_key)?;
        let key = signer.verifier_key().to_string();
        let run = Uuid::now_v7();
        let chains = Chains::new(master, &origin, run).ok_or(OpenError::Key(KeyError::Random))?;
        let closing = closing(&state, (options.clock)());
        let recovery = Recovery { sessions: closing.sessions, torn_bytes, rebuilt };
        let queue = queue(state, run, left, &options);
        let maker = Maker::start(Arc::clone(&spares)).map_err(setting())?;
        let disk = Disk::new(medium, folder, Arc::clone(&spares), current);
        let mut journal = Self::start(queue, disk, chains).map_err(setting())?;
        (journal._maker, journal._lock) = (Some(maker), Some(lock));
        journal.publish(places, spares, first, signer)?;
        (journal.recovery, journal.untold) = (recovery, Mutex::new(recovery));
        journal.begin(begun, &key, &closing.drafts, &options)?;
        Ok(journal)
    }

    /// A journal whose writer runs, and which nobody publishes yet.
    pub(crate) fn start<S: Storage + 'static>(queue: Queue, storage: S, chains: Chains) -> std::io::Result<Self> {
        let queue = Arc::new(queue);
        let writer = Writer { queue: Arc::clone(&queue), storage };
        let writer = Builder::new().name("journal".to_owned()).spawn(move || writer.run())?;
        Ok(Self {
            queue,
            chains,
            recovery: Recovery::default(),
            untold: Mutex::default(),
            writer: Some(writer),
            publishing: None,
            _maker: None,
            _lock: None,
        })
    }

    /// Publishes what is there, which shows that it goes on from what was signed; and from now on each second.
    fn publish(
        &mut self,
        places: &Places,
        spares: Arc<Spares>,
        first: u64,
        signer: Signer<log::Disk>,
    ) -> Result<(), OpenError> {
        let source = Followed::new(Arc::clone(&self.queue), spares, &places.journal, first);
        let publisher = Publisher::open(source, log::Disk, signer, places.log.clone(), places.keys.clone())?;
        self.publishing = Some(Publishing::start(publisher, OnQueue(Arc::clone(&self.queue)))?);
        Ok(())
    }

    /// The records that a start makes by itself. They are durable when this returns.
    fn begin(&self, begun: bool, key: &str, closing: &[Draft], options: &Options) -> Result<(), OpenError> {
        let failed = |JournalDown| OpenError::Failed(self.failure().unwrap_or_default());
        let mut last = Mark(self.queue.durable());
        for draft in closing {
            // A crash may leave more to close than the queue takes at once; every record of it must stand.
            last = match self.queue.append(draft) {
                Ok(mark) => mark,
                Err(JournalDown) => {
                    wait(Reached::new(Arc::clone(&self.queue), last)).map_err(failed)?;
                    self.queue.append(draft).map_err(failed)?
                }
            };
        }
        if !begun {
            let entry = genesis(&hash_text(&sha256(SCHEMA)), key);
            let placed = self.chains.of_gateway((options.clock)(), entry, |draft| self.queue.append(&draft));
            last = placed.unwrap_or(Err(JournalDown)).map_err(failed)?;
        }
        wait(Reached::new(Arc::clone(&self.queue), last)).map_err(failed)
    }
}

/// What ends the chains that a crash left open.
struct Closing {
    drafts: Vec<Draft>,
    sessions: u64,
}

/// First the sessions, then the run that they were in.
fn closing(state: &State, wall: u64) -> Closing {
    let mut closing = Closing { drafts: Vec::new(), sessions: 0 };
    let mut runs = Vec::new();
    for (sid, chain) in state.chains() {
        let mut end = |entry: Entry| closing.drafts.push(Draft::plain(Some(*sid), wall, entry));
        if chain.run {
            runs.push(Draft::plain(Some(*sid), wall, gateway_stopped("crash")));
            continue;
        }
        for (command, stream) in &chain.held {
            end(hold_withdrawn(StreamId(*stream), CommandId(*command)));
        }
        for (command, stream) in &chain.owed {
            let unknown = Outcome::of(Status::Unknown);
            end(outcome_of(StreamId(*stream), CommandId(*command), &unknown, None));
        }
        end(session_end("crash"));
        closing.sessions = closing.sessions.saturating_add(1);
    }
    closing.drafts.append(&mut runs);
    closing
}

fn queue(state: State, run: Uuid, left: Left, options: &Options) -> Queue {
    let mode = options.mode.as_str();
    let mode = (options.mode != model::Durability::Strict).then_some(mode);
    let clocks = Clocks { wall: Arc::clone(&options.clock), mono: Arc::clone(&options.steady) };
    let segment_bytes = usize::try_from(options.segment_bytes).unwrap_or(usize::MAX);
    Queue::new(Sequencer::new(state, run, mode), clocks, options.queue_bytes, segment_bytes, left)
}

/// The state of a log that has a name.
fn named(state: State, wanted: Option<&str>) -> Result<State, OpenError> {
    if state.origin().is_empty() {
        let random = || format!("signet/{}", Uuid::now_v7().simple());
        return Ok(State::new(&wanted.map_or_else(random, str::to_owned)));
    }
    match wanted {
        Some(wanted) if wanted != state.origin() => {
            Err(OpenError::Origin { found: state.origin().to_owned(), wanted: wanted.to_owned() })
        }
        _ => Ok(state),
    }
}

/// Folders that only the gateway may look into. Their names are durable when this returns.
fn private(medium: &mut impl Medium, folders: &[&Path]) -> Result<(), OpenError> {
    for folder in folders {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(OpenError::file("making the folder", *folder))?;
    }
    let parents: BTreeSet<&Path> = folders.iter().filter_map(|folder| folder.parent()).collect();
    for parent in parents.into_iter().filter(|parent| !parent.as_os_str().is_empty()) {
        medium.sync_folder(parent).map_err(OpenError::file("making durable", parent))?;
    }
    Ok(())
}

/// Takes the lock of a journal. It ends with the process, however that ends.
fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join("lock");
    let failed = || OpenError::file("locking", &path);
    let file = wal::private(OpenOptions::new().append(true).create(true)).open(&path).map_err(failed())?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(OpenError::InUse(folder.to_owned())),
        Err(fs::TryLockError::Error(error)) => Err(failed()(error)),
    }
}
