//! Resources: their secrets go in and never come out, and no change is lost.

use serde_json::{Value, json};

use super::house::House;

fn wish(address: &str) -> Value {
    let account = json!({ "name": "app", "user": "app_user", "secret": { "password": "hunter2" } });
    json!({ "name": "db", "protocol": "postgres", "address": address, "tls": "require", "accounts": [account] })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_goes_in_and_never_comes_out() {
    let house = House::new().await;
    let made = house.post("/v1/resources", "adam", wish("db:5432")).await;
    assert_eq!((made.status, &made.body["accounts"][0]["secret"]), (201, &json!("store")), "{made:?}");
    let mut all = format!("{made:?}");
    for (path, person) in [("/v1/resources/db", "adam"), ("/v1/resources", "olga"), ("/v1/resources/db", "eve")] {
        let seen = house.get(path, person).await;
        assert_eq!(seen.status, 200, "{seen:?}");
        all.push_str(&format!("{seen:?}"));
    }
    assert!(!all.contains("hunter2"));
    let outside = house.get("/v1/resources/db", "eve").await;
    assert_eq!((&outside.body["address"], &outside.body["accounts"][0]["user"]), (&Value::Null, &Value::Null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_change_is_lost() {
    let house = House::new().await;
    let made = house.post("/v1/resources", "adam", wish("db:5432")).await;
    let first = made.headers["etag"].clone();
    let put = |tag: Option<&str>, address: &str| {
        let ask = house.ask("PUT", "/v1/resources/db", "anna").json(&wish(address));
        if let Some(tag) = tag { ask.header("if-match", tag) } else { ask }.send()
    };
    assert_eq!(put(None, "db:1").await.status, 428);
    assert_eq!(put(Some("\"1\""), "db:1").await.status, 412);
    let changed = put(Some(&first), "db:5433").await;
    assert_eq!((changed.status, &changed.body["address"]), (200, &json!("db:5433")), "{changed:?}");
    assert_eq!(put(Some(&first), "db:5434").await.status, 412, "somebody else was faster");
    let gone =
        house.ask("DELETE", "/v1/resources/db", "adam").header("if-match", &changed.headers["etag"]).send().await;
    assert_eq!(gone.status, 200, "{gone:?}");
    assert_eq!(house.get("/v1/resources/db", "adam").await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policies_have_versions_and_authors() {
    let house = House::new().await;
    let files = |text: &str| json!({ "files": { "a.cedar": text } });
    let put =
        |tag: &str, body: Value| house.ask("PUT", "/v1/policy", "paul").json(&body).header("if-match", tag).send();
    let text = "@id(\"more\") permit (principal, action, resource);";
    let first = house.ask("PUT", "/v1/policy", "paul").json(&files(text)).send().await;
    assert_eq!((first.status, first.body["author"].as_str()), (200, Some("local/paul")), "{first:?}");
    let tag = first.headers["etag"].clone();
    let second = put(&tag, files(&format!("{text}\n"))).await;
    assert_eq!(second.status, 200, "{second:?}");
    assert_eq!(put(&tag, files(text)).await.status, 412);
    let typo = put(&second.headers["etag"], files("@aprove(\"x\") permit (principal, action, resource);")).await;
    assert_eq!(typo.status, 422, "{typo:?}");
    let history = house.get("/v1/policy/versions?limit=1", "olga").await;
    assert_eq!((&history.body["items"][0]["number"], &history.body["items"][0]["files"]), (&json!(2), &Value::Null));
    let next = history.body["next"].as_str().unwrap();
    let older = house.get(&format!("/v1/policy/versions?limit=1&cursor={next}"), "olga").await;
    assert_eq!(older.body["items"][0]["number"], 1, "{older:?}");
    assert_eq!(house.get("/v1/policy/versions/1", "olga").await.body["files"]["a.cedar"], text);
}
