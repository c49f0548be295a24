//! Tests of the index, on real files.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use sqlx::Executor;

use crate::{Began, Change, Ended, Index, Progress, StoreError, Wanted};

async fn index() -> (tempfile::TempDir, PathBuf, Index) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("index.db");
    let index = Index::open(&file).await.unwrap();
    (folder, file, index)
}

fn began(at_us: u64, person: &str, resource: &str) -> Change {
    let began = Began {
        at_us,
        resource: resource.to_owned(),
        protocol: "toy".to_owned(),
        person: Some(person.to_owned()),
        client: Some("192.0.2.1:5".to_owned()),
        account: Some("app".to_owned()),
        database: None,
    };
    Change { began: Some(began), bundles: vec![0], ..Change::default() }
}

fn ended(at_us: u64) -> Change {
    let ended = Some(Ended { at_us, cause: "client left".to_owned() });
    Change { ended, commands: 2, refusals: 1, bundles: vec![0, 3], ..Change::default() }
}

fn to(records: u64) -> Progress {
    Progress { records, head: [7; 32] }
}

async fn filled(index: &Index) {
    let first = [("a1", began(10, "ada", "prod")), ("a2", began(20, "grace", "prod")), ("b3", began(30, "ada", "dev"))];
    assert!(index.add(0, first.iter().map(|(sid, change)| (*sid, change)), &to(3)).await.unwrap());
    let second = [("a1", ended(40)), ("gateway", Change { bundles: vec![9], commands: 9, ..Change::default() })];
    assert!(index.add(3, second.iter().map(|(sid, change)| (*sid, change)), &to(800)).await.unwrap());
}

async fn sids(index: &Index, wanted: Wanted, limit: u32) -> Vec<String> {
    index.sessions(&wanted, limit).await.unwrap().into_iter().map(|row| row.sid).collect()
}

#[tokio::test]
async fn sessions_are_listed_newest_first_with_what_the_log_said() {
    let (_folder, _, index) = index().await;
    assert_eq!(index.progress().await.unwrap(), None);
    filled(&index).await;
    assert_eq!(index.progress().await.unwrap(), Some(to(800)));
    let rows = index.sessions(&Wanted::default(), 10).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.sid.as_str()).collect::<Vec<_>>(), ["b3", "a2", "a1"]);
    let first = &rows[2];
    assert_eq!(Some(&first.began), began(10, "ada", "prod").began.as_ref());
    assert_eq!((first.commands, first.refusals), (2, 1));
    assert_eq!(first.ended, Some(Ended { at_us: 40, cause: "client left".to_owned() }));
    assert_eq!(rows[1].ended, None);
    assert_eq!(index.bundles("a1").await.unwrap(), [0, 3]);
    assert_eq!(index.bundles("gateway").await.unwrap(), [0; 0]);
}

#[tokio::test]
async fn filters() {
    let (_folder, _, index) = index().await;
    filled(&index).await;
    let all = Wanted::default;
    assert_eq!(sids(&index, Wanted { person: Some("ada".into()), ..all() }, 10).await, ["b3", "a1"]);
    assert_eq!(sids(&index, Wanted { resource: Some("prod".into()), ..all() }, 10).await, ["a2", "a1"]);
    assert_eq!(sids(&index, Wanted { since_us: Some(20), ..all() }, 10).await, ["b3", "a2"]);
    assert_eq!(sids(&index, Wanted { until_us: Some(20), ..all() }, 10).await, ["a1"]);
    assert_eq!(sids(&index, Wanted { open: true, ..all() }, 10).await, ["b3", "a2"]);
    assert_eq!(sids(&index, Wanted { sid: Some("a".into()), ..all() }, 10).await, ["a2", "a1"]);
    assert_eq!(sids(&index, Wanted { sid: Some("%".into()), ..all() }, 10).await, [""; 0]);
    assert_eq!(sids(&index, all(), 1).await, ["b3"]);
}

#[tokio::test]
async fn nothing_is_counted_twice() {
    let (_folder, file, index) = index().await;
    filled(&index).await;
    let other = Index::open(&file).await.unwrap();
    assert!(!other.add(3, [("a1", &ended(40))], &to(800)).await.unwrap());
    assert_eq!(index.sessions(&Wanted::default(), 9).await.unwrap()[2].commands, 2);
    let twice = index.add(800, [("a2", &ended(50)), ("a1", &began(10, "ada", "prod"))], &to(801)).await;
    assert!(twice.is_err(), "a session began twice");
    assert_eq!(index.progress().await.unwrap(), Some(to(800)), "half of a stretch was kept");
    assert_eq!(index.sessions(&Wanted::default(), 9).await.unwrap()[1].commands, 0);
}

#[tokio::test]
async fn people_are_erased() {
    let (_folder, file, index) = index().await;
    filled(&index).await;
    index.add(800, [("a1", &Change { erased: true, ..Change::default() })], &to(801)).await.unwrap();
    let row = &index.sessions(&Wanted::default(), 9).await.unwrap()[2];
    let Began { person, client, account, .. } = row.began.clone();
    assert_eq!((person, client, account), (None, None, None));
    assert_eq!(row.began.resource, "prod");
    index.clear().await.unwrap();
    assert_eq!(index.progress().await.unwrap(), None);
    index.close().await;
    let text = std::fs::read(file).unwrap();
    assert!(!text.windows(5).any(|window| window == b"grace"), "what was deleted is still in the file");
}

#[tokio::test]
async fn other_tables_are_begun_anew_and_what_is_no_index_can_be_taken_away() {
    let (_folder, file, index) = index().await;
    filled(&index).await;
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    index.pool.execute("PRAGMA user_version = 99").await.unwrap();
    index.close().await;
    let index = Index::open(&file).await.unwrap();
    assert_eq!(index.progress().await.unwrap(), None);
    filled(&index).await;
    index.close().await;
    std::fs::write(&file, "no database ".repeat(1000)).unwrap();
    assert!(matches!(Index::open(&file).await, Err(StoreError::Database(_))));
    Index::remove(&file).unwrap();
    Index::remove(&file).unwrap();
    filled(&Index::open(&file).await.unwrap()).await;
}
