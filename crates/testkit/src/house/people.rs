//! The people of a test house: a directory that knows everybody, secrets, resources, and a desk where holds wait.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::{Account, Challenge, Class, CredentialId, Principal, Proof, Public, Resource, Secret};
use ports::{
    Directory, Held, HoldEnd, HoldRequest, Later, NotIdentified, Resources, SecretUnavailable, Secrets, Verified,
};
use tokio::sync::{oneshot, watch};

use crate::driver::ada;

/// Everybody is Ada, with one credential that can be revoked.
pub struct People {
    resources: Mutex<Vec<Arc<Resource>>>,
    revoked: watch::Sender<bool>,
}

impl Default for People {
    fn default() -> Self {
        Self { resources: Mutex::default(), revoked: watch::channel(false).0 }
    }
}

impl People {
    /// Makes a resource known.
    pub fn knows(&self, resource: Resource) {
        self.resources.lock().unwrap().push(Arc::new(resource));
    }

    /// Revokes the credential of everybody.
    pub fn revoke(&self) {
        self.revoked.send_replace(true);
    }

    /// Ada, verified by the leg.
    pub fn ada() -> Verified {
        Verified { principal: ada(), credential: CredentialId("token-1".to_owned()), signature: None }
    }
}

impl Directory for People {
    fn challenge(&self, _: &str) -> Later<Challenge> {
        Box::pin(async { Challenge { salt: b"0123456789abcdef".to_vec(), iterations: 4096 } })
    }

    fn identify(&self, person: &str, _: Proof) -> Later<Result<Verified, NotIdentified>> {
        let known = person == "ada";
        Box::pin(async move { if known { Ok(Self::ada()) } else { Err(NotIdentified { why: "unknown person" }) } })
    }

    fn revoked(&self, _: &CredentialId, _: &Principal) -> Later<Public> {
        let mut revoked = self.revoked.subscribe();
        Box::pin(async move {
            if revoked.wait_for(|revoked| *revoked).await.is_err() {
                std::future::pending::<()>().await;
            }
            Public::new(Class::Unauthenticated, "your token was revoked")
        })
    }
}

impl Secrets for People {
    fn fetch(&self, _: &Resource, _: &Account) -> Later<Result<Option<Secret>, SecretUnavailable>> {
        Box::pin(async { Ok(Some(Secret::new("hunter2"))) })
    }
}

impl Resources for People {
    fn named(&self, name: &str) -> Option<Arc<Resource>> {
        self.resources.lock().unwrap().iter().find(|resource| resource.name.as_str() == name).cloned()
    }

    fn by_server_name(&self, _: &str) -> Option<Arc<Resource>> {
        None
    }
}

/// How often a client is told again that its command waits.
pub const REPEAT: Duration = Duration::from_secs(30);

/// A desk whose requests the test answers.
#[derive(Default)]
pub struct Approvals {
    requests: Mutex<Vec<(HoldRequest, Option<oneshot::Sender<HoldEnd>>)>>,
}

impl Approvals {
    /// The commands that wait or have waited, and whether each waits still.
    pub fn requests(&self) -> Vec<(HoldRequest, bool)> {
        let waits = |end: &Option<oneshot::Sender<HoldEnd>>| end.as_ref().is_some_and(|end| !end.is_closed());
        self.requests.lock().unwrap().iter().map(|(request, end)| (request.clone(), waits(end))).collect()
    }

    /// Ends the wait of a request; false when nobody waits any more.
    pub fn end(&self, at: usize, end: HoldEnd) -> bool {
        let sender = self.requests.lock().unwrap()[at].1.take();
        sender.is_some_and(|sender| sender.send(end).is_ok())
    }
}

impl ports::Approvals for Approvals {
    fn hold(&self, request: HoldRequest, notice: Public) -> Result<Held, Public> {
        let (sender, receiver) = oneshot::channel();
        self.requests.lock().unwrap().push((request, Some(sender)));
        let nobody = || HoldEnd::Expired(Public::new(Class::NotApproved, "nobody answered"));
        Ok(Held { notice, repeat: REPEAT, end: Box::pin(async move { receiver.await.unwrap_or_else(|_| nobody()) }) })
    }
}
