//! What would be masked, and why.

use model::Event;
use serde_json::json;

use super::house::House;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_masked_is_explained_and_that_it_was_asked_is_on_record() {
    let house = House::new().await;
    let question = json!({
        "person": { "issuer": "local", "subject": "ada" }, "resource": "prod", "text": "SELECT id, number FROM cards",
    });
    let answered = house.ask("POST", "/v1/masks/explain", "olga").json(&question).send().await;
    assert_eq!(answered.status, 200, "{answered:?}");
    let command = &answered.body["commands"][0];
    assert_eq!(command["text"], "SELECT id, number FROM cards");
    assert_eq!((command["held"].as_bool(), command["denied"].is_null()), (Some(false), true));
    let [id, number] = command["masked"]["columns"].as_array().unwrap().as_slice() else { panic!("{command:#}") };
    assert_eq!(*id, json!({ "shown": "all", "reasons": [] }));
    assert_eq!(number["shown"], "masked");
    let reason = &number["reasons"][0];
    assert_eq!((reason["policy"].as_str(), reason["operator"].as_str()), (Some("mask-cards"), Some("keep_last(4)")));
    assert!(reason["way"][0]["column"].as_str().unwrap().ends_with("cards.number"), "{reason}");
    let records = house.journal.records.lock().unwrap();
    assert!(records.iter().any(|record| {
        matches!(&record.event, Event::Read { what, details, .. }
            if what == "masks.explain" && details["person"] == "local/ada" && details["resource"] == "prod")
    }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_or_what_is_not_there_cannot_be_explained() {
    let house = House::new().await;
    for (person, resource, more, status) in [
        ("nobody", "prod", json!({}), 404),
        ("ada", "none", json!({}), 404),
        ("ada", "prod", json!({ "account": "none" }), 404),
        ("ada", "prod", json!({ "text": "x".repeat(70_000) }), 422),
        ("ada", "prod", json!({ "run": true }), 422),
    ] {
        let mut question = json!({
            "person": { "issuer": "local", "subject": person }, "resource": resource, "text": "SELECT 1",
        });
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answered = house.ask("POST", "/v1/masks/explain", "olga").json(&question).send().await;
        assert_eq!(answered.status, status, "{question}: {answered:?}");
    }
}
