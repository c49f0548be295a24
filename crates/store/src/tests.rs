//! Tests of the store, on real files.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use sqlx::{Executor, Row};

use crate::{LIVE_TOKENS, Store, StoreError, Token};

fn token(id: &str, person: &str) -> Token {
    Token {
        id: id.to_owned(),
        person: person.to_owned(),
        stored_key: [1; 32],
        server_key: [2; 32],
        created_us: 10,
        expires_us: 100,
        revoked_us: None,
        digest: None,
        made_by: None,
    }
}

async fn store() -> (tempfile::TempDir, PathBuf, Store) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data/signet.db");
    let store = Store::open(&file).await.unwrap();
    (folder, file, store)
}

#[tokio::test]
async fn tokens_are_kept_found_listed_and_revoked() {
    let (_folder, file, store) = store().await;
    store.keep_salt("ada", [7; 16]).await.unwrap();
    store.keep_salt("bob", [8; 16]).await.unwrap();
    for token in [token("b", "bob"), token("a1", "ada"), Token { created_us: 20, ..token("a2", "ada") }] {
        store.create_token(&token).await.unwrap();
    }
    let ids = |tokens: Vec<Token>| tokens.into_iter().map(|token| token.id).collect::<Vec<_>>();
    assert_eq!(ids(store.tokens_of("ada", 50).await.unwrap()), ["a2", "a1"]);
    assert_eq!(ids(store.tokens_of("eve", 50).await.unwrap()), [""; 0]);
    assert_eq!(store.revoke_token("a2", 60).await.unwrap().unwrap().revoked_us, Some(60));
    assert_eq!(store.revoke_token("a2", 70).await.unwrap().unwrap().revoked_us, Some(60), "the first time counts");
    assert_eq!(store.revoke_token("none", 70).await.unwrap(), None);
    assert_eq!(ids(store.tokens_of("ada", 80).await.unwrap()), ["a1", "a2"], "live ones first");
    store.close().await;
    let again = Store::open(&file).await.unwrap();
    assert_eq!(again.token("b").await.unwrap(), Some(token("b", "bob")));
    assert_eq!(ids(again.tokens().await.unwrap()), ["a1", "a2", "b"]);
}

#[tokio::test]
async fn dead_tokens_never_crowd_out_live_ones_and_live_ones_are_bounded() {
    let (_folder, _, store) = store().await;
    store.keep_salt("ada", [7; 16]).await.unwrap();
    store.create_token(&token("old-but-live", "ada")).await.unwrap();
    for number in 0..200 {
        let dead = Token { created_us: 20 + number, revoked_us: Some(30), ..token(&format!("dead-{number}"), "ada") };
        store.create_token(&dead).await.unwrap();
    }
    let found = store.tokens_of("ada", 50).await.unwrap();
    assert_eq!(found[0].id, "old-but-live");
    assert!(found.len() < 200);
    for number in 1..LIVE_TOKENS {
        store.create_token(&token(&format!("live-{number}"), "ada")).await.unwrap();
    }
    let refused = store.create_token(&token("one-more", "ada")).await;
    assert!(matches!(refused, Err(StoreError::TooManyTokens { .. })), "{refused:?}");
    store.create_token(&Token { created_us: 100, expires_us: 200, ..token("later", "ada") }).await.unwrap();
}

#[tokio::test]
async fn salts_and_the_instance_secret_are_stable() {
    let (_folder, file, store) = store().await;
    assert_eq!(store.salt_of("ada").await.unwrap(), None);
    assert_eq!(store.keep_salt("ada", [1; 16]).await.unwrap(), [1; 16]);
    assert_eq!(store.keep_salt("ada", [2; 16]).await.unwrap(), [1; 16]);
    assert_eq!(store.salt_of("ada").await.unwrap(), Some([1; 16]));
    assert_eq!(store.instance_secret(&[3; 32]).await.unwrap(), [3; 32]);
    let again = Store::open(&file).await.unwrap();
    assert_eq!(again.instance_secret(&[4; 32]).await.unwrap(), [3; 32]);
}

#[tokio::test]
async fn the_counter_tells_of_writes_by_this_process_and_by_others_only() {
    let (_folder, file, store) = store().await;
    let mut last = store.change_counter().await.unwrap();
    assert_eq!(store.change_counter().await.unwrap(), last);
    store.tokens().await.unwrap();
    assert_eq!(store.change_counter().await.unwrap(), last);
    let other = Store::open(&file).await.unwrap();
    for writer in [&store, &other] {
        last = store.change_counter().await.unwrap();
        writer.keep_salt(if std::ptr::eq(writer, &store) { "ada" } else { "bob" }, [1; 16]).await.unwrap();
        assert_ne!(store.change_counter().await.unwrap(), last);
    }
}

#[tokio::test]
async fn files_are_private_and_the_database_is_set_up_as_stated() {
    let (_folder, file, store) = store().await;
    store.keep_salt("ada", [1; 16]).await.unwrap();
    for entry in file.parent().unwrap().read_dir().unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
    }
    for (pragma, expected) in [("PRAGMA synchronous", "2"), ("PRAGMA foreign_keys", "1")] {
        let row = sqlx::query(pragma).fetch_one(&store.pool).await.unwrap();
        assert_eq!(row.get::<i64, _>(0).to_string(), expected, "{pragma}");
    }
    let mode: String = sqlx::query("PRAGMA journal_mode").fetch_one(&store.pool).await.unwrap().get(0);
    assert_eq!(mode, "wal");
    let orphan = store.create_token(&token("x", "nobody")).await;
    assert!(orphan.is_err(), "a token without a salt was kept");
}

#[tokio::test]
async fn a_link_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (theirs, file) = (folder.path().join("theirs"), folder.path().join("store.sqlite"));
    std::fs::write(&theirs, "").unwrap();
    std::fs::set_permissions(&theirs, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink(&theirs, &file).unwrap();
    assert!(Store::open(&file).await.is_err());
    assert_eq!(std::fs::metadata(&theirs).unwrap().permissions().mode() & 0o777, 0o755);
}

#[tokio::test]
async fn a_newer_store_and_a_foreign_file_are_refused() {
    let (_folder, file, store) = store().await;
    store.pool.execute("PRAGMA user_version = 99").await.unwrap();
    store.close().await;
    assert!(matches!(Store::open(&file).await, Err(StoreError::TooNew { found: 99, .. })));
    let foreign = file.with_file_name("foreign");
    std::fs::write(&foreign, "not a database, but long enough to be looked at ".repeat(100)).unwrap();
    assert!(matches!(Store::open(&foreign).await, Err(StoreError::Database(_))));
}
