//! Who can reach a target now.

use super::*;

#[tokio::test]
async fn all_who_can_reach_a_target_are_told_and_the_question_is_on_record() {
    let manor = Manor::new().await;
    let ada = manor.caller("ada").await;
    for name in ["dora", "dan"] {
        manor.add(name, Kind::Human).await;
        manor.estate.add_member(&ada, "dba", &id(name)).await.unwrap();
    }
    let disabled = PersonChange { disabled: Some(true), ..PersonChange::default() };
    manor.change(&ada, "dan", disabled).await.unwrap();
    let auditor = manor.caller("aud").await;
    let found = manor.estate.reach(&auditor, &"filed".parse().unwrap()).await.unwrap();
    let told: Vec<_> = found.iter().map(|one| (one.who.subject.as_str(), one.account.as_str(), one.now)).collect();
    assert_eq!(told, [("dora", "app", true)], "who is disabled cannot, and who is not in the group may not");
    assert!(manor.journal.text().contains("resources.reach"), "{}", manor.journal.text());
    let none = manor.estate.reach(&auditor, &"none".parse().unwrap()).await;
    assert!(matches!(none, Err(Error::NotFound)), "{none:?}");
}
