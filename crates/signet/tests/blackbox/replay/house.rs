//! The house of an in-process gateway that records: everybody with the one password may do everything, random bytes follow
//! from a seed. The same directory answers the replays, so that they hear what the sessions heard.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use aws_lc_rs::{digest, hmac, pbkdf2};
use engine::{EngineLimits, House, Metrics, Random, TcpDialer};
use model::{
    Account, Action, Address, Challenge, CredentialId, Decision, Kind, Limits, Obligations, Principal, PrincipalId,
    Proof, Public, Requirement, Resource, Secret, TlsMode, Verdict,
};
use ports::{
    Approvals, Decider, Directory, Held, HoldRequest, Later, NotIdentified, Resources, SecretUnavailable, Secrets,
    Verified, Who,
};
use testkit::driver::Desk;
use testkit::house::MemoryJournal;
use wire::{Claim, Known, Upstream, Wanted};

/// Everybody's password.
pub const PASSWORD: &str = "recorded-and-replayed";
/// The person, and the account behind.
pub const USER: &str = "postgres";

const SALT: &[u8] = b"the salt of all of them";
const ITERATIONS: NonZeroU32 = NonZeroU32::new(4096).unwrap();

/// The keys of the one password.
#[derive(Clone)]
pub struct Everybody {
    stored: Vec<u8>,
    server: Vec<u8>,
}

fn sign(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec()
}

impl Everybody {
    pub fn new() -> Self {
        let mut salted = [0; 32];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ITERATIONS, SALT, PASSWORD.as_bytes(), &mut salted);
        let stored = digest::digest(&digest::SHA256, &sign(&salted, b"Client Key")).as_ref().to_vec();
        Self { stored, server: sign(&salted, b"Server Key") }
    }

    /// ServerSignature, when the proof is right.
    fn proved(&self, proof: &Proof) -> Option<[u8; 32]> {
        let Proof::Scram { auth_message, client_proof } = proof;
        let mut key = sign(&self.stored, auth_message);
        key.iter_mut().zip(client_proof).for_each(|(byte, other)| *byte ^= other);
        let right = digest::digest(&digest::SHA256, &key).as_ref() == self.stored;
        right.then(|| sign(&self.server, auth_message).try_into().unwrap())
    }
}

fn challenge() -> Challenge {
    Challenge { salt: SALT.to_vec(), iterations: ITERATIONS.get() }
}

fn person() -> Principal {
    Principal {
        id: PrincipalId { issuer: "local".to_owned(), subject: USER.to_owned() },
        name: USER.to_owned(),
        kind: Kind::Human,
        groups: Vec::new(),
    }
}

impl Directory for Everybody {
    fn challenge(&self, _: &str) -> Later<Challenge> {
        Box::pin(async { challenge() })
    }

    fn identify(&self, _: &str, proof: Proof) -> Later<Result<Verified, NotIdentified>> {
        let signature = self.proved(&proof);
        Box::pin(async move {
            let signature = Some(signature.ok_or(NotIdentified { why: "wrong password" })?);
            Ok(Verified { principal: person(), credential: CredentialId("recorded".to_owned()), signature })
        })
    }

    fn revoked(&self, _: &CredentialId, _: &Principal) -> Later<Public> {
        Box::pin(std::future::pending())
    }
}

/// The same, for replays.
impl Desk for Everybody {
    fn challenge(&mut self, _: &str) -> Challenge {
        challenge()
    }

    fn identify(&mut self, claim: &Claim) -> Result<Known, Public> {
        let signature = self.proved(&claim.proof);
        assert!(signature.is_some(), "the recorded proof fits the replayed challenge");
        Ok(Known { principal: person(), signature })
    }

    fn connect(&mut self, wanted: &Wanted) -> Result<Upstream, Public> {
        let database = wanted.database.clone();
        Ok(Upstream { user: USER.to_owned(), password: None, tls: TlsMode::Disable, database })
    }
}

impl Decider for Everybody {
    fn admit(&self, _: Who<'_>) -> Decision {
        let verdict = Verdict::Allow { policies: Vec::new(), obligations: Obligations::default() };
        Decision { verdict, version: "everybody".into(), observed: Vec::new() }
    }

    fn decide(&self, who: Who<'_>, _: &Action, _: &[Requirement]) -> Decision {
        self.admit(who)
    }

    fn ended(&self, _: Who<'_>) -> Later<Public> {
        Box::pin(std::future::pending())
    }
}

/// Nothing is held here, and the target needs no password.
impl Approvals for Everybody {
    fn hold(&self, _: HoldRequest, notice: Public) -> Result<Held, Public> {
        Err(notice)
    }
}

impl Secrets for Everybody {
    fn fetch(&self, _: &Resource, _: &Account) -> Later<Result<Option<Secret>, SecretUnavailable>> {
        Box::pin(async { Ok(None) })
    }
}

struct One(Arc<Resource>);

impl Resources for One {
    fn named(&self, name: &str) -> Option<Arc<Resource>> {
        (self.0.name.as_str() == name).then(|| self.0.clone())
    }

    fn by_server_name(&self, _: &str) -> Option<Arc<Resource>> {
        None
    }
}

/// Random bytes that follow from a seed.
fn seeded(seed: u64) -> Random {
    let random = Mutex::new(testkit::random::Random::new(seed));
    Arc::new(move |bytes: &mut [u8]| {
        let mut random = random.lock().unwrap();
        bytes.fill_with(|| random.number().to_le_bytes()[0]);
    })
}

/// The house in front of a server on that port.
pub fn house(port: u16, seed: u64) -> House {
    let everybody = Arc::new(Everybody::new());
    let resource = Resource {
        name: "prod".parse().unwrap(),
        protocol: "postgres".to_owned(),
        address: Address { host: "127.0.0.1".to_owned(), port },
        tls: TlsMode::Disable,
        tls_name: None,
        tls_ca: None,
        server_names: Vec::new(),
        default_database: None,
        accounts: vec![Account { name: USER.to_owned(), user: USER.to_owned() }],
        labels: BTreeMap::new(),
    };
    House {
        journal: Arc::new(MemoryJournal::default()),
        decider: everybody.clone(),
        directory: everybody.clone(),
        secrets: everybody.clone(),
        approvals: everybody,
        resources: Arc::new(One(Arc::new(resource))),
        catalogues: Arc::new(testkit::masks::Names),
        masks: Arc::new(testkit::masks::Names),
        dialer: Arc::new(TcpDialer),
        durability: model::Durability::Strict,
        random: seeded(seed),
        limits: EngineLimits::default(),
        wire_limits: Limits::default(),
        metrics: Arc::new(Metrics::default()),
    }
}
