//! The directory of local people: their challenges, their proofs, and when their sessions must end.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use model::{Challenge, Class, CredentialId, Principal, PrincipalId, Proof, Public};
use ports::{Directory, Later, NotIdentified, Verified};
use store::{Store, StoreError, Token};
use tokio::sync::{Mutex, watch};
use zeroize::Zeroizing;

use crate::roll::{Kept, Roll};
use crate::{Clock, IdentityError, LOCAL, Person, scram, token};

/// How soon a change by another process is seen.
const POLL: Duration = Duration::from_millis(500);

/// The people of the configuration file and of the store.
pub struct Local {
    shared: Arc<Shared>,
}

struct Shared {
    store: Arc<Store>,
    /// Those of the configuration file.
    file: RwLock<Arc<[Person]>>,
    /// Everybody, as last read.
    roll: RwLock<Arc<Roll>>,
    /// What the store's change counter was before it was read; none when it must be read again.
    read_at: Mutex<Option<i64>>,
    /// What sessions were last told of.
    told: Mutex<Option<(Arc<Roll>, i64)>>,
    /// Makes the salts of people who have none.
    secret: Zeroizing<Vec<u8>>,
    clock: Clock,
    /// Sessions look again whether they may go on.
    changed: watch::Sender<()>,
}

/// Somebody who sent a token, and who else may know it.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// Who.
    pub verified: Verified,
    /// The person who made the token for them: `ISSUER/SUBJECT`. Nobody when it was themselves, or an operator at the machine.
    pub made_by: Option<String>,
}

impl Local {
    /// The directory of `people` and of those in `store`, with the tokens there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open(store: Arc<Store>, people: Vec<Person>, clock: Clock) -> Result<Self, IdentityError> {
        let secret = Zeroizing::new(store.instance_secret(&token::random()?).await?);
        let shared = Shared {
            store,
            file: RwLock::new(people.into()),
            roll: RwLock::default(),
            read_at: Mutex::default(),
            told: Mutex::default(),
            secret,
            clock,
            changed: watch::Sender::new(()),
        };
        shared.keep_file_memberships().await?;
        shared.fresh().await?;
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Puts another list of people of the configuration file in force. Sessions of those who are gone end.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn replace_people(&self, people: Vec<Person>) -> Result<(), IdentityError> {
        *self.shared.file.write().unwrap_or_else(PoisonError::into_inner) = people.into();
        *self.shared.read_at.lock().await = None;
        self.shared.keep_file_memberships().await?;
        Ok(self.refresh().await?)
    }

    /// Reads everybody again, and has live sessions look whether they may go on when anything about people or revocations is
    /// another: after a change of one's own, so that it has its effect at once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        self.shared.refresh().await
    }

    /// Everybody, as last read: by `fresh`, or by `watch`.
    pub fn roll(&self) -> Arc<Roll> {
        self.shared.roll()
    }

    /// Everybody at this moment, also when another process has just changed them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn fresh(&self) -> Result<Arc<Roll>, StoreError> {
        self.shared.fresh().await
    }

    /// The groups of somebody, as last read; none of who may not be here.
    pub fn groups_of(&self, id: &PrincipalId) -> Vec<String> {
        self.roll().principal(id).map(|principal| principal.groups).unwrap_or_default()
    }

    /// Tells whenever people, groups, roles or tokens may have changed.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.shared.changed.subscribe()
    }

    /// Who sent that token.
    ///
    /// # Errors
    /// When it is none, no longer one, or its person or whoever answers for them may not be here.
    pub async fn bearer(&self, token: &str) -> Result<Bearer, NotIdentified> {
        self.shared.bearer(token).await.map_err(|why| NotIdentified { why })
    }

    /// Looks for changes, also by other processes, for as long as it is polled: without it no session ends by one.
    /// To be spawned once by whoever opened this.
    pub fn watch(&self) -> impl Future<Output = ()> + Send + 'static {
        let shared = self.shared.clone();
        async move {
            loop {
                if let Err(error) = shared.refresh().await {
                    tracing::error!(%error, "changes of people and tokens cannot be looked for");
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
    fn roll(&self) -> Arc<Roll> {
        Arc::clone(&self.roll.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn file(&self) -> Arc<[Person]> {
        Arc::clone(&self.file.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn keep_file_memberships(&self) -> Result<(), StoreError> {
        let people = self.file();
        let all =
            people.iter().flat_map(|person| person.groups.iter().map(|group| (group.clone(), local(&person.name))));
        self.store.keep_file_memberships(&all.collect::<Vec<_>>(), (self.clock)()).await
    }

    async fn refresh(&self) -> Result<(), StoreError> {
        let mut told = self.told.lock().await;
        let now = (self.fresh().await?, self.store.revocations().await?);
        // The list is replaced when it is read again, so that most of the time it is the very same one.
        let same =
            |(roll, revoked): &(Arc<Roll>, i64)| *revoked == now.1 && (Arc::ptr_eq(roll, &now.0) || **roll == *now.0);
        if !told.as_ref().is_some_and(same) {
            self.changed.send_replace(());
        }
        *told = Some(now);
        Ok(())
    }

    /// Reads everybody again when anything was written since.
    async fn fresh(&self) -> Result<Arc<Roll>, StoreError> {
        let mut read_at = self.read_at.lock().await;
        // Before the reading, so that what is written meanwhile is read the next time.
        let counter = self.store.change_counter().await?;
        if *read_at == Some(counter) {
            return Ok(self.roll());
        }
        let kept = Kept {
            people: self.store.people().await?,
            memberships: self.store.memberships().await?,
            roles: self.store.roles().await?,
        };
        let roll = Arc::new(Roll::new(&self.file(), kept));
        *self.roll.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&roll);
        *read_at = Some(counter);
        Ok(roll)
    }

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
        let tokens = self.store.tokens_of(person, now).await.map_err(failed)?;
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
        let roll = self.fresh().await.map_err(failed)?;
        let principal = roll.principal(&local(person)).ok_or("unknown person")?;
        let token = matching.ok_or("wrong password")?;
        good(token, now)?;
        let signature = Some(scram::sign(&token.server_key, auth_message));
        Ok(Verified { principal, credential: CredentialId(token.id.clone()), signature })
    }

    async fn bearer(&self, text: &str) -> Result<Bearer, &'static str> {
        // Random bytes are found by their digest, so the time of the search tells nothing of them.
        let token = self.store.token_of_digest(&token::digest(text)).await.map_err(failed)?;
        let token = token.ok_or("unknown token")?;
        good(&token, (self.clock)())?;
        let roll = self.fresh().await.map_err(failed)?;
        let principal = roll.principal(&local(&token.person)).ok_or("unknown person")?;
        let verified = Verified { principal, credential: CredentialId(token.id), signature: None };
        Ok(Bearer { verified, made_by: token.made_by })
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
        if !self.fresh().await?.is_live(id) {
            return Ok(Some(Public::new(Class::Unauthenticated, "your access to this gateway has ended")));
        }
        let token = self.store.token(&credential.0).await?;
        let good = token.is_some_and(|token| token.revoked_us.is_none() && local(&token.person) == *id);
        let reason = Public::new(Class::Unauthenticated, "the token that opened this session was revoked");
        Ok((!good).then(|| reason.with_hint("Ask for a new token and connect again.")))
    }
}

fn local(name: &str) -> PrincipalId {
    PrincipalId { issuer: LOCAL.to_owned(), subject: name.to_owned() }
}

/// Whether a token that was recognised still lets its person in.
fn good(token: &Token, now_us: u64) -> Result<(), &'static str> {
    if token.revoked_us.is_some() {
        return Err("revoked token");
    }
    if token.expires_us <= now_us { Err("expired token") } else { Ok(()) }
}

fn failed(error: StoreError) -> &'static str {
    tracing::error!(%error, "who somebody is cannot be looked up");
    "the store failed"
}
