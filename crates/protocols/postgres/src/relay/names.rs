//! What the client's names stand for: prepared statements and portals. When it is in doubt, a name is forgotten, and what
//! it runs is then decided as unknown. What SQL does to them is in `sql`.

mod sql;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use model::Limits;

use super::prepared::{Portal, Prepared};
use crate::message::bind::Bind;

/// More names or bytes than a conversation may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMuch;

struct Named<T> {
    thing: T,
    registered: u64,
    /// The last boundary before it.
    boundary: u64,
    /// The target has said that it stands.
    confirmed: bool,
    bytes: usize,
}

/// Statements and portals by name.
pub(super) struct Names {
    /// Oldest first: behind the one that is known to stand, those whose Parse has not been answered. The last one counts.
    statements: HashMap<Bytes, VecDeque<Named<Arc<Prepared>>>>,
    /// How many those are.
    count: usize,
    portals: HashMap<Bytes, Named<Portal>>,
    /// The names of those that end with their transaction, the oldest first.
    ages: BTreeMap<u64, Bytes>,
    /// Of cursors up to this one it is not certain that their transaction was committed.
    failed: u64,
    registered: u64,
    /// Of names up to this one it is not certain what SQL finds by them.
    doubted: u64,
    bytes: usize,
    limit: usize,
    limit_bytes: usize,
}

impl<T> Named<T> {
    /// Whether the name stands for this in what is sent after that boundary. An unanswered one does so only before the next
    /// Sync: had it failed, what follows it up to there would be skipped with it.
    fn stands(&self, boundary: u64) -> bool {
        self.confirmed || self.boundary == boundary
    }
}

impl Names {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            statements: HashMap::new(),
            count: 0,
            portals: HashMap::new(),
            ages: BTreeMap::new(),
            failed: 0,
            registered: 0,
            doubted: 0,
            bytes: 0,
            limit: limits.names,
            // One largest message of each kind always fits.
            limit_bytes: limits.frame.saturating_mul(2),
        }
    }

    /// A Parse goes out: from now on the name stands for this, also for what is pipelined behind it.
    pub(super) fn prepare(&mut self, name: &Bytes, prepared: Prepared, boundary: u64) -> Result<u64, TooMuch> {
        let types = size(&prepared.types);
        let bytes = prepared
            .text
            .len()
            .saturating_add(prepared.credentials.size())
            .saturating_add(name.len())
            .saturating_add(types);
        self.room(self.count, bytes)?;
        let prepared = if name.is_empty() { prepared } else { Prepared { text: own(&prepared.text), ..prepared } };
        let registered = self.register(bytes);
        let named = Named { thing: Arc::new(prepared), registered, boundary, confirmed: false, bytes };
        self.statements.entry(own(name)).or_default().push_back(named);
        self.count = self.count.saturating_add(1);
        Ok(registered)
    }

    /// A Bind goes out.
    pub(super) fn bind(&mut self, bind: &Bind, boundary: u64) -> Result<u64, TooMuch> {
        let Bind { portal, statement, parameters, binary } = bind;
        let prepared = self.statement(statement, boundary).cloned();
        // What lives on must not keep a whole read buffer alive.
        let parameters = if portal.is_empty() {
            parameters.clone()
        } else {
            parameters.iter().map(|value| value.as_ref().map(own)).collect()
        };
        let opened = Portal { prepared, statement: own(statement), parameters, binary: binary.clone(), hold: false };
        self.open(portal, opened, 0, boundary)
    }

    /// A portal is made: by a Bind, or as a cursor, which has a text of its own.
    pub(super) fn open(&mut self, name: &Bytes, portal: Portal, text: usize, boundary: u64) -> Result<u64, TooMuch> {
        let values = portal.parameters.iter().flatten().map(Bytes::len).sum::<usize>();
        let bytes = [values, size(&portal.binary), name.len(), portal.statement.len(), text];
        let bytes = bytes.into_iter().fold(0, usize::saturating_add);
        self.forget_portal(name);
        self.room(self.portals.len(), bytes)?;
        let registered = self.register(bytes);
        self.keep(own(name), Named { thing: portal, registered, boundary, confirmed: false, bytes });
        Ok(registered)
    }

    /// What a statement's name stands for, where that is certain.
    pub(super) fn statement(&self, name: &[u8], boundary: u64) -> Option<&Arc<Prepared>> {
        let last = self.statements.get(name).and_then(|all| all.back())?;
        last.stands(boundary).then_some(&last.thing)
    }

    /// The number under which a statement's name stands, where that is certain.
    pub(super) fn registered(&self, name: &[u8], boundary: u64) -> Option<u64> {
        let last = self.statements.get(name).and_then(|all| all.back())?;
        last.stands(boundary).then_some(last.registered)
    }

    /// The target described the parameters of that statement. They stay what they are for as long as it stands.
    pub(super) fn described(&mut self, name: &Bytes, registered: u64, types: Vec<u32>) {
        let Some(all) = self.statements.get_mut(name) else { return };
        let Some(named) = all.iter_mut().find(|named| named.registered == registered) else { return };
        let more = size(&types).saturating_sub(size(&named.thing.types));
        named.bytes = named.bytes.saturating_add(more);
        self.bytes = self.bytes.saturating_add(more);
        Arc::make_mut(&mut named.thing).types = types;
    }

    /// What a portal's name stands for, where that is certain.
    pub(super) fn portal(&self, name: &[u8], boundary: u64) -> Option<&Portal> {
        self.portals.get(name).filter(|named| named.stands(boundary)).map(|named| &named.thing)
    }

    /// That Bind succeeded.
    pub(super) fn confirm_portal(&mut self, name: &Bytes, registered: u64) {
        if let Some(named) = self.portals.get_mut(name).filter(|named| named.registered == registered) {
            named.confirmed = true;
        }
    }

    pub(super) fn forget_statement(&mut self, name: &Bytes) {
        for named in self.statements.remove(name).unwrap_or_default() {
            self.gone(&named);
        }
    }

    pub(super) fn forget_portal(&mut self, name: &Bytes) {
        if let Some(named) = self.portals.remove(name) {
            self.ages.remove(&named.registered);
            self.bytes = self.bytes.saturating_sub(named.bytes);
        }
    }

    fn keep(&mut self, name: Bytes, named: Named<Portal>) {
        self.ages.insert(named.registered, name.clone());
        self.portals.insert(name, named);
    }

    /// That Parse succeeded: what the name stood for before is gone.
    pub(super) fn confirm_statement(&mut self, name: &Bytes, registered: u64) {
        while let Some(all) = self.statements.get_mut(name) {
            let Some(older) = all.pop_front_if(|named| named.registered < registered) else { break };
            self.gone(&older);
        }
        let stands = self.statements.get_mut(name).and_then(|all| all.front_mut());
        if let Some(named) = stands.filter(|named| named.registered == registered) {
            named.confirmed = true;
        }
    }

    /// That Parse failed or was skipped: the name stands for what it stood for before.
    pub(super) fn undo_statement(&mut self, name: &Bytes, registered: u64) {
        let Some(all) = self.statements.get_mut(name) else { return };
        let Ok(at) = all.binary_search_by_key(&registered, |named| named.registered) else { return };
        let undone = all.remove(at);
        if all.is_empty() {
            self.statements.remove(name);
        }
        if let Some(undone) = undone {
            self.gone(&undone);
        }
    }

    fn gone(&mut self, named: &Named<Arc<Prepared>>) {
        self.bytes = self.bytes.saturating_sub(named.bytes);
        self.count = self.count.saturating_sub(1);
    }

    /// That Bind failed or was skipped.
    pub(super) fn undo_portal(&mut self, name: &Bytes, registered: u64) {
        if self.portals.get(name).is_some_and(|named| named.registered == registered) {
            self.forget_portal(name);
        }
    }

    /// SQL may have given any name a new meaning. The unnamed ones are out of its reach.
    pub(super) fn forget_named(&mut self) {
        self.forget_statements();
        let unnamed = self.portals.remove_entry(&Bytes::new());
        self.forget_portals();
        if let Some((name, named)) = unnamed {
            self.keep(name, named);
        }
    }

    /// All statements that have a name are gone.
    pub(super) fn forget_statements(&mut self) {
        let unnamed = self.statements.remove_entry(&Bytes::new());
        for named in std::mem::take(&mut self.statements).into_values().flatten() {
            self.gone(&named);
        }
        self.statements.extend(unnamed);
    }

    /// SQL may have ended portals, and cursors may have taken their names.
    pub(super) fn forget_portals(&mut self) {
        self.ages.clear();
        for named in std::mem::take(&mut self.portals).into_values() {
            self.bytes = self.bytes.saturating_sub(named.bytes);
        }
    }

    /// The transaction ended at that boundary, and its portals with it. Cursors that are held stand until they are closed.
    pub(super) fn end_transaction(&mut self, boundary: u64) {
        while let Some(oldest) = self.ages.first_entry() {
            let Some(named) = self.portals.get(oldest.get()).filter(|named| named.boundary < boundary) else { break };
            let held = named.thing.hold && named.confirmed && named.registered > self.failed;
            let name = oldest.remove();
            if !held {
                self.forget_portal(&name);
            }
        }
    }

    /// Bytes of names, texts and values that are kept.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn room(&self, have: usize, bytes: usize) -> Result<(), TooMuch> {
        let fits = have < self.limit && self.bytes.saturating_add(bytes) <= self.limit_bytes;
        if fits { Ok(()) } else { Err(TooMuch) }
    }

    fn register(&mut self, bytes: usize) -> u64 {
        self.bytes = self.bytes.saturating_add(bytes);
        self.registered = self.registered.saturating_add(1);
        self.registered
    }
}

/// Bytes of a list.
fn size<T>(list: &[T]) -> usize {
    size_of_val(list)
}

/// A copy of its own.
pub(super) fn own(bytes: &Bytes) -> Bytes {
    Bytes::copy_from_slice(bytes)
}
