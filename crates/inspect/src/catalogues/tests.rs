//! When databases are read, with a clock and a target of the tests.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::{Account, CredentialId, Kind, Principal, PrincipalId, Resource, SessionId, TlsMode};
use ports::{Catalogues as _, Later, Who};
use tokio::sync::Semaphore;
use tokio::time::advance;

use super::{Catalogues, Failure, Found, Inspector, Inspectors, Place, Reader, Source};

/// A target that counts what it is asked.
#[derive(Default)]
struct Target {
    asked: AtomicUsize,
    content: Mutex<Option<String>>,
    /// Who reads waits for leave.
    leave: Option<Arc<Semaphore>>,
}

impl Target {
    fn holding(content: &str) -> Arc<Self> {
        Arc::new(Self { content: Mutex::new(Some(content.to_owned())), ..Self::default() })
    }

    fn now_holds(&self, content: Option<&str>) {
        *self.content.lock().unwrap() = content.map(str::to_owned);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

struct Reading(Arc<Target>);

impl Reader for Reading {
    fn source(&self, _: Place) -> Arc<dyn Source> {
        Arc::new(Self(Arc::clone(&self.0)))
    }
}

impl Source for Reading {
    fn read(self: Arc<Self>, _: Inspector, known: Option<String>) -> Later<Result<Option<Found>, Failure>> {
        Box::pin(async move {
            self.0.asked.fetch_add(1, Ordering::Relaxed);
            if let Some(leave) = &self.0.leave {
                leave.acquire().await.unwrap().forget();
            }
            let content = self.0.content.lock().unwrap().clone();
            let fingerprint = content.ok_or_else(|| Failure::new("the secret address is down"))?;
            let found = |fingerprint| Found {
                fingerprint,
                server: 15,
                relations: Vec::new(),
                functions: Vec::new(),
                types: Vec::new(),
                running: HashSet::new(),
                code: model::code::Code::default(),
            };
            Ok((known.as_ref() != Some(&fingerprint)).then(|| found(fingerprint)))
        })
    }
}

struct Anybody;

impl Inspectors for Anybody {
    fn has(&self, resource: &Resource) -> bool {
        !resource.accounts.is_empty()
    }

    fn of(&self, resource: &Arc<Resource>) -> Later<Result<Inspector, Failure>> {
        let inspector = Inspector { account: resource.accounts[0].clone(), secret: None };
        Box::pin(std::future::ready(Ok(inspector)))
    }
}

fn catalogues(target: &Arc<Target>) -> Arc<Catalogues> {
    let reader: Arc<dyn Reader> = Arc::new(Reading(Arc::clone(target)));
    Arc::new(Catalogues::with(BTreeMap::from([("postgres".to_owned(), reader)]), Arc::new(Anybody)))
}

/// Whose session.
struct Session {
    principal: Principal,
    credential: CredentialId,
    resource: Resource,
    database: Option<String>,
}

impl Session {
    fn on(protocol: &str, database: Option<&str>) -> Self {
        let id = PrincipalId { issuer: "local".into(), subject: "ada".into() };
        Self {
            principal: Principal { id, name: "ada".into(), kind: Kind::Human, groups: Vec::new() },
            credential: CredentialId("c".into()),
            resource: Resource {
                name: "prod".parse().unwrap(),
                protocol: protocol.into(),
                address: "db.internal:5432".parse().unwrap(),
                tls: TlsMode::Disable,
                tls_name: None,
                tls_ca: None,
                server_names: Vec::new(),
                default_database: None,
                accounts: vec![Account { name: "app".into(), user: "app_user".into() }],
                labels: BTreeMap::new(),
            },
            database: database.map(str::to_owned),
        }
    }

    fn who(&self) -> Who<'_> {
        Who {
            session: SessionId(uuid::Uuid::nil()),
            principal: &self.principal,
            credential: &self.credential,
            resource: &self.resource,
            account: &self.resource.accounts[0],
            database: self.database.as_deref(),
            client: [127, 0, 0, 1].into(),
            program: None,
        }
    }
}

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn what_was_read_is_believed_for_half_a_minute() {
    let (target, session) = (Target::holding("one"), Session::on("postgres", None));
    let catalogues = catalogues(&target);
    assert!(catalogues.known(session.who()).is_none());
    let first = catalogues.read(session.who()).await.unwrap();
    advance(SECOND * 30 - MS).await;
    assert!(Arc::ptr_eq(&catalogues.known(session.who()).unwrap(), &first));
    advance(MS).await;
    assert!(catalogues.known(session.who()).is_none());
    // Nothing has changed, so it is the same one, and masks made of it are still good.
    assert!(Arc::ptr_eq(&catalogues.read(session.who()).await.unwrap(), &first));
    assert!(catalogues.known(session.who()).is_some());
    target.now_holds(Some("two"));
    advance(SECOND * 30).await;
    assert!(catalogues.read(session.who()).await.unwrap().version > first.version);
    assert_eq!(target.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_sign_of_a_change_ends_belief_at_once_and_shortens_it_for_a_while() {
    let (target, session) = (Target::holding("one"), Session::on("postgres", None));
    let catalogues = catalogues(&target);
    catalogues.read(session.who()).await.unwrap();
    catalogues.changed(session.who());
    assert!(catalogues.known(session.who()).is_none());
    // It is committed a moment after it was looked at.
    let early = catalogues.read(session.who()).await.unwrap();
    target.now_holds(Some("two"));
    assert!(catalogues.known(session.who()).is_some());
    advance(MS * 100).await;
    assert!(catalogues.known(session.who()).is_none());
    assert!(catalogues.read(session.who()).await.unwrap().version > early.version);
    advance(SECOND * 5).await;
    catalogues.read(session.who()).await.unwrap();
    advance(SECOND * 29).await;
    assert!(catalogues.known(session.who()).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_change_while_it_is_read_is_not_believed_to_be_in_it() {
    let leave = Arc::new(Semaphore::new(0));
    let content = Mutex::new(Some("one".to_owned()));
    let target = Arc::new(Target { leave: Some(Arc::clone(&leave)), content, ..Target::default() });
    let (catalogues, session) = (catalogues(&target), Session::on("postgres", None));
    let reading = catalogues.read(session.who());
    while target.asked() == 0 {
        tokio::task::yield_now().await;
    }
    catalogues.changed(session.who());
    leave.add_permits(1);
    reading.await.unwrap();
    assert!(catalogues.known(session.who()).is_none());
}

#[tokio::test(start_paused = true)]
async fn one_reads_and_the_others_wait_for_that_even_when_it_has_gone() {
    let leave = Arc::new(Semaphore::new(0));
    let content = Mutex::new(Some("one".to_owned()));
    let target = Arc::new(Target { leave: Some(Arc::clone(&leave)), content, ..Target::default() });
    let (catalogues, session) = (catalogues(&target), Session::on("postgres", None));
    let first = catalogues.read(session.who());
    while target.asked() == 0 {
        tokio::task::yield_now().await;
    }
    let others: Vec<_> = (0..100).map(|_| tokio::spawn(catalogues.read(session.who()))).collect();
    drop(first);
    leave.add_permits(1000);
    for other in others {
        other.await.unwrap().unwrap();
    }
    // One that had begun before they asked, and one for all of them.
    assert_eq!(target.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_told_without_details_and_asked_again() {
    let (target, session) = (Target::holding("one"), Session::on("postgres", None));
    let catalogues = catalogues(&target);
    catalogues.read(session.who()).await.unwrap();
    target.now_holds(None);
    catalogues.changed(session.who());
    let refused = catalogues.read(session.who()).await.unwrap_err();
    assert!(refused.message.contains("cannot be read") && !format!("{refused:?}").contains("secret address"));
    // What was known before is not taken for what is.
    assert!(catalogues.known(session.who()).is_none());
    target.now_holds(Some("one"));
    assert!(catalogues.read(session.who()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn who_never_answers_is_not_waited_for_without_end() {
    let content = Mutex::new(Some("one".to_owned()));
    let leave = Some(Arc::new(Semaphore::new(0)));
    let target = Arc::new(Target { leave, content, ..Target::default() });
    let (catalogues, session) = (catalogues(&target), Session::on("postgres", None));
    assert!(catalogues.read(session.who()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn databases_are_told_apart_and_versions_are_never_used_twice() {
    let target = Target::holding("one");
    let catalogues = catalogues(&target);
    let (one, two) = (Session::on("postgres", Some("one")), Session::on("postgres", Some("two")));
    let (first, second) = (catalogues.read(one.who()).await.unwrap(), catalogues.read(two.who()).await.unwrap());
    assert_ne!(first.version, second.version);
    catalogues.changed(one.who());
    assert!(catalogues.known(one.who()).is_none() && catalogues.known(two.who()).is_some());
    // Where none is named it is that of the user.
    catalogues.read(Session::on("postgres", None).who()).await.unwrap();
    assert!(catalogues.known(Session::on("postgres", Some("app_user")).who()).is_some());
    // The name leads elsewhere now.
    let mut moved = Session::on("postgres", Some("two"));
    moved.resource.address = "other.internal:5432".parse().unwrap();
    assert!(catalogues.known(moved.who()).is_none());
    assert_ne!(catalogues.read(moved.who()).await.unwrap().version, second.version);
}

#[tokio::test(start_paused = true)]
async fn only_so_many_databases_are_kept() {
    let target = Target::holding("one");
    let catalogues = catalogues(&target);
    let session = |number: usize| Session::on("postgres", Some(&number.to_string()));
    for number in 0..super::MOST + 50 {
        catalogues.read(session(number).who()).await.unwrap();
        advance(MS).await;
        assert!(catalogues.known(session(0).who()).is_some(), "what is in use was forgotten at {number}");
    }
    assert_eq!(catalogues.databases.lock().unwrap()[&session(0).resource.name].len(), super::MOST);
    assert!(catalogues.known(session(1).who()).is_none());
}

#[tokio::test]
async fn targets_of_which_nobody_can_read_are_refused() {
    let (target, session) = (Target::holding("one"), Session::on("toy", None));
    let refused = catalogues(&target).read(session.who()).await.unwrap_err();
    assert_eq!(refused.class, model::Class::Unsupported);
}
