//! The grants in force, in memory: the policy asks for them at each decision and cannot wait for the store.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use model::{PrincipalId, ResourceName};
use store::{RequestKind, StoreError};
use tokio::sync::watch;

use super::Grant;
use crate::Control;

/// So many grants are read at once.
const AT_ONCE: u32 = 200;

type List = BTreeMap<PrincipalId, Vec<Grant>>;

/// The grants in force.
#[derive(Default)]
pub struct Grants {
    list: RwLock<Arc<List>>,
    /// When that list was looked at last, so that no beginning or end is missed.
    looked_us: AtomicU64,
    /// What holds has changed, or time has changed what holds.
    changed: watch::Sender<()>,
}

impl Grants {
    /// Access that this principal has to the account of the resource at that time.
    pub fn access(&self, principal: &PrincipalId, resource: &ResourceName, account: &str, now_us: u64) -> Vec<Grant> {
        self.of(principal, resource, now_us, |grant| {
            grant.kind == RequestKind::Access && grant.account.as_deref().is_none_or(|named| named == account)
        })
    }

    /// The broken glass of this principal on the resource at that time: the one that lasts longest.
    pub fn broken_glass(&self, principal: &PrincipalId, resource: &ResourceName, now_us: u64) -> Option<Grant> {
        let broken = self.of(principal, resource, now_us, |grant| grant.kind == RequestKind::BreakGlass);
        broken.into_iter().max_by_key(|grant| grant.until_us)
    }

    /// What this principal is shown for a time on the resource that policies mask.
    pub fn revealed(&self, principal: &PrincipalId, resource: &ResourceName, now_us: u64) -> Vec<Grant> {
        self.of(principal, resource, now_us, |grant| grant.kind == RequestKind::Reveal)
    }

    /// Tells when other grants hold than before: given, revoked, begun or ended.
    pub fn subscribe(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn of(
        &self,
        principal: &PrincipalId,
        resource: &ResourceName,
        now_us: u64,
        which: impl Fn(&Grant) -> bool,
    ) -> Vec<Grant> {
        let list = self.list();
        let theirs = list.get(principal).map(Vec::as_slice).unwrap_or_default();
        let holds = |grant: &&Grant| {
            grant.resource == *resource && (grant.from_us..grant.until_us).contains(&now_us) && which(grant)
        };
        theirs.iter().filter(holds).cloned().collect()
    }

    fn list(&self) -> Arc<List> {
        Arc::clone(&self.list.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, list: List, now_us: u64) {
        let looked_us = self.looked_us.swap(now_us, Ordering::SeqCst);
        let list = Arc::new(list);
        let before =
            std::mem::replace(&mut *self.list.write().unwrap_or_else(PoisonError::into_inner), Arc::clone(&list));
        let passed = edges(&before).any(|edge| (looked_us..=now_us).contains(&edge));
        if passed || before != list {
            self.changed.send_replace(());
        }
    }

    /// The next time at which other grants hold.
    fn next_edge(&self, now_us: u64) -> Option<u64> {
        edges(&self.list()).filter(|edge| *edge > now_us).min()
    }
}

/// When what holds changes by time.
fn edges(list: &List) -> impl Iterator<Item = u64> {
    list.values().flatten().flat_map(|grant| [grant.from_us, grant.until_us])
}

impl Control {
    /// Reads the grants that hold now or later. Gives the next time at which others hold. When they cannot be read none
    /// holds: one may have been revoked.
    pub(crate) async fn refresh_grants(&self) -> Result<Option<u64>, StoreError> {
        let now = self.now();
        match self.read_grants(now).await {
            Ok(list) => {
                self.parts.grants.replace(list, now);
                Ok(self.parts.grants.next_edge(now))
            }
            Err(error) => {
                self.parts.grants.replace(List::new(), now);
                Err(error)
            }
        }
    }

    async fn read_grants(&self, now_us: u64) -> Result<List, StoreError> {
        let mut list = List::new();
        let mut after = None;
        loop {
            let rows = self.parts.store.grants(Some(now_us), after, AT_ONCE).await?;
            let Some(last) = rows.last() else { return Ok(list) };
            after = Some(last.id);
            for row in rows {
                list.entry(row.principal.clone()).or_default().push(Grant::from(row));
            }
        }
    }
}
