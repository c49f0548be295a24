//! Secrets go in, and come out nowhere but on the way to their target (H1, H3).

use ports::{Resources, Secrets};

use super::*;
use crate::requests::sealed;

#[tokio::test]
async fn h1_no_view_no_record_and_no_file_holds_a_secret() {
    let manor = Manor::new().await;
    let ada = manor.caller("ada").await;
    let mut wish = new("prod");
    wish.accounts.push(NewAccount {
        name: "look".into(),
        user: "looker".into(),
        inspection: true,
        secret: NewSecret::Value(Secret::new("the-other-secret")),
    });
    let mut said = vec![format!("{wish:?}")];
    said.push(format!("{:?}", manor.estate.add_resource(&ada, wish).await.unwrap()));
    said.push(format!("{:?}", manor.estate.resources(&ada).await.unwrap()));
    let tested = manor.estate.test_resource(&ada, &"prod".parse().unwrap(), None).await.unwrap();
    assert_eq!(tested[0].steps[0].detail, "app_user Some(22) false");
    assert_eq!(tested[1].steps[0].detail, "looker Some(16) true");
    said.push(format!("{tested:?}"));
    said.push(format!("{:?}", manor.store.resources().await.unwrap()));
    said.push(manor.journal.text());
    let files = ["store.sqlite", "store.sqlite-wal"].map(|name| std::fs::read(manor.folder.path().join(name)).unwrap());
    for secret in [PASSWORD, "the-other-secret"] {
        for said in &said {
            assert!(!said.contains(secret), "{said}");
        }
        for file in &files {
            assert!(!file.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }
    // The account for inspection is nobody's to be let in as, and not shown to those who do not look after targets.
    let inventory = manor.estate.inventory();
    let prod = inventory.named("prod").unwrap();
    assert_eq!(prod.accounts.len(), 1);
    let uma = manor.caller("uma").await;
    let seen = manor.estate.resources(&uma).await.unwrap();
    let seen = seen.iter().find(|view| view.name == prod.name).unwrap();
    assert!(seen.address.is_none() && seen.accounts.len() == 1 && seen.accounts[0].user.is_none(), "{seen:?}");
    assert_eq!(inventory.recording(&prod.name), Some(Recording::UpTo(100)));
    assert_eq!(inventory.recording(&"filed".parse().unwrap()), Some(Recording::Whole));
}

#[tokio::test]
async fn another_gateway_sees_what_this_one_changed_and_rotation_keeps_it_readable() {
    let manor = Manor::new().await;
    let ada = manor.caller("ada").await;
    let (_, other) = manor.beside().await;
    manor.estate.add_resource(&ada, new("prod")).await.unwrap();
    assert!(other.inventory().named("prod").is_none());
    let changes = Arc::new(crate::Changes::default());
    let watching = tokio::spawn(other.watch(&changes));
    let inventory = other.inventory();
    let seen = async {
        while inventory.named("prod").is_none() {
            changes.tell();
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), seen).await.expect("it does not follow");
    let envelope = &manor.estate.parts.envelope;
    manor.store.binding_key(&envelope.seal(sealed::KEY, &[7; 32]).unwrap()).await.unwrap();
    // All that is sealed in one use case, or nothing.
    let pia = manor.caller("pia").await;
    let (refused, before) = (manor.estate.rotate_secrets(&pia).await, envelope.newest());
    assert!(matches!(refused, Err(Error::NotAllowed { .. })), "{refused:?}");
    let crate::Rotated { key: newest, texts } = manor.estate.rotate_secrets(&ada).await.unwrap();
    assert_eq!((texts, newest == before), (1, false));
    let kept = manor.store.kept_binding_key().await.unwrap().unwrap();
    assert_eq!(envelope.key_of(&kept).unwrap(), newest);
    let rows = manor.store.resources().await.unwrap();
    let store::SecretRow::Sealed(sealed) = &rows[0].accounts[0].secret else { panic!("{rows:?}") };
    let key = Envelope::open(&manor.folder.path().join("store.key"), true).unwrap().envelope;
    assert_eq!((key.newest(), key.key_of(sealed).unwrap()), (newest, newest));
    for inventory in [manor.estate.inventory(), other.inventory()] {
        let prod = inventory.named("prod").unwrap();
        let fetched = inventory.fetch(&prod, &prod.accounts[0]).await.unwrap().unwrap();
        assert_eq!(fetched.reveal(), PASSWORD.as_bytes());
    }
    watching.abort();
}

#[tokio::test]
async fn a_wrong_key_file_is_found_at_the_start() {
    let manor = Manor::new().await;
    let ada = manor.caller("ada").await;
    manor.estate.add_resource(&ada, new("prod")).await.unwrap();
    std::fs::remove_file(manor.folder.path().join("store.key")).unwrap();
    let parts = |envelope| EstateParts {
        store: Arc::clone(&manor.store),
        journal: Arc::<Kept>::clone(&manor.journal),
        clock: clock(&manor.now),
        people: Arc::clone(&manor.people),
        envelope: Arc::new(envelope),
        targets: Vec::new(),
        sources: Default::default(),
        recording: Recording::default(),
        references: References::default(),
        protocols: BTreeMap::new(),
        force: Arc::<Remembering>::clone(&manor.force),
        policy_dir: None,
        unattributed: false,
    };
    let wrong = Envelope::open(&manor.folder.path().join("store.key"), false).unwrap().envelope;
    let refused = Estate::open(parts(wrong)).await.err().expect("it began");
    assert!(refused.to_string().contains("is it the right one?"), "{refused}");
}
