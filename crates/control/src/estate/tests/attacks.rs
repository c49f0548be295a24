//! Attacks on identity: E5 to E8 and E12 of the list, as far as local people go.

use ports::{Directory, Resources};

use super::*;
use crate::{Apart, Standings};

#[tokio::test]
async fn e5_there_is_no_account_that_nobody_made() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(&folder.path().join("store.sqlite")).await.unwrap());
    let now = Arc::new(AtomicU64::new(START));
    let people = Local::open(Arc::clone(&store), Vec::new(), clock(&now)).await.unwrap();
    assert_eq!(people.roll().all().count(), 0);
    assert!(store.tokens().await.unwrap().is_empty() && store.roles().await.unwrap().is_empty());
    for token in ["", "sgt_", "sgt_0000000000000000000000000000000000", "admin", "\0"] {
        assert!(people.bearer(token).await.is_err(), "{token:?}");
    }
}

#[tokio::test]
async fn e6_a_token_is_worth_what_its_person_and_whoever_answers_for_them_are() {
    let manor = Manor::new().await;
    let gus = manor.caller("gus").await;
    for (name, kind) in [
        ("owner", Kind::Human),
        ("robot", Kind::Service { owner: id("owner") }),
        ("helper", Kind::Agent { on_behalf_of: id("owner") }),
    ] {
        manor.add(name, kind).await;
    }
    let alias = NewPerson { id: id("owner2"), name: "O".into(), kind: Kind::Human, same_person_as: Some(id("owner")) };
    manor.estate.add_person(&gus, alias).await.unwrap();
    let mut tokens = Vec::new();
    for name in ["owner", "robot", "helper", "owner2"] {
        let token = manor.token(name).await;
        let caller = manor.caller_by(&token).await.unwrap();
        tokens.push((name, token, caller));
    }
    let disable = |disabled| PersonChange { disabled: Some(disabled), ..PersonChange::default() };
    // A session of the robot's, as the engine holds it.
    let (_, _, robot) = &tokens[1];
    let principal = manor.people.roll().principal(&id("robot")).unwrap();
    let cut = tokio::spawn(manor.people.revoked(&robot.credential, &principal));
    tokio::task::yield_now().await;
    assert!(!cut.is_finished());
    manor.change(&gus, "owner", disable(true)).await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(5), cut).await.expect("the session goes on").unwrap();
    assert_eq!(told.message, "your access to this gateway has ended");
    for (name, token, caller) in &tokens {
        assert!(manor.caller_by(token).await.is_err(), "{name} is let in");
        let refused = manor.estate.myself(caller).await;
        assert!(refused.is_err(), "{name} goes on: {refused:?}");
        let refused = manor.estate.create_token(caller, &caller.id, HOUR).await;
        assert!(matches!(refused, Err(Error::NotAllowed { .. })), "{name}: {refused:?}");
        assert!(manor.estate.standing(&id(name)).await.unwrap().is_none(), "{name}");
        assert!(manor.people.groups_of(&id(name)).is_empty());
    }
    // It is no revocation: what was disabled can be enabled again.
    manor.change(&gus, "owner", disable(false)).await.unwrap();
    for (name, token, _) in &tokens {
        assert!(manor.caller_by(token).await.is_ok(), "{name}");
    }
    // Only of themselves, when only they are disabled.
    manor.change(&gus, "robot", disable(true)).await.unwrap();
    let good: Vec<_> = futures(&manor, &tokens).await;
    assert_eq!(good, ["owner", "helper", "owner2"]);
    // The time of a token, and its revocation.
    manor.estate.revoke_token(&tokens[2].2, &tokens[2].2.credential.0).await.unwrap();
    assert_eq!(futures(&manor, &tokens).await, ["owner", "owner2"]);
    manor.now.fetch_add(3_600_000_000, Ordering::SeqCst);
    assert_eq!(futures(&manor, &tokens).await, [""; 0]);
}

async fn futures<'a>(manor: &Manor, tokens: &'a [(&'static str, String, Caller)]) -> Vec<&'a str> {
    let mut good = Vec::new();
    for (name, token, _) in tokens {
        if manor.caller_by(token).await.is_ok() {
            good.push(*name);
        }
    }
    good
}

#[tokio::test]
async fn e6_a_role_ends_at_once_and_somebody_elses_token_carries_none() {
    let manor = Manor::new().await;
    let ada = manor.caller("ada").await;
    manor.add("eve", Kind::Human).await;
    manor.add("robot", Kind::Service { owner: id("eve") }).await;
    for (name, role) in [("eve", Role::Auditor), ("eve", Role::Approver), ("robot", Role::Auditor)] {
        manor.estate.give_role(&ada, &id(name), role).await.unwrap();
    }
    let eve = manor.caller("eve").await;
    assert_eq!(roles(&eve), [Role::Approver, Role::Auditor, Role::User].into());
    // Made by an administrator, who may know it: also what is made with it.
    let lent = manor.estate.create_token(&ada, &id("eve"), HOUR).await.unwrap();
    let lent = manor.caller_by(lent.token.reveal_str().unwrap()).await.unwrap();
    let again = manor.estate.create_token(&lent, &id("eve"), HOUR).await.unwrap();
    let again = manor.caller_by(again.token.reveal_str().unwrap()).await.unwrap();
    let robots = manor.estate.create_token(&lent, &id("robot"), HOUR).await.unwrap();
    let robots = manor.caller_by(robots.token.reveal_str().unwrap()).await.unwrap();
    for by in [&lent, &again, &robots] {
        assert_eq!(roles(by), [Role::User].into());
        assert!(matches!(manor.estate.people(by).await, Err(Error::NotAllowed { .. })));
    }
    // Made by themselves, for themselves and for a service of theirs.
    for name in ["eve", "robot"] {
        let own = manor.estate.create_token(&eve, &id(name), HOUR).await.unwrap();
        let own = manor.caller_by(own.token.reveal_str().unwrap()).await.unwrap();
        assert!(roles(&own).contains(&Role::Auditor), "{name}");
    }
    manor.estate.people(&eve).await.unwrap();
    manor.estate.take_role(&ada, &id("eve"), Role::Auditor).await.unwrap();
    manor.estate.take_role(&ada, &id("eve"), Role::Approver).await.unwrap();
    assert!(matches!(manor.estate.people(&eve).await, Err(Error::NotAllowed { .. })), "the caller of before goes on");
}

#[tokio::test]
async fn e6_who_is_removed_comes_back_with_nothing() {
    let manor = Manor::new().await;
    let ada = manor.caller("ada").await;
    manor.add("eve", Kind::Human).await;
    manor.add("robot", Kind::Service { owner: id("eve") }).await;
    let refused = manor.estate.remove_person(&ada, &id("eve")).await;
    assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("local/robot")), "{refused:?}");
    manor.estate.remove_person(&ada, &id("robot")).await.unwrap();
    manor.estate.give_role(&ada, &id("eve"), Role::Auditor).await.unwrap();
    manor.estate.add_member(&ada, "dba", &id("eve")).await.unwrap();
    let token = manor.token("eve").await;
    manor.estate.remove_person(&ada, &id("eve")).await.unwrap();
    assert!(manor.caller_by(&token).await.is_err());
    manor.add("eve", Kind::Human).await;
    assert!(manor.caller_by(&token).await.is_err(), "the token of the one before lets the next one in");
    let eve = manor.caller("eve").await;
    assert_eq!(roles(&eve), [Role::User].into());
    assert!(manor.people.groups_of(&id("eve")).is_empty());
}

#[tokio::test]
async fn e7_a_secret_goes_where_it_was_meant_for() {
    let manor = Manor::new().await;
    let ada = manor.caller("ada").await;
    manor.estate.add_resource(&ada, new("prod")).await.unwrap();
    let inventory = manor.estate.inventory();
    let before = inventory.named("prod").unwrap();
    // Sent elsewhere, or less protected, it must be given again.
    let elsewhere = NewResource { address: "evil:1".parse().unwrap(), ..keeping("prod") };
    let weaker = NewResource { tls: TlsMode::Require, ..keeping("prod") };
    for wish in [elsewhere.clone(), weaker] {
        let refused = manor.estate.change_resource(&ada, wish).await;
        assert!(matches!(&refused, Err(Error::Invalid(why)) if why.contains("given again")), "{refused:?}");
    }
    let labelled = NewResource { labels: BTreeMap::from([("env".into(), "prod".into())]), ..keeping("prod") };
    manor.estate.change_resource(&manor.caller("pia").await, labelled).await.unwrap();
    // A session that was let in to the target as it was before does not get the secret of what it is now.
    let fetched = ports::Secrets::fetch(&*inventory, &before, &before.accounts[0]).await;
    assert!(fetched.is_err(), "{fetched:?}");
    let now = inventory.named("prod").unwrap();
    let fetched = ports::Secrets::fetch(&*inventory, &now, &now.accounts[0]).await.unwrap().unwrap();
    assert_eq!(fetched.reveal(), PASSWORD.as_bytes());
    // A name of the configuration file is the configuration file's, whatever stands in the store.
    let filed = inventory.named("filed").unwrap();
    let fetched = ports::Secrets::fetch(&*inventory, &filed, &filed.accounts[0]).await.unwrap().unwrap();
    assert_eq!(fetched.reveal(), b"of-the-file");
    let takes = NewResource { server_names: vec!["FILED.example.com".into()], ..new("other") };
    assert!(matches!(manor.estate.add_resource(&ada, takes).await, Err(Error::Conflict(_))));
}

#[tokio::test]
async fn e7_references_lead_nowhere_but_where_operators_opened_them() {
    let with = |secret| {
        let mut wish = new("prod");
        wish.accounts[0].secret = secret;
        wish
    };
    let closed = Manor::new().await;
    let ada = closed.caller("ada").await;
    for secret in [NewSecret::File("a".into()), NewSecret::Env("PATH".into())] {
        let refused = closed.estate.add_resource(&ada, with(secret)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("prod.password"), "from-the-folder").unwrap();
    let references = References { folder: Some(folder.path().to_owned()), variables: Some("CARGO_PKG_".into()) };
    let open = Manor::with(Wishes { references, ..Wishes::default() }).await;
    let ada = open.caller("ada").await;
    for way in ["/etc/passwd", "../store.key", "..", ".", "", ".hidden", "a/b", "a\\b", "a\0b", "\u{ff0e}\u{ff0e}"] {
        let refused = open.estate.add_resource(&ada, with(NewSecret::File(way.into()))).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{way:?}: {refused:?}");
    }
    for name in ["PATH", "cargo_pkg_name", "XCARGO_PKG_NAME", "CARGO_PKG_=", ""] {
        let refused = open.estate.add_resource(&ada, with(NewSecret::Env(name.into()))).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{name:?}: {refused:?}");
    }
    open.estate.add_resource(&ada, with(NewSecret::File("prod.password".into()))).await.unwrap();
    let inventory = open.estate.inventory();
    let prod = inventory.named("prod").unwrap();
    let fetched = ports::Secrets::fetch(&*inventory, &prod, &prod.accounts[0]).await.unwrap().unwrap();
    assert_eq!(fetched.reveal(), b"from-the-folder");
    open.estate.change_resource(&ada, with(NewSecret::Env("CARGO_PKG_NAME".into()))).await.unwrap();
    let prod = inventory.named("prod").unwrap();
    let fetched = ports::Secrets::fetch(&*inventory, &prod, &prod.accounts[0]).await.unwrap().unwrap();
    assert_eq!(fetched.reveal(), b"signet-control");
}

/// Names that look alike, fold alike, or stand for all elsewhere.
fn lookalikes() -> Vec<String> {
    let mut names: Vec<String> =
        ["dba", "DBA", "Dba", "db", "dbaa", "dba.", "dba-", "d\u{e9}", "de\u{301}", "\u{212a}", "K", "k"]
            .map(str::to_owned)
            .into();
    names.extend(
        ["stra\u{df}e", "strasse", "STRASSE", "\u{131}", "i", "I", "\u{ff44}ba", "d?a", "d%", "d_a", "^dba$", "d.a"]
            .map(str::to_owned),
    );
    names
}

/// A seeded generator: the same names in every run.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[tokio::test]
async fn e8_names_are_exact_and_an_empty_list_is_nobody() {
    let manor = Manor::new().await;
    let ada = manor.caller("ada").await;
    manor.add("eve", Kind::Human).await;
    let (eve, mut state) = (id("eve"), 0x5eed_u64);
    assert!(manor.people.groups_of(&eve).is_empty());
    let mut names = lookalikes();
    for _ in 0..20 {
        let letters = ['a', 'A', '\u{e4}', 'a', '-', '%', '\u{430}', '1'];
        names.push((0..3).map(|_| letters[usize::try_from(random(&mut state) % 8).unwrap()]).collect());
    }
    names.sort();
    names.dedup();
    for name in &names {
        manor.estate.add_member(&ada, name, &eve).await.unwrap();
        assert_eq!(manor.people.groups_of(&eve), std::slice::from_ref(name), "one group was joined");
        for other in names.iter().filter(|other| *other != name) {
            let left = manor.estate.remove_member(&ada, other, &eve).await;
            assert!(matches!(left, Err(Error::NotFound)), "{other:?} is taken for {name:?}");
        }
        manor.estate.remove_member(&ada, name, &eve).await.unwrap();
        assert!(manor.people.groups_of(&eve).is_empty());
    }
    // People, too: each is somebody else, and no name but their own is theirs.
    let names: Vec<_> = names.into_iter().filter(|name| !name.contains(['/', '+'])).collect();
    for name in &names {
        manor.add(name, Kind::Human).await;
    }
    for name in &names {
        let caller = manor.caller(name).await;
        assert_eq!(caller.id, id(name));
        assert!(manor.estate.standing(&id(&format!("{name} "))).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn e8_what_looks_like_a_name_is_none() {
    let manor = Manor::new().await;
    let ada = manor.caller("ada").await;
    let bad = [
        "",
        " ",
        "dba ",
        " dba",
        "*",
        "db*",
        "a\u{200b}b",
        "\u{202e}abd",
        "a\nb",
        "a\u{0}",
        "\u{feff}a",
        "a\u{ad}",
        "\u{a0}a",
        "a\u{e0041}",
    ];
    for name in bad {
        let done = manor.estate.add_member(&ada, name, &id("uma")).await;
        assert!(matches!(done, Err(Error::Invalid(_))), "{name:?}: {done:?}");
        let new = NewPerson { id: id(name), name: "x".into(), kind: Kind::Human, same_person_as: None };
        let done = manor.estate.add_person(&ada, new).await.map(drop);
        assert!(matches!(done, Err(Error::Invalid(_))), "{name:?}: {done:?}");
        let labels = BTreeMap::from([("env".to_owned(), name.to_owned())]);
        let done = manor.estate.add_resource(&ada, NewResource { labels, ..new_resource() }).await.map(drop);
        assert!(matches!(done, Err(Error::Invalid(_))), "{name:?}: {done:?}");
    }
    for name in ["a+b", "a/b", &"x".repeat(129)] {
        let new = NewPerson { id: id(name), name: "x".into(), kind: Kind::Human, same_person_as: None };
        assert!(manor.estate.add_person(&ada, new).await.is_err(), "{name}");
    }
    for word in ["Administrator", "administrator ", "admin", "*", "", "policy-author"] {
        assert!(word.parse::<Role>().is_err(), "{word:?}");
    }
    let inventory = manor.estate.inventory();
    for name in ["Filed", "filed ", "*", "", "file", "filed\0"] {
        assert!(inventory.named(name).is_none(), "{name:?}");
    }
}

fn new_resource() -> NewResource {
    new("labelled")
}

#[tokio::test]
async fn e12_what_one_person_holds_is_no_use_to_another() {
    let manor = Manor::new().await;
    let (uma, ada) = (manor.caller("uma").await, manor.caller("ada").await);
    // Their tokens are neither seen, made nor revoked by others, and whether there are any is not told.
    assert!(matches!(manor.estate.tokens(&uma, Some(&ada.id)).await, Err(Error::NotAllowed { .. })));
    assert!(matches!(manor.estate.tokens(&uma, None).await, Err(Error::NotAllowed { .. })));
    assert!(matches!(manor.estate.create_token(&uma, &ada.id, HOUR).await, Err(Error::NotAllowed { .. })));
    assert!(matches!(manor.estate.revoke_token(&uma, &ada.credential.0).await, Err(Error::NotFound)));
    assert!(matches!(manor.estate.revoke_token(&uma, "none").await, Err(Error::NotFound)));
    // A session of one by the token of another is none.
    let principal = manor.people.roll().principal(&id("uma")).unwrap();
    let cut = manor.people.revoked(&ada.credential, &principal);
    tokio::time::timeout(Duration::from_secs(5), cut).await.expect("it goes on");
    // A key of one caller is not another's.
    let digest = [7; 32];
    assert_eq!(manor.estate.begin_once(&ada, "k", &digest).await.unwrap(), crate::Once::New);
    manor.estate.finish_once(&ada, "k", b"secret answer").await.unwrap();
    assert_eq!(manor.estate.begin_once(&uma, "k", &digest).await.unwrap(), crate::Once::New);
    assert_eq!(
        manor.estate.begin_once(&ada, "k", &digest).await.unwrap(),
        crate::Once::Done(b"secret answer".to_vec())
    );
    assert!(matches!(manor.estate.begin_once(&ada, "k", &[8; 32]).await, Err(Error::Conflict(_))));
    assert!(matches!(manor.estate.begin_once(&uma, "k", &digest).await, Err(Error::Conflict(_))), "it is being done");
    manor.estate.forget_once(&uma, "k").await.unwrap();
    assert_eq!(manor.estate.begin_once(&uma, "k", &digest).await.unwrap(), crate::Once::New);
}

#[test]
fn every_pair_that_must_stay_apart_says_why() {
    for Apart { one, other, refusal } in crate::APART {
        assert!(!one.is_empty() && !other.is_empty() && refusal.len() > 20, "{one} and {other}");
    }
}
