//! Versions of policies: whole, numbered upwards, with a name to them or without.

use super::*;

fn files(text: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("a.cedar".to_owned(), text.to_owned())])
}

#[tokio::test]
async fn versions_are_kept_whole_and_numbers_only_grow() {
    let manor = Manor::new().await;
    let pia = manor.caller("pia").await;
    assert_eq!(manor.estate.policy(&pia).await.unwrap(), None);
    let first = manor.estate.put_policy(&pia, files("one"), None).await.unwrap();
    assert_eq!((first.number, first.author.as_deref(), first.source.as_str()), (1, Some("local/pia"), "handed in"));
    let second = manor.estate.put_policy(&pia, files("two"), Some(1)).await.unwrap();
    let late = manor.estate.put_policy(&pia, files("three"), Some(1)).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
    // E10: an earlier text comes back as a new version.
    let back = manor.estate.put_policy(&pia, files("one"), None).await.unwrap();
    assert_eq!((second.number, back.number), (2, 3));
    assert_eq!(back.digest, first.digest);
    assert_eq!(manor.force.put.lock().unwrap().iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(manor.estate.policy_version(&pia, 2).await.unwrap().files, files("two"));
    let page = manor.estate.policy_history(&pia, None, 2).await.unwrap();
    assert_eq!((page.items[0].number, page.items[1].number, page.next), (3, 2, Some(2)));
    let page = manor.estate.policy_history(&pia, page.next, 2).await.unwrap();
    assert_eq!((page.items.len(), page.items[0].number, page.next), (1, 1, None));
    // Nothing broken comes into force, or into the store.
    for bad in
        [files("broken"), BTreeMap::from([("../a.cedar".to_owned(), String::new())]), files(&"x".repeat(2 << 20))]
    {
        let refused = manor.estate.put_policy(&pia, bad, None).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    assert_eq!(manor.store.newest_policy().await.unwrap().unwrap().number, 3);
    // Another gateway takes the newest at its start, and never one that is older than what it has.
    let (force, other) = manor.beside().await;
    assert_eq!(other.begin_policy().await.unwrap().map(|error| error.to_string()), None);
    assert_eq!(force.number(), 3);
    force.number.store(9, Ordering::SeqCst);
    other.begin_policy().await.unwrap();
    assert_eq!(force.number(), 9, "an older version came into force");
}

#[tokio::test]
async fn a_folder_nobody_puts_a_name_to_is_unattributed_or_refused() {
    let strict = Manor::with(Wishes { policies: true, ..Wishes::default() }).await;
    std::fs::write(strict.policies().join("a.cedar"), "one").unwrap();
    std::fs::write(strict.policies().join(".a.cedar.swp"), "of an editor").unwrap();
    std::fs::write(strict.policies().join("README.md"), "no policy").unwrap();
    let refused = strict.estate.load_policy_folder().await;
    assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("signet policy reload")), "{refused:?}");
    assert_eq!(strict.force.number(), 0);
    assert!(matches!(strict.estate.load_policy_folder().await, Err(Error::Conflict(_))));
    assert_eq!(strict.force.checks.load(Ordering::SeqCst), 1, "the same policies are read once");
    let pia = strict.caller("pia").await;
    let taken = strict.estate.reload_policy(&pia).await.unwrap();
    assert_eq!((taken.author.as_deref(), &taken.files), (Some("local/pia"), &files("one")));
    assert_eq!(
        strict.estate.reload_policy(&pia).await.unwrap().number,
        1,
        "nothing changed, and there is another version"
    );
    assert_eq!(strict.estate.load_policy_folder().await.unwrap(), None);
    // What is handed in would be overruled by the folder.
    let refused = strict.estate.put_policy(&pia, files("two"), None).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");

    let loose = Manor::with(Wishes { policies: true, unattributed: true, ..Wishes::default() }).await;
    std::fs::write(loose.policies().join("a.cedar"), "one").unwrap();
    let taken = loose.estate.load_policy_folder().await.unwrap().unwrap();
    assert_eq!((taken.number, taken.author), (1, None));
    assert_eq!(loose.journal.count("policy.reload"), 1);
    // Somebody can put their name to it afterwards.
    let pia = loose.caller("pia").await;
    let named = loose.estate.reload_policy(&pia).await.unwrap();
    assert_eq!((named.number, named.author.as_deref()), (2, Some("local/pia")));
    std::fs::write(loose.policies().join("a.cedar"), "broken").unwrap();
    for _ in 0..3 {
        assert!(matches!(loose.estate.load_policy_folder().await, Err(Error::Invalid(_))));
    }
    assert_eq!(loose.force.number(), 2);
    assert_eq!(loose.force.checks.load(Ordering::SeqCst), 2);
    std::fs::write(loose.policies().join("a.cedar"), "one").unwrap();
    assert_eq!(loose.estate.load_policy_folder().await.unwrap(), None);
    assert_eq!(loose.force.checks.load(Ordering::SeqCst), 2, "what is in force is not read again");
}
