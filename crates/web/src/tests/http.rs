//! What is wrong with a request is said in one form, without saying its content again; and nobody holds up others.

use std::net::TcpStream;

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use super::asking::Answered;
use super::house::House;

#[track_caller]
fn problem(answered: &Answered, status: u16, kind: &str) {
    assert_eq!(answered.status, status, "{answered:?}");
    assert_eq!(answered.headers["content-type"], "application/problem+json", "{answered:?}");
    assert_eq!(answered.body["type"], format!("urn:signet:problem:{kind}"), "{answered:?}");
    assert_eq!(answered.body["status"], status);
    for field in ["title", "detail", "remedy"] {
        assert!(answered.body[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {answered:?}");
    }
    assert_eq!(answered.body["instance"], format!("urn:uuid:{}", answered.headers["x-request-id"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn problems_have_one_form() {
    let house = House::new().await;
    problem(&house.get("/v1/none", "ada").await, 404, "not-found");
    problem(&house.get("/", "ada").await, 404, "not-found");
    problem(&house.ask("DELETE", "/v1/me", "ada").send().await, 405, "method");
    problem(&house.get("/v1/requests?limit=0", "ada").await, 422, "invalid");
    problem(&house.get("/v1/requests?limit=x", "ada").await, 422, "invalid");
    problem(&house.get("/v1/requests?cursor=x", "ada").await, 422, "invalid");
    problem(&house.get("/v1/requests?state=soon", "ada").await, 422, "invalid");
    problem(&house.get("/v1/people/%ff/x", "adam").await, 400, "malformed");
    problem(&house.get("/v1/people", "ada").await, 403, "not-allowed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_are_bounded_strict_and_never_said_again() {
    let house = House::new().await;
    let post = |text: &[u8], kind: &str| {
        let mut ask = house.ask("POST", "/v1/requests", "ada").header("content-type", kind);
        ask.body = Some(text.to_vec());
        ask.send()
    };
    let json = "application/json";
    problem(&post(b"{", json).await, 400, "malformed");
    problem(&post(b"\xff", json).await, 400, "malformed");
    problem(&post(b"{}", "text/plain").await, 415, "media-type");
    // Said before it is sent, so that the answer is heard.
    let mut big = house.ask("POST", "/v1/requests", "ada").header("expect", "100-continue");
    big.body = Some(vec![b' '; (1 << 20) + 1]);
    problem(&big.header("content-type", json).send().await, 413, "too-large");
    let deep = "[".repeat(100_000);
    problem(&post(deep.as_bytes(), json).await, 422, "invalid");
    let wish = json!({ "name": "x", "protocol": "postgres", "address": "h:1", "accounts": [], "pasword": "hunter2" });
    let answered = house.post("/v1/resources", "adam", wish).await;
    problem(&answered, 422, "invalid");
    assert!(answered.body["detail"].as_str().unwrap().contains("pasword"), "{answered:?}");
    let wish = json!({ "name": "x", "protocol": "postgres", "address": "h:1", "accounts": "hunter2" });
    let other = house.post("/v1/resources", "adam", wish).await;
    problem(&other, 422, "invalid");
    let accounts = json!([{ "name": "a", "secret": "hunter2`, expected x" }]);
    let wish = json!({ "name": "x", "protocol": "postgres", "address": "h:1", "accounts": accounts });
    let third = house.post("/v1/resources", "adam", wish).await;
    problem(&third, 422, "invalid");
    assert!(third.body["detail"].as_str().unwrap().contains("`password`"), "{third:?}");
    assert!(!format!("{answered:?}{other:?}{third:?}").contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_are_limited_and_never_delay_who_proves_who_they_are() {
    let house = House::new().await;
    let mut statuses = Vec::new();
    for _ in 0..40 {
        let ask = house.ask("GET", "/v1/me", "").header("authorization", "Bearer sgt_wrong");
        statuses.push(ask.send().await.status);
        assert_eq!(house.get("/v1/me", "ada").await.status, 200, "{statuses:?}");
    }
    assert_eq!(statuses[0], 401);
    assert!(statuses.contains(&429), "{statuses:?}");
    // Each that was looked into is on record, and no other.
    let looked_into = statuses.iter().filter(|status| **status == 401).count();
    assert_eq!(house.journal.refused(), looked_into);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_credentials_are_none() {
    let house = House::new().await;
    let eve = format!("Bearer {}", house.tokens["eve"]);
    let answered = house.ask("GET", "/v1/me", "adam").header("authorization", &eve).send().await;
    problem(&answered, 401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_dawdles_in_a_handshake_holds_up_nobody() {
    let house = House::new().await;
    let silent: Vec<_> = (0..50).map(|_| TcpStream::connect(house.address).unwrap()).collect();
    let me = house.get("/v1/me", "ada").await;
    assert_eq!((me.status, &me.body["id"]["subject"]), (200, &json!("ada")));
    assert_eq!(me.headers["cache-control"], "no-store");
    drop(silent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_source_does_not_take_all_places() {
    let house = House::new().await;
    let mut silent = Vec::new();
    for _ in 0..crate::serving::CONNECTIONS + 20 {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        silent.push(socket.connect(house.address).await.unwrap());
    }
    // Those beyond the part of one source are closed at once, and those within it go on.
    let end = silent.last_mut().unwrap().read(&mut [0]).await;
    assert_eq!(end.unwrap_or(0), 0);
    let first = silent.first().unwrap().try_read(&mut [0]);
    assert!(first.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "it has time for its handshake");
    assert_eq!(house.get("/v1/me", "ada").await.status, 200);
    drop(silent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_authority_and_the_description_are_for_everybody() {
    let house = House::new().await;
    let ca = house.get("/v1/ca", "").await;
    assert_eq!((ca.status, ca.body), (200, Value::from(house.ca.as_str())));
    assert_eq!(house.get("/v1/openapi.json", "").await.body["info"]["title"], "Signet");
}
