//! Tests of the sources.

use std::fs;
use std::path::PathBuf;

use model::{Account, Resource, Secret, TlsMode};
use ports::{SecretUnavailable, Secrets};

use crate::{Source, Sources};

fn resource(name: &str) -> Resource {
    Resource {
        name: name.parse().unwrap(),
        protocol: "toy".into(),
        address: "db:1".parse().unwrap(),
        tls: TlsMode::Disable,
        tls_name: None,
        tls_ca: None,
        server_names: Vec::new(),
        default_database: None,
        accounts: Vec::new(),
        labels: Default::default(),
    }
}

async fn fetch(source: Source) -> Result<Option<Secret>, SecretUnavailable> {
    let sources: Sources = [(("db".parse().unwrap(), "app".to_owned()), source)].into_iter().collect();
    sources.fetch(&resource("db"), &Account { name: "app".into(), user: "u".into() }).await
}

async fn why(source: Source) -> String {
    fetch(source).await.unwrap_err().why
}

fn file(folder: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("secret");
    fs::write(&path, bytes).unwrap();
    path
}

#[tokio::test]
async fn a_file_is_read_anew_each_time_without_one_trailing_newline() {
    let folder = tempfile::tempdir().unwrap();
    for (content, expected) in [
        (&b"hunter2"[..], &b"hunter2"[..]),
        (b"hunter2\n", b"hunter2"),
        (b"hunter2\r\n", b"hunter2"),
        (b"hunter2\n\n", b"hunter2\n"),
        (b" hunter2 \xff\n", b" hunter2 \xff"),
    ] {
        let secret = fetch(Source::File(file(&folder, content))).await.unwrap().unwrap();
        assert_eq!(secret.reveal(), expected);
    }
}

#[tokio::test]
async fn sizes_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    for ending in ["", "\n", "\r\n"] {
        let longest = ["x".repeat(65536), ending.to_owned()].concat();
        let secret = fetch(Source::File(file(&folder, longest.as_bytes()))).await.unwrap().unwrap();
        assert_eq!(secret.reveal().len(), 65536);
        let path = file(&folder, ["x".repeat(65537), ending.to_owned()].concat().as_bytes());
        assert_eq!(why(Source::File(path.clone())).await, format!("{} holds more than 64 KiB", path.display()));
    }
    assert!(why(Source::File("/dev/zero".into())).await.contains("64 KiB"));
    for empty in ["", "\n"] {
        assert!(why(Source::File(file(&folder, empty.as_bytes()))).await.ends_with("is empty"));
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    assert!(why(Source::File("/nowhere/secret".into())).await.starts_with("/nowhere/secret: "));
    assert_eq!(why(Source::Environment("SIGNET_NOT_SET".into())).await, "the variable SIGNET_NOT_SET is not set");
    let unknown = Sources::default().fetch(&resource("db"), &Account { name: "app".into(), user: "u".into() }).await;
    assert_eq!(unknown.unwrap_err().why, "no source is configured for account app of db");
}

#[tokio::test]
async fn the_environment_and_no_secret_at_all() {
    // Cargo sets this for every test; setting one here would need unsafe code.
    let secret = fetch(Source::Environment("CARGO_PKG_NAME".into())).await.unwrap().unwrap();
    assert_eq!(secret.reveal(), b"signet-secrets");
    assert_eq!(fetch(Source::None).await, Ok(None));
}
