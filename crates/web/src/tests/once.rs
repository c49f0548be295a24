//! A request with a key is done once.

use serde_json::{Value, json};

use super::asking::Answered;
use super::house::House;

async fn make(house: &House, person: &str, key: &str, reason: &str) -> Answered {
    let body = json!({ "kind": "access", "resource": "prod", "seconds": 60, "reason": reason });
    house.ask("POST", "/v1/requests", person).json(&body).header("idempotency-key", key).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_twice_is_done_once() {
    let house = House::new().await;
    let (first, second) = (make(&house, "ada", "k1", "r").await, make(&house, "ada", "k1", "r").await);
    assert_eq!((first.status, second.status), (201, 201), "{first:?} {second:?}");
    assert_eq!(first.body, second.body);
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(house.journal.count("request.create"), 1);
    let other = make(&house, "ada", "k1", "another reason").await;
    assert_eq!((other.status, other.body["type"].as_str()), (422, Some("urn:signet:problem:invalid")));
    let somebody = make(&house, "eve", "k1", "r").await;
    assert_eq!(somebody.status, 201, "a key is its caller's own: {somebody:?}");
    assert_ne!(somebody.body["id"], first.body["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_refused_can_be_tried_again() {
    let house = House::new().await;
    let wish = |resource: &str| json!({ "kind": "access", "resource": resource, "seconds": 60, "reason": "r" });
    let ask = |body: Value| house.ask("POST", "/v1/requests", "ada").json(&body).header("idempotency-key", "k").send();
    assert_eq!(ask(wish("none")).await.status / 100, 4);
    assert_eq!(ask(wish("prod")).await.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_once_it_is_done_once_too() {
    let house = House::new().await;
    let answers: Vec<_> = (0..20)
        .map(|_| {
            let body = json!({ "kind": "access", "resource": "prod", "seconds": 60, "reason": "r" });
            let ask = house.ask("POST", "/v1/requests", "ada").json(&body).header("idempotency-key", "k");
            tokio::spawn(ask.send())
        })
        .collect();
    for answer in answers {
        let answered = answer.await.unwrap();
        assert!([201, 409].contains(&answered.status), "{answered:?}");
    }
    assert_eq!(house.journal.count("request.create"), 1);
}
