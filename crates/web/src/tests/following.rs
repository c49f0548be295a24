//! Event streams: what they tell, and when they end.

use std::io::{BufRead, BufReader};

use serde_json::{Value, json};

use super::house::House;

/// Signs of life that are passed over while an event is waited for: one comes every five seconds.
const PATIENCE: usize = 6;

/// The next event of a stream: its name and what it says. Nothing at the end.
fn next(lines: &mut impl BufRead) -> Option<(String, Value)> {
    let (mut name, mut alive) = (String::new(), 0);
    loop {
        assert!(alive <= PATIENCE, "nothing comes");
        let mut line = String::new();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        alive += usize::from(line.starts_with(':'));
        if let Some(event) = line.strip_prefix("event: ") {
            name = event.trim().to_owned();
        } else if let Some(data) = line.strip_prefix("data: ") {
            return Some((name, serde_json::from_str(data).unwrap()));
        }
    }
}

async fn follow(house: &House, path: &str, person: &str) -> BufReader<impl std::io::Read + use<>> {
    let ask = house.ask("GET", path, person);
    let response = tokio::task::spawn_blocking(move || ask.response()).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    BufReader::new(response.into_body().into_reader())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_told_as_they_come_to_those_whom_they_concern() {
    let house = House::new().await;
    let mut stream = follow(&house, "/v1/requests/events", "grace").await;
    let (id, held) = house.hold("ada", "UPDATE t SET x = 1");
    let told = tokio::task::spawn_blocking(move || (next(&mut stream), stream)).await.unwrap();
    let ((name, request), mut stream) = (told.0.unwrap(), told.1);
    assert_eq!((name.as_str(), request["id"].as_str().unwrap()), ("request", id.to_string().as_str()));
    assert_eq!(request["command"]["text"]["text"], "UPDATE t SET x = 1");
    drop(held);
    let (_, request) = tokio::task::spawn_blocking(move || next(&mut stream)).await.unwrap().unwrap();
    assert_eq!(request["state"], "withdrawn");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_when_its_token_is_revoked() {
    for path in ["/v1/requests/events", "/v1/sessions/events"] {
        let house = House::new().await;
        let mut stream = follow(&house, path, "grace").await;
        let tokens = house.get("/v1/tokens", "grace").await;
        let token = tokens.body["items"][0]["id"].as_str().unwrap().to_owned();
        let revoked = house.ask("DELETE", &format!("/v1/tokens/{token}"), "adam").send().await;
        assert_eq!(revoked.status, 200, "{revoked:?}");
        let end = tokio::task::spawn_blocking(move || (next(&mut stream), next(&mut stream))).await.unwrap();
        let (Some((name, problem)), None) = end else { panic!("{path}: {end:?}") };
        assert_eq!((name.as_str(), &problem["status"]), ("end", &json!(401)), "{path}");
        assert_eq!(house.get("/v1/me", "grace").await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_when_the_gateway_stops() {
    let mut house = House::new().await;
    let mut stream = follow(&house, "/v1/requests/events", "ada").await;
    let serving = house.serving.take().unwrap();
    let stopped = tokio::spawn(serving.stop());
    let end = tokio::task::spawn_blocking(move || (next(&mut stream), next(&mut stream))).await.unwrap();
    let (Some((name, problem)), None) = end else { panic!("{end:?}") };
    assert_eq!((name.as_str(), &problem["status"]), ("end", &json!(503)));
    stopped.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_follows_without_bound() {
    let house = House::new().await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(follow(&house, "/v1/requests/events", "eve").await);
    }
    let answered = house.get("/v1/requests/events", "eve").await;
    assert_eq!(answered.status, 429, "{answered:?}");
    drop(follow(&house, "/v1/requests/events", "ada").await);
}
