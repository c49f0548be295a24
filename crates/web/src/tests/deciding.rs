//! Requests: asked for, read, decided, and hidden from those whom they do not concern.

use ports::HoldEnd;
use serde_json::{Value, json};

use super::asking::Answered;
use super::house::House;

fn access() -> Value {
    json!({ "kind": "access", "resource": "prod", "seconds": 3600, "reason": "the invoice job hangs" })
}

/// The body without what differs from answer to answer.
fn told(mut answered: Answered) -> (u16, Value) {
    answered.body.as_object_mut().map(|body| body.remove("instance"));
    (answered.status, answered.body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn access_is_asked_for_approved_and_revoked() {
    let house = House::new().await;
    let made = house.post("/v1/requests", "ada", access()).await;
    assert_eq!((made.status, made.body["state"].as_str()), (201, Some("pending")), "{made:?}");
    let id = made.body["id"].as_str().unwrap().to_owned();
    assert_eq!(made.body["requirements"], json!(["group:leads"]));
    let own = house.post(&format!("/v1/requests/{id}/approve"), "ada", json!({})).await;
    assert_eq!(own.status, 403, "{own:?}");
    let approved = house.post(&format!("/v1/requests/{id}/approve"), "grace", json!({ "note": "once" })).await;
    assert_eq!((approved.status, approved.body["state"].as_str()), (200, Some("approved")), "{approved:?}");
    assert_eq!(approved.body["approvals"][0]["by"]["subject"], "grace");
    let grants = house.get("/v1/grants?live=true", "ada").await;
    assert_eq!(grants.body["items"][0]["id"].as_str(), Some(id.as_str()), "{grants:?}");
    assert_eq!(house.get("/v1/grants", "eve").await.body["items"], json!([]));
    let revoked = house.post(&format!("/v1/grants/{id}/revoke"), "adam", json!({ "reason": "done" })).await;
    assert_eq!(revoked.status, 200, "{revoked:?}");
    assert_eq!(revoked.body["revoked_by"]["subject"], "adam");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_masked_is_shown_from_the_approval_to_the_revocation() {
    let house = House::new().await;
    assert_eq!(house.masking("ada"), ["mask-cards"]);
    let wish = |policy: &str| json!({ "kind": "reveal", "resource": "prod", "policy": policy, "seconds": 1800, "reason": "a dispute" });
    let made = house.post("/v1/requests", "ada", wish("mask-cards")).await;
    assert_eq!((made.status, &made.body["masks"]), (201, &json!(["cards.number keep_last(4)"])), "{made:?}");
    let id = made.body["id"].as_str().unwrap().to_owned();
    assert_eq!(house.post(&format!("/v1/requests/{id}/approve"), "ada", json!({})).await.status, 403);
    assert_eq!(house.masking("ada"), ["mask-cards"]);
    assert_eq!(house.post(&format!("/v1/requests/{id}/approve"), "grace", json!({})).await.status, 200);
    assert!(house.masking("ada").is_empty());
    let listed = async || house.get("/v1/grants?live=true", "ada").await.body["items"][0].clone();
    house.mask(7, "cards.number keep_last(4), people.ssn");
    assert_eq!(house.masking("ada"), ["mask-cards", "mask-cards"], "what the policy masks now was not agreed to");
    let grant = listed().await;
    assert_eq!(grant["unlifted"], "the policy masks something else now");
    assert_eq!(grant["masks"], json!(["cards.number keep_last(4)"]));
    let shown = house.get(&format!("/v1/requests/{id}"), "grace").await;
    assert_eq!(shown.body["masks"], json!(["cards.number keep_last(4)"]), "what was agreed to: {shown:?}");
    house.mask(8, "cards.number keep_last(4)");
    assert!(house.masking("ada").is_empty() && listed().await["unlifted"].is_null());
    let grants = house.get("/v1/grants?live=true", "ada").await;
    let grant = &grants.body["items"][0];
    assert_eq!((&grant["kind"], &grant["policies"]), (&json!("reveal"), &json!(["mask-cards"])), "{grants:?}");
    assert_eq!(house.post(&format!("/v1/grants/{id}/revoke"), "grace", json!({ "reason": "done" })).await.status, 200);
    assert_eq!(house.masking("ada"), ["mask-cards"]);
    for policy in ["prod-needs-a-lead", "all", "none"] {
        assert_eq!(house.post("/v1/requests", "ada", wish(policy)).await.status, 403, "{policy}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_status_counts_what_waits_and_leaves_no_record() {
    let house = House::new().await;
    house.post("/v1/requests", "ada", access()).await;
    let before = house.journal.records.lock().unwrap().len();
    for (person, waiting, to_decide) in [("olga", 1, 0), ("grace", 1, 1), ("eve", 0, 0)] {
        let status = house.get("/v1/status", person).await;
        let counts = (&status.body["waiting"], &status.body["to_decide"]);
        assert_eq!(counts, (&json!(waiting), &json!(to_decide)), "{person}: {status:?}");
    }
    assert_eq!(house.journal.records.lock().unwrap().len(), before);
    assert_eq!(house.get("/v1/requests", "olga").await.status, 200);
    assert_eq!(house.journal.count("request.read"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_ones_own_looks_like_nothing() {
    let house = House::new().await;
    let made = house.post("/v1/requests", "ada", access()).await;
    let id = made.body["id"].as_str().unwrap().to_owned();
    let none = uuid::Uuid::now_v7();
    let mut seen = Vec::new();
    for name in [id.as_str(), &none.to_string(), "no-uuid", "..%2f..%2fpeople"] {
        seen.push(told(house.get(&format!("/v1/requests/{name}"), "eve").await));
        seen.push(told(house.post(&format!("/v1/requests/{name}/withdraw"), "eve", json!({})).await));
        seen.push(told(house.post(&format!("/v1/grants/{name}/revoke"), "eve", json!({ "reason": "r" })).await));
    }
    assert_eq!(seen[0].0, 404);
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!(house.get("/v1/requests", "eve").await.body["items"], json!([]));
    assert_eq!(house.get(&format!("/v1/requests/{id}"), "ada").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_approved_is_what_was_read() {
    let house = House::new().await;
    let (id, held) = house.hold("ada", "UPDATE accounts SET balance = 0\n-- \u{202e}harmless");
    let path = format!("/v1/requests/{id}");
    let mut shown = house.get(&path, "grace").await;
    while shown.status == 404 {
        shown = house.get(&path, "grace").await;
    }
    let command = &shown.body["command"];
    assert_eq!(command["text"]["text"], "UPDATE accounts SET balance = 0\n-- \u{202e}harmless");
    assert_eq!(command["parameters"], json!([{ "base64": "Yf8=" }, null]));
    assert_eq!(command["in_transaction"], true);
    assert_eq!((&shown.body["resource"], &shown.body["database"]), (&json!("prod"), &json!("shop")));
    let listed = house.get("/v1/requests?state=pending&to_decide=true", "grace").await;
    assert_eq!(listed.body["items"][0]["command"]["text"], Value::Null, "lists have no texts");
    let other = house.post(&format!("{path}/approve"), "grace", json!({ "digest": "00" })).await;
    assert_eq!(other.status, 409, "{other:?}");
    assert_eq!(house.get(&path, "grace").await.body["approvals"], json!([]));
    let digest = command["digest"].clone();
    let approved = house.post(&format!("{path}/approve"), "grace", json!({ "digest": digest })).await;
    assert_eq!(approved.status, 200, "{approved:?}");
    let end = held.end.await;
    assert!(matches!(&end, HoldEnd::Approved { by, .. } if by.len() == 1), "{end:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_approvals_at_once_count_once() {
    let house = House::new().await;
    let (id, held) = house.hold("ada", "UPDATE t SET x = 1");
    let path = format!("/v1/requests/{id}");
    while house.get(&path, "grace").await.status == 404 {}
    let approve = || house.ask("POST", &format!("{path}/approve"), "grace").json(&json!({})).send();
    let answers: Vec<_> = (0..100).map(|_| tokio::spawn(approve())).collect();
    let mut statuses = Vec::new();
    for answer in answers {
        statuses.push(answer.await.unwrap().status);
    }
    assert!(statuses.contains(&200), "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 409, 429].contains(status)), "{statuses:?}");
    assert!(matches!(held.end.await, HoldEnd::Approved { .. }));
    let seen = house.get(&path, "grace").await;
    assert_eq!(seen.body["approvals"].as_array().unwrap().len(), 1, "{seen:?}");
    assert_eq!(house.journal.count("request.approve"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_changes_while_the_journal_is_down() {
    let house = House::new().await;
    house.journal.fail();
    let made = house.post("/v1/requests", "ada", access()).await;
    assert_eq!((made.status, made.body["type"].as_str()), (503, Some("urn:signet:problem:journal")), "{made:?}");
    let status = house.get("/v1/status", "ada").await;
    assert_eq!((status.status, &status.body["journal"]), (200, &json!(false)), "{status:?}");
}
