//! `signet token`, over a real store.

use model::{Kind, PrincipalId};
use serde_json::Value;
use store::{PersonRow, Store};

use super::Place;

fn listed(place: &Place) -> Vec<Value> {
    let text = place.signet(&["token", "list", "--json"]).ok();
    serde_json::from_str::<Value>(&text).unwrap().as_array().unwrap().clone()
}

#[test]
fn the_token_stands_alone_on_stdout() {
    let place = Place::new();
    let done = place.signet(&["token", "create", "ada"]);
    assert_eq!(done.code, 0, "{done:?}");
    let token = done.out.strip_suffix('\n').unwrap();
    assert!(token.len() >= 20 && token.len() <= 64 && !token.contains(char::is_whitespace), "{token:?}");
    assert!(done.err.contains("not shown again") && !done.err.contains(token), "{}", done.err);
    assert!(!place.signet(&["token", "list"]).ok().contains(token));
}

#[test]
fn the_life_of_a_token() {
    let place = Place::new();
    let made = place.signet(&["token", "create", "ada", "--json", "--ttl", "15m"]).ok();
    let made: Value = serde_json::from_str(&made).unwrap();
    let tokens = listed(&place);
    assert_eq!(tokens.len(), 1);
    assert_eq!((&tokens[0]["id"], &tokens[0]["expires"]), (&made["id"], &made["expires"]));
    assert_eq!((tokens[0]["person"].as_str(), tokens[0]["state"].as_str()), (Some("ada"), Some("live")));
    let id = made["id"].as_str().unwrap();
    let revoked = place.signet(&["token", "revoke", id]);
    assert!(revoked.code == 0 && revoked.out.is_empty() && revoked.err.contains("is revoked"), "{revoked:?}");
    assert_eq!(listed(&place)[0]["state"], "revoked");
    assert!(listed(&place)[0]["revoked"].as_str().unwrap().ends_with('Z'));
    assert!(place.signet(&["token", "list"]).ok().contains("revoked"));
}

#[test]
fn people_and_services_of_the_store_have_tokens_too() {
    let place = Place::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let of = |issuer: &str, subject: &str| PrincipalId { issuer: issuer.to_owned(), subject: subject.to_owned() };
    runtime.block_on(async {
        let store = Store::open(&place.path().join("data/store.sqlite")).await.unwrap();
        let owner = of("local", "ada");
        for (id, kind) in [
            (of("local", "zoe"), Kind::Human),
            (of("local", "nightly"), Kind::Service { owner }),
            (of("https://idp.example.com", "carl"), Kind::Human),
        ] {
            let name = id.subject.clone();
            let row = PersonRow { id, name, kind, same_person_as: None, disabled_us: None, added_us: 1 };
            assert!(store.add_person(&row).await.unwrap());
        }
    });
    place.signet(&["token", "create", "zoe"]).ok();
    place.signet(&["token", "create", "nightly"]).ok();
    place.signet(&["token", "create", "carl"]).fails(4, "there is no person \"carl\"");
    assert_eq!(listed(&place).len(), 2);
}

#[test]
fn what_cannot_be() {
    let place = Place::new();
    place.signet(&["token", "create", "bob"]).fails(4, "there is no person \"bob\"");
    place.signet(&["token", "create", "ada", "--ttl", "31d"]).fails(2, "hint: A token lives at most 30d.");
    place.signet(&["token", "create", "ada", "--ttl", "10ms"]).fails(2, "at least a second");
    place.signet(&["token", "revoke", "none"]).fails(4, "hint: Ids are shown by signet token list.");
    assert!(listed(&place).is_empty());
}
