//! Tests of the directory and of tokens, with a client's side of SCRAM written against the RFC.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Challenge, CredentialId, Principal, Proof, Public};
use ports::{Directory, NotIdentified, Verified};
use store::Store;
use tokio::time::timeout;

use crate::{Clock, IdentityError, Local, NewToken, Person, Tokens, scram, token};

const HOUR: Duration = Duration::from_secs(3600);

struct House {
    _folder: tempfile::TempDir,
    file: std::path::PathBuf,
    store: Arc<Store>,
    directory: Local,
    tokens: Tokens,
    now: Arc<AtomicU64>,
}

fn person(name: &str) -> Person {
    Person { name: name.to_owned(), groups: vec![format!("group of {name}")], roles: Vec::new() }
}

async fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("signet.db");
    let store = Arc::new(Store::open(&file).await.unwrap());
    let now = Arc::new(AtomicU64::new(1_000_000));
    let told = now.clone();
    let clock: Clock = Arc::new(move || told.load(Ordering::Relaxed));
    let people = vec![person("ada"), person("bob")];
    let directory = Local::open(store.clone(), people, clock.clone()).await.unwrap();
    let tokens = Tokens::new(store.clone(), clock);
    House { _folder: folder, file, store, directory, tokens, now }
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec()
}

/// What a client computes: its proof, and the signature that it expects.
fn client(password: &[u8], challenge: &Challenge, auth_message: &[u8]) -> ([u8; 32], Vec<u8>) {
    let mut salted = [0; 32];
    let rounds = challenge.iterations.try_into().unwrap();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, &challenge.salt, password, &mut salted);
    let client_key = mac(&salted, b"Client Key");
    let stored_key = digest::digest(&digest::SHA256, &client_key);
    let signature = mac(stored_key.as_ref(), auth_message);
    let proof: Vec<u8> = client_key.iter().zip(signature).map(|(key, sign)| key ^ sign).collect();
    (proof.try_into().unwrap(), mac(&mac(&salted, b"Server Key"), auth_message))
}

impl House {
    async fn sign_in(&self, person: &str, password: &[u8]) -> Result<Verified, NotIdentified> {
        let challenge = self.directory.challenge(person).await;
        let auth_message = b"n=,r=abc,r=abcdef,s=x,i=4096,c=biws,r=abcdef".to_vec();
        let (client_proof, expected) = client(password, &challenge, &auth_message);
        let verified = self.directory.identify(person, Proof::Scram { auth_message, client_proof }).await?;
        assert_eq!(verified.signature.unwrap().to_vec(), expected, "the client would not trust the server");
        Ok(verified)
    }

    async fn why(&self, person: &str, password: &[u8]) -> &'static str {
        self.sign_in(person, password).await.unwrap_err().why
    }

    async fn token(&self, person: &str) -> NewToken {
        made(&self.tokens, person).await
    }

    fn revoked(&self, verified: &Verified) -> tokio::task::JoinHandle<Public> {
        tokio::spawn(self.directory.revoked(&verified.credential, &verified.principal))
    }
}

async fn made(tokens: &Tokens, person: &str) -> NewToken {
    tokens.keep(tokens.prepare(person, HOUR).await.unwrap()).await.unwrap()
}

#[test]
fn scram_agrees_with_the_example_of_rfc_7677() {
    let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
    let keys = scram::derive(b"pencil", &salt);
    let auth_message = b"n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
        s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    let proof = STANDARD.decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=").unwrap().try_into().unwrap();
    assert!(scram::proves(&keys.stored, auth_message, &proof));
    let signature = scram::sign(&keys.server, auth_message);
    assert_eq!(STANDARD.encode(signature), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    assert_eq!(scram::ITERATIONS.get(), 4096);
    for place in 0..32 {
        let mut wrong: [u8; 32] = proof;
        wrong[place] ^= 1;
        assert!(!scram::proves(&keys.stored, auth_message, &wrong));
    }
}

#[test]
fn tokens_are_short_ascii_and_never_the_same() {
    let mut seen = std::collections::BTreeSet::new();
    let mut characters = std::collections::BTreeSet::new();
    for _ in 0..500 {
        let token = token::generate().unwrap();
        let text = token.reveal_str().unwrap().to_owned();
        assert_eq!(text.len(), 37);
        let random = text.strip_prefix("sgt_").unwrap();
        assert!(random.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{text}");
        characters.extend(random.bytes());
        assert!(seen.insert(text));
    }
    assert_eq!(characters.len(), 62);
}

#[tokio::test]
async fn every_live_token_of_a_person_signs_in_and_nothing_else_does() {
    let house = house().await;
    let (first, second, bobs) = (house.token("ada").await, house.token("ada").await, house.token("bob").await);
    for made in [&first, &second] {
        let verified = house.sign_in("ada", made.token.reveal()).await.unwrap();
        assert_eq!(verified.credential, CredentialId(made.id.clone()));
        assert_eq!(verified.principal.id.to_string(), "local/ada");
        assert_eq!(verified.principal.groups, ["group of ada"]);
    }
    assert_eq!(house.why("ada", b"sgt_guess").await, "wrong password");
    assert_eq!(house.why("ada", bobs.token.reveal()).await, "wrong password");
    assert_eq!(house.why("eve", first.token.reveal()).await, "unknown person");
    house.tokens.revoke(&first.id).await.unwrap();
    assert_eq!(house.why("ada", first.token.reveal()).await, "revoked token");
    house.sign_in("ada", second.token.reveal()).await.unwrap();
    house.now.fetch_add(3_600_000_000 - 1, Ordering::Relaxed);
    house.sign_in("ada", second.token.reveal()).await.unwrap();
    house.now.fetch_add(1, Ordering::Relaxed);
    assert_eq!(house.why("ada", second.token.reveal()).await, "expired token");
    house.directory.replace_people(vec![person("bob")]).await.unwrap();
    assert_eq!(house.why("ada", second.token.reveal()).await, "unknown person");
}

#[tokio::test]
async fn challenges_do_not_tell_who_is_known() {
    let house = house().await;
    house.token("ada").await;
    let mut salts = Vec::new();
    for name in ["ada", "bob", "eve", ""] {
        let challenge = house.directory.challenge(name).await;
        assert_eq!((challenge.salt.len(), challenge.iterations), (16, 4096), "{name}");
        assert_eq!(house.directory.challenge(name).await, challenge, "{name} is challenged differently each time");
        salts.push(challenge.salt);
    }
    let different: std::collections::BTreeSet<_> = salts.iter().collect();
    assert_eq!(different.len(), 4);
    house.token("ada").await;
    assert_eq!(house.directory.challenge("ada").await.salt, salts[0]);
    // The same after a restart; not the same in another installation.
    let clock: Clock = Arc::new(|| 0);
    let again = Local::open(house.store.clone(), Vec::new(), clock).await.unwrap();
    assert_eq!(again.challenge("eve").await.salt, salts[2]);
    assert_eq!(again.challenge("ada").await.salt, salts[0]);
    assert_ne!(self::house().await.directory.challenge("eve").await.salt, salts[2]);
}

#[tokio::test]
async fn a_revocation_by_another_process_cuts_the_sessions_of_that_token_only() {
    let house = house().await;
    let watch = tokio::spawn(house.directory.watch());
    let (first, second) = (house.token("ada").await, house.token("ada").await);
    let cut = house.revoked(&house.sign_in("ada", first.token.reveal()).await.unwrap());
    let mut lives = house.revoked(&house.sign_in("ada", second.token.reveal()).await.unwrap());
    let other = Tokens::new(Arc::new(Store::open(&house.file).await.unwrap()), Arc::new(|| 5));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!cut.is_finished());
    other.revoke(&first.id).await.unwrap();
    let told = timeout(Duration::from_secs(3), cut).await.expect("not cut in time").unwrap();
    assert_eq!(told.message, "the token that opened this session was revoked");
    // Neither the end of its token's time nor other people's tokens end a session.
    house.now.fetch_add(7_200_000_000, Ordering::Relaxed);
    made(&other, "bob").await;
    assert!(timeout(Duration::from_millis(1200), &mut lives).await.is_err());
    house.directory.replace_people(vec![person("ada")]).await.unwrap();
    assert!(timeout(Duration::from_millis(100), &mut lives).await.is_err());
    house.directory.replace_people(vec![person("bob")]).await.unwrap();
    let told = timeout(Duration::from_secs(3), lives).await.expect("not cut in time").unwrap();
    assert_eq!(told.message, "your access to this gateway has ended");
    watch.abort();
}

#[tokio::test]
async fn what_was_revoked_before_the_session_watched_ends_it_at_once() {
    let house = house().await;
    let made = house.token("ada").await;
    let verified = house.sign_in("ada", made.token.reveal()).await.unwrap();
    house.tokens.revoke(&made.id).await.unwrap();
    // No poller runs.
    timeout(Duration::from_secs(3), house.revoked(&verified)).await.expect("not cut").unwrap();
    let stranger = Principal {
        id: model::PrincipalId { issuer: "elsewhere".into(), subject: "ada".into() },
        ..verified.principal.clone()
    };
    let stranger = Verified { principal: stranger, ..verified };
    timeout(Duration::from_secs(3), house.revoked(&stranger)).await.expect("not cut").unwrap();
}

#[tokio::test]
async fn tokens_are_listed_without_what_they_are_and_bad_wishes_refused() {
    let house = house().await;
    let made = house.token("ada").await;
    assert_eq!(made.expires_us, 1_000_000 + 3_600_000_000);
    assert!(!format!("{made:?}").contains(made.token.reveal_str().unwrap()));
    let listed = house.tokens.list().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].id.as_str(), listed[0].person.as_str()), (made.id.as_str(), "ada"));
    let kept = house.store.token(&made.id).await.unwrap().unwrap();
    assert!(!format!("{kept:?}").contains(made.token.reveal_str().unwrap()));
    for bad in ["", "ada+dba", "a\nb"] {
        assert!(matches!(house.tokens.prepare(bad, HOUR).await, Err(IdentityError::Name)), "{bad:?}");
    }
    assert!(matches!(house.tokens.prepare("ada", Duration::ZERO).await, Err(IdentityError::Lifetime)));
    let prepared = house.tokens.prepare("ada", HOUR).await.unwrap();
    assert!(matches!(house.tokens.find(prepared.id()).await, Err(IdentityError::NoToken(_))), "it lets in already");
    assert_eq!(house.tokens.find(&made.id).await.unwrap(), listed[0]);
    assert!(matches!(house.tokens.revoke("none").await, Err(IdentityError::NoToken(_))));
    assert_eq!(house.tokens.revoke(&made.id).await.unwrap().revoked_us, Some(1_000_000));
}

#[tokio::test]
async fn groups_of_the_file_count_since_they_were_first_seen_there() {
    let house = house().await;
    let since = |local: &Local| local.roll().get(&id("ada")).unwrap().groups.get("group of ada").copied();
    assert_eq!(since(&house.directory), Some(1_000_000));
    house.now.store(5_000_000, Ordering::Relaxed);
    let clock: Clock = Arc::new(|| 5_000_000);
    let again = Local::open(house.store.clone(), vec![person("ada")], clock.clone()).await.unwrap();
    assert_eq!(since(&again), Some(1_000_000), "a restart makes it younger");
    // Who was taken out and comes back begins anew.
    again.replace_people(vec![Person { groups: Vec::new(), ..person("ada") }]).await.unwrap();
    assert_eq!(since(&again), None);
    again.replace_people(vec![person("ada")]).await.unwrap();
    assert_eq!(since(&again), Some(5_000_000));
}

#[tokio::test]
async fn a_token_alone_tells_who_and_one_of_before_does_not() {
    let house = house().await;
    let made = house.token("ada").await;
    let text = made.token.reveal_str().unwrap();
    let bearer = house.directory.bearer(text).await.unwrap();
    assert_eq!((bearer.verified.principal.id, bearer.made_by), (id("ada"), None));
    for wrong in [&text[1..], &text.to_lowercase(), &format!("{text} "), &made.id, ""] {
        assert_eq!(house.directory.bearer(wrong).await.unwrap_err().why, "unknown token", "{wrong:?}");
    }
    // Tokens of before have no digest: nobody is found by one.
    let kept = house.store.token(&made.id).await.unwrap().unwrap();
    let old = store::Token { id: "old".into(), digest: None, ..kept };
    house.store.create_token(&old).await.unwrap();
    house.tokens.revoke(&made.id).await.unwrap();
    assert_eq!(house.directory.bearer(text).await.unwrap_err().why, "revoked token");
}

#[tokio::test]
async fn nobody_answers_in_a_circle() {
    let house = house().await;
    let row = |name: &str, same: &str| store::PersonRow {
        id: id(name),
        name: name.to_owned(),
        kind: model::Kind::Human,
        same_person_as: Some(id(same)),
        disabled_us: None,
        added_us: 1,
    };
    for row in [row("x", "y"), row("y", "x"), row("z", "nobody")] {
        house.store.add_person(&row).await.unwrap();
    }
    let roll = house.directory.fresh().await.unwrap();
    for name in ["x", "y", "z"] {
        assert!(roll.human(&id(name)).is_none() && !roll.is_live(&id(name)), "{name}");
    }
    // The file has its name first; but who is disabled in the store is disabled.
    let disabled = store::PersonRow { disabled_us: Some(2), same_person_as: None, ..row("ada", "x") };
    house.store.add_person(&disabled).await.unwrap();
    assert!(!house.directory.fresh().await.unwrap().is_live(&id("ada")));
}

fn id(name: &str) -> model::PrincipalId {
    model::PrincipalId { issuer: crate::LOCAL.into(), subject: name.into() }
}
