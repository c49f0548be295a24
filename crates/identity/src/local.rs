//! The directory of local people: their challenges, their proofs, and when their sessions must end.

use std::sync::Arc;
use std::time::Duration;

use model::{Challenge, Class, CredentialId, Principal, PrincipalId, Proof, Public};
use ports::{Directory, Later, NotIdentified, Verified};
use store::{Store, StoreError, Token};
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::people::People;
use crate::{Clock, IdentityError, Person, scram, token};

/// How soon a revocation by another process is seen.
const POLL: Duration = Duration::from_millis(500);

/// The people of the configuration file.
pub struct Local {
    shared: Arc<Shared>,
}

struct Shared {
    store: Arc<Store>,
    people: People,
    /// Makes the salts of people who have none.
    secret: Zeroizing<Vec<u8>>,
    clock: Clock,
    /// Sessions look again whether they may go on.
    changed: watch::Sender<()>,
}

impl Local {
    /// The directory of `people`, with the tokens in `store`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open(store: Arc<Store>, people: Vec<Person>, clock: Clock) -> Result<Self, IdentityError> {
        let secret = Zeroizing::new(store.instance_secret(&token::random()?).await?);
        let shared = Shared { store, people: People::new(people), secret, clock, changed: watch::Sender::new(()) };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Puts another list of people in force. Sessions of those who are gone from it end.
    pub fn replace_people(&self, people: Vec<Person>) {
        self.shared.people.replace(people);
        self.shared.changed.send_replace(());
    }

    /// Looks for revocations, also by other processes, for as long as it is polled: without it no session ends by one.
    /// To be spawned once by whoever opened this.
    pub fn watch(&self) -> impl Future<Output = ()> + Send + 'static {
        let shared = self.shared.clone();
        async move {
            let mut seen = None;
            loop {
                match shared.store.change_counter().await {
                    Ok(counter) if seen.replace(counter) == Some(counter) => {}
                    Ok(_) => {
                        shared.changed.send_replace(());
                    }
                    Err(error) => tracing::error!(%error, "revocations cannot be looked for"),
                }
                tokio::time::sleep(POLL).await;
            }
        }
    }
}

impl Directory for Local {
    fn challenge(&self, person: &str) -> Later<Challenge> {
        let (shared, person) = (self.shared.clone(), person.to_owned());
        Box::pin(async move { shared.challenge(&person).await })
    }

    fn identify(&self, person: &str, proof: Proof) -> Later<Result<Verified, NotIdentified>> {
        let (shared, person) = (self.shared.clone(), person.to_owned());
        Box::pin(async move { shared.identify(&person, &proof).await.map_err(|why| NotIdentified { why }) })
    }

    fn revoked(&self, credential: &CredentialId, principal: &Principal) -> Later<Public> {
        let (shared, credential, id) = (self.shared.clone(), credential.clone(), principal.id.clone());
        Box::pin(async move { shared.revoked(&credential, &id).await })
    }
}

impl Shared {
    async fn challenge(&self, person: &str) -> Challenge {
        // Both are always made, so that neither the answer nor its time tells who is known. That a person was taken off
        // the list is not to be seen either, so the list is not asked.
        let made_up = scram::sign(&self.secret, person.as_bytes());
        let mut salt: Vec<u8> = made_up.into_iter().take(size_of::<store::Salt>()).collect();
        match self.store.salt_of(person).await {
            Ok(Some(kept)) => salt.copy_from_slice(&kept),
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "the salt of a person cannot be had"),
        }
        Challenge { salt, iterations: scram::ITERATIONS.get() }
    }

    async fn identify(&self, person: &str, proof: &Proof) -> Result<Verified, &'static str> {
        let Proof::Scram { auth_message, client_proof } = proof;
        let now = (self.clock)();
        let tokens = self.store.tokens_of(person, now).await.map_err(|error| {
            tracing::error!(%error, "the tokens of a person cannot be had");
            "the store failed"
        })?;
        // As much work for somebody without tokens as for somebody with one; its answer counts for nothing.
        if tokens.is_empty() {
            let _ = scram::proves(&scram::sign(&self.secret, b"decoy"), auth_message, client_proof);
        }
        let mut matching: Option<&Token> = None;
        // All of them, so that the time does not tell which one it was.
        for token in &tokens {
            if scram::proves(&token.stored_key, auth_message, client_proof) {
                matching = Some(token);
            }
        }
        let principal = self.people.principal(person).ok_or("unknown person")?;
        let token = matching.ok_or("wrong password")?;
        if token.revoked_us.is_some() {
            return Err("revoked token");
        }
        if token.expires_us <= now {
            return Err("expired token");
        }
        let signature = Some(scram::sign(&token.server_key, auth_message));
        Ok(Verified { principal, credential: CredentialId(token.id.clone()), signature })
    }

    async fn revoked(&self, credential: &CredentialId, id: &PrincipalId) -> Public {
        // Before the first look, so that no change falls between a look and the wait for the next.
        let mut changed = self.changed.subscribe();
        loop {
            changed.borrow_and_update();
            match self.still_good(credential, id).await {
                Ok(None) => {}
                Ok(Some(reason)) => return reason,
                Err(error) => {
                    tracing::error!(%error, "whether a token is revoked cannot be told");
                    tokio::time::sleep(POLL).await;
                    continue;
                }
            }
            // The sender lives in `self`.
            let _ = changed.changed().await;
        }
    }

    /// Why the session must end, if it must. That a token expired is no reason: it was good when the session began.
    async fn still_good(&self, credential: &CredentialId, id: &PrincipalId) -> Result<Option<Public>, StoreError> {
        if !self.people.has(id) {
            return Ok(Some(Public::new(Class::Unauthenticated, "your access to this gateway has ended")));
        }
        let token = self.store.token(&credential.0).await?;
        let good = token.is_some_and(|token| token.revoked_us.is_none() && token.person == id.subject);
        let reason = Public::new(Class::Unauthenticated, "the token that opened this session was revoked");
        Ok((!good).then(|| reason.with_hint("Ask for a new token and connect again.")))
    }
}
