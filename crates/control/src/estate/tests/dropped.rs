//! Who was dropped from the configuration file leaves nothing to a namesake.

use super::*;

/// That gateway is started again, with or without somebody in its file.
async fn started(manor: &Manor, gateway: &str, without: &[&'static str]) -> Estate {
    let wishes = Wishes { without: without.to_vec(), ..Wishes::default() };
    let (.., estate) = opened(manor.folder.path(), &manor.journal, &manor.now, &manor.force, wishes).await;
    estate.forget_dropped(gateway).await.unwrap();
    estate
}

async fn has_role(estate: &Estate, by: &Caller, name: &str) -> bool {
    let person = estate.people(by).await.unwrap().into_iter().find(|person| person.id == id(name)).unwrap();
    person.roles.contains(&Role::Auditor)
}

#[tokio::test]
async fn a_namesake_of_somebody_who_was_dropped_has_nothing_of_theirs() {
    let manor = Manor::new().await;
    let ada = manor.caller("ada").await;
    for gateway in ["one", "two"] {
        started(&manor, gateway, &[]).await;
    }
    manor.estate.give_role(&ada, &id("uma"), Role::Auditor).await.unwrap();
    manor.estate.add_member(&ada, "dba", &id("uma")).await.unwrap();
    let token = manor.token("uma").await;
    // Another gateway still has them in its file.
    started(&manor, "one", &["uma"]).await;
    assert!(has_role(&started(&manor, "one", &[]).await, &ada, "uma").await);
    assert_eq!(manor.journal.count("people.remove"), 0);
    // No gateway has.
    started(&manor, "two", &["uma"]).await;
    started(&manor, "one", &["uma"]).await;
    assert_eq!(manor.journal.count("people.remove"), 1);
    let again = started(&manor, "one", &[]).await;
    assert!(!has_role(&again, &ada, "uma").await);
    assert!(!manor.store.memberships().await.unwrap().iter().any(|one| one.group == "dba"));
    let refused = again.caller(&token, IpAddr::V4(Ipv4Addr::LOCALHOST)).await;
    assert!(refused.is_err(), "{refused:?}");
}
