//! What belongs to the digest, and what does not.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use model::code::Object;
use model::{
    Account, Address, Certainty, CredentialId, Credentials, Facts, Kind, Message, Phase, Principal, PrincipalId,
    Resource, SessionId, TlsMode, Verb,
};
use uuid::Uuid;

use super::*;

/// Everything that a digest is made of.
#[derive(Clone)]
struct Scene {
    session: SessionId,
    principal: Principal,
    credential: CredentialId,
    resource: Resource,
    account: Account,
    database: Option<String>,
    client: IpAddr,
    program: Option<String>,
    action: Action,
    settings: Vec<(Bytes, Bytes)>,
    unsettled: bool,
    objects: Option<Vec<Object>>,
}

impl Scene {
    fn digest(&self) -> [u8; 32] {
        let who = Who {
            session: self.session,
            principal: &self.principal,
            credential: &self.credential,
            resource: &self.resource,
            account: &self.account,
            database: self.database.as_deref(),
            client: self.client,
            program: self.program.as_deref(),
        };
        let session = self.unsettled.then_some(self.session);
        binding(who, &Meaning { settings: &self.settings, session, objects: self.objects.as_deref() }, &self.action)
    }

    /// The same with one thing changed.
    fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut scene = self.clone();
        change(&mut scene);
        scene
    }
}

fn scene() -> Scene {
    let account = Account { name: "app".to_owned(), user: "app_user".to_owned() };
    Scene {
        session: SessionId(Uuid::from_u128(1)),
        principal: Principal {
            id: PrincipalId { issuer: "local".to_owned(), subject: "ada".to_owned() },
            name: "Ada".to_owned(),
            kind: Kind::Human,
            groups: Vec::new(),
        },
        credential: CredentialId("token-1".to_owned()),
        resource: Resource {
            name: "prod".parse().unwrap(),
            protocol: "toy".to_owned(),
            address: Address { host: "db".to_owned(), port: 5432 },
            tls: TlsMode::Disable,
            tls_name: None,
            tls_ca: None,
            server_names: Vec::new(),
            default_database: None,
            accounts: vec![account.clone()],
            labels: BTreeMap::new(),
        },
        account,
        database: Some("shop".to_owned()),
        client: IpAddr::V4(Ipv4Addr::LOCALHOST),
        program: None,
        action: Action {
            verb: Verb::Write,
            name: "UPDATE",
            certainty: Certainty::Full,
            phase: Phase::Run,
            facts: Facts::default(),
            text: Bytes::from_static(b"UPDATE t SET a = $1"),
            parameters: vec![Some(Bytes::from_static(b"one")), Some(Bytes::from_static(b"two"))],
            credentials: Credentials::default(),
            message: None,
            reading: None,
            behind: None,
            readable: Vec::new(),
        },
        settings: Vec::new(),
        unsettled: false,
        objects: None,
    }
}

fn parameters(values: &[Option<&'static [u8]>]) -> Vec<Option<Bytes>> {
    values.iter().map(|value| value.map(Bytes::from_static)).collect()
}

fn message(text: &'static str, start: usize) -> Option<Message> {
    Some(Message { text: text.into(), range: start..start + 8, credentials: [].into() })
}

#[test]
fn every_field_matters() {
    let changes: Vec<fn(&mut Scene)> = vec![
        |_| {},
        |scene| scene.principal.id.issuer.push('x'),
        |scene| scene.principal.id.subject.push('x'),
        |scene| scene.resource.name = "prod2".parse().unwrap(),
        |scene| scene.resource.protocol.push('x'),
        |scene| scene.resource.address.host.push('x'),
        |scene| scene.resource.address.port += 1,
        |scene| scene.account.name.push('x'),
        |scene| scene.account.user.push('x'),
        |scene| scene.settings.push((Bytes::from_static(b"search_path"), Bytes::from_static(b"staging"))),
        |scene| scene.settings.push((Bytes::from_static(b"search_path"), Bytes::from_static(b"public"))),
        |scene| scene.unsettled = true,
        |scene| scene.objects = Some(Vec::new()),
        |scene| scene.objects = Some(vec![Object::Relation(1, 2)]),
        |scene| scene.objects = Some(vec![Object::Relation(1, 3)]),
        |scene| scene.objects = Some(vec![Object::Relation(2, 2)]),
        |scene| scene.objects = Some(vec![Object::Function(1, 2)]),
        |scene| scene.objects = Some(vec![Object::Operator(1)]),
        |scene| scene.objects = Some(vec![Object::Type(1)]),
        |scene| scene.action.facts.binary = true,
        |scene| (scene.unsettled, scene.session) = (true, SessionId(Uuid::from_u128(2))),
        |scene| scene.database = None,
        |scene| scene.database = Some(String::new()),
        |scene| scene.database = Some("shop2".to_owned()),
        |scene| scene.action.verb = Verb::Ddl,
        |scene| scene.action.name = "DELETE",
        |scene| scene.action.phase = Phase::Bind,
        |scene| scene.action.text = Bytes::from_static(b"UPDATE t SET a = $2"),
        |scene| scene.action.parameters = parameters(&[Some(b"one"), Some(b"twO")]),
        |scene| scene.action.parameters = parameters(&[Some(b"two"), Some(b"one")]),
        |scene| scene.action.parameters = parameters(&[Some(b"one")]),
        |scene| scene.action.parameters = parameters(&[Some(b"one"), Some(b"two"), None]),
        |scene| scene.action.behind = Some(Bytes::from_static(b"PREPARE p AS DELETE FROM t")),
        |scene| scene.action.behind = Some(Bytes::from_static(b"PREPARE p AS DELETE FROM u")),
        |scene| scene.action.readable = vec![(0, Bytes::from_static(b"5"))],
        |scene| scene.action.readable = vec![(1, Bytes::from_static(b"5"))],
        |scene| scene.action.message = message("BEGIN; UPDATE t; COMMIT", 7),
        |scene| scene.action.message = message("BEGIN; UPDATE t; ROLLBACK", 7),
        |scene| scene.action.message = message("BEGIN; UPDATE t; COMMIT", 8),
    ];
    let digests: BTreeSet<_> = changes.iter().map(|change| scene().with(change).digest()).collect();
    assert_eq!(digests.len(), changes.len(), "two scenes share a digest");
}

/// The same wish comes back in another session, with another credential, from another place.
#[test]
fn what_does_not_change_the_command_does_not_matter() {
    let again = scene().with(|scene| {
        scene.session = SessionId(Uuid::from_u128(2));
        scene.credential = CredentialId("token-2".to_owned());
        scene.client = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        scene.program = Some("psql".to_owned());
        scene.principal.name = "Ada L.".to_owned();
        scene.principal.groups = vec!["dba".to_owned()];
    });
    assert_eq!(again.digest(), scene().digest());
}

#[test]
fn null_is_not_empty() {
    let with = |value| scene().with(|scene| scene.action.parameters = parameters(&[value])).digest();
    assert_ne!(with(None), with(Some(b"")));
    assert_ne!(with(Some(b"")), with(Some(b"\0")));
}

/// What is text and what is parameter is told by lengths, so that nothing can be moved from one to the other.
#[test]
fn no_boundary_can_be_moved() {
    let with = |text: &'static [u8], values: &[Option<&'static [u8]>]| {
        let scene = scene().with(|scene| {
            scene.action.text = Bytes::from_static(text);
            scene.action.parameters = parameters(values);
        });
        scene.digest()
    };
    let digests: BTreeSet<_> = [
        with(b"abc", &[Some(b"def")]),
        with(b"abcd", &[Some(b"ef")]),
        with(b"abcdef", &[]),
        with(b"", &[Some(b"abcdef")]),
        with(b"abc", &[Some(b"de"), Some(b"f")]),
        with(b"abc", &[Some(b"d"), Some(b"ef")]),
        with(b"abc", &[Some(b"def"), Some(b"")]),
        with(b"abc", &[Some(b""), Some(b"def")]),
    ]
    .into();
    assert_eq!(digests.len(), 8);
    let moved = scene().with(|scene| {
        scene.account.name = "ap".to_owned();
        scene.account.user = "papp_user".to_owned();
    });
    assert_ne!(moved.digest(), scene().digest());
}
