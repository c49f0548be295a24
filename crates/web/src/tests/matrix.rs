//! Who may call what: every endpoint by every role, held against the matrix of `control`.

use control::{MATRIX, Role};
use serde_json::{Value, json};

use super::house::House;
use crate::openapi::description;

/// A person of each role alone.
const BY_ROLE: [(Role, &str); 5] = [
    (Role::Administrator, "adam"),
    (Role::PolicyAuthor, "paul"),
    (Role::Approver, "grace"),
    (Role::Auditor, "olga"),
    (Role::User, "eve"),
];

/// Method, path as documented, path as called, body, and the rule of the matrix; `*` = each is told what is theirs to see,
/// and what they name does not exist.
fn table() -> Vec<(&'static str, &'static str, String, Value, &'static str)> {
    let nobody = uuid::Uuid::nil();
    let wish = json!({ "name": "x", "protocol": "postgres", "address": "h:1", "accounts": [{ "name": "app" }] });
    let person = json!({ "id": { "issuer": "local", "subject": "new" }, "name": "New", "kind": "human" });
    let request = |below: &str| format!("/v1/requests/{nobody}{below}");
    vec![
        ("get", "/v1/me", "/v1/me".into(), json!(null), "*"),
        ("get", "/v1/status", "/v1/status".into(), json!(null), "*"),
        ("get", "/v1/people", "/v1/people".into(), json!(null), "people.list"),
        ("post", "/v1/people", "/v1/people".into(), person, "people.add"),
        ("get", "/v1/people/{issuer}/{subject}", "/v1/people/local/ada".into(), json!(null), "people.list"),
        ("patch", "/v1/people/{issuer}/{subject}", "/v1/people/local/no".into(), json!({}), "people.change"),
        ("delete", "/v1/people/{issuer}/{subject}", "/v1/people/local/no".into(), json!(null), "people.remove"),
        ("get", "/v1/groups", "/v1/groups".into(), json!(null), "groups.list"),
        (
            "put",
            "/v1/groups/{group}/members/{issuer}/{subject}",
            "/v1/groups/g/members/local/no".into(),
            json!(null),
            "groups.add",
        ),
        (
            "delete",
            "/v1/groups/{group}/members/{issuer}/{subject}",
            "/v1/groups/g/members/local/no".into(),
            json!(null),
            "groups.remove",
        ),
        ("put", "/v1/roles/{role}/{issuer}/{subject}", "/v1/roles/auditor/local/no".into(), json!(null), "roles.give"),
        (
            "delete",
            "/v1/roles/{role}/{issuer}/{subject}",
            "/v1/roles/auditor/local/no".into(),
            json!(null),
            "roles.take",
        ),
        ("get", "/v1/tokens", "/v1/tokens?person=*".into(), json!(null), "token.list"),
        (
            "post",
            "/v1/tokens",
            "/v1/tokens".into(),
            json!({ "person": { "issuer": "local", "subject": "ada" }, "seconds": 60 }),
            "token.create",
        ),
        ("delete", "/v1/tokens/{id}", "/v1/tokens/none".into(), json!(null), "*"),
        ("get", "/v1/resources", "/v1/resources".into(), json!(null), "resources.names"),
        ("post", "/v1/resources", "/v1/resources".into(), wish.clone(), "resources.add"),
        ("get", "/v1/resources/{name}", "/v1/resources/none".into(), json!(null), "*"),
        (
            "put",
            "/v1/resources/{name}",
            "/v1/resources/prod".into(),
            json!({ "name": "prod", "protocol": "postgres", "address": "h:1", "accounts": [{ "name": "app" }] }),
            "resources.change",
        ),
        ("delete", "/v1/resources/{name}", "/v1/resources/prod".into(), json!(null), "resources.remove"),
        ("post", "/v1/resources/{name}/test", "/v1/resources/prod/test".into(), json!({}), "resources.test"),
        ("get", "/v1/resources/{name}/reach", "/v1/resources/prod/reach".into(), json!(null), "resources.reach"),
        (
            "post",
            "/v1/masks/explain",
            "/v1/masks/explain".into(),
            json!({ "person": { "issuer": "local", "subject": "ada" }, "resource": "prod", "text": "SELECT ssn" }),
            "masks.explain",
        ),
        ("post", "/v1/apply/plan", "/v1/apply/plan".into(), json!({ "document": "" }), "apply.plan"),
        ("post", "/v1/apply", "/v1/apply".into(), json!({ "document": "" }), "apply"),
        ("get", "/v1/policy", "/v1/policy".into(), json!(null), "policy.read"),
        ("put", "/v1/policy", "/v1/policy".into(), json!({ "files": {} }), "policy.put"),
        ("get", "/v1/policy/versions", "/v1/policy/versions".into(), json!(null), "policy.read"),
        ("get", "/v1/policy/versions/{number}", "/v1/policy/versions/9".into(), json!(null), "policy.read"),
        ("post", "/v1/secrets/rotate", "/v1/secrets/rotate".into(), json!({}), "secrets.rotate"),
        ("post", "/v1/policy/reload", "/v1/policy/reload".into(), json!({}), "policy.reload"),
        ("get", "/v1/sessions", "/v1/sessions".into(), json!(null), "*"),
        ("post", "/v1/sessions/{id}/kill", format!("/v1/sessions/{nobody}/kill"), json!({ "reason": "r" }), "*"),
        ("get", "/v1/requests", "/v1/requests".into(), json!(null), "*"),
        (
            "post",
            "/v1/requests",
            "/v1/requests".into(),
            json!({ "kind": "access", "resource": "prod", "seconds": 60, "reason": "r" }),
            "*",
        ),
        ("get", "/v1/requests/{id}", request(""), json!(null), "*"),
        ("post", "/v1/requests/{id}/approve", request("/approve"), json!({}), "*"),
        ("post", "/v1/requests/{id}/reject", request("/reject"), json!({ "reason": "r" }), "*"),
        ("post", "/v1/requests/{id}/withdraw", request("/withdraw"), json!({}), "*"),
        ("post", "/v1/requests/{id}/agree", request("/agree"), json!({}), "*"),
        ("post", "/v1/requests/{id}/review", request("/review"), json!({ "findings": "f" }), "*"),
        ("get", "/v1/grants", "/v1/grants".into(), json!(null), "*"),
        ("post", "/v1/grants/{id}/revoke", format!("/v1/grants/{nobody}/revoke"), json!({ "reason": "r" }), "*"),
        ("get", "/v1/reviews", "/v1/reviews".into(), json!(null), "*"),
    ]
}

/// Those that never end, and those that everybody may read.
const ELSEWHERE: [&str; 3] = ["/v1/requests/events", "/v1/sessions/events", "/v1/ca"];

#[test]
fn every_endpoint_is_in_the_table() {
    let description = serde_json::to_value(description()).unwrap();
    let table = table();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().filter(|_| !ELSEWHERE.contains(&path.as_str())) {
            assert!(
                table.iter().any(|row| row.0 == method && row.1 == path),
                "{method} {path} is not tried by each role"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_endpoint_by_every_role() {
    let house = House::new().await;
    for (method, _, path, body, rule) in table() {
        let rule = MATRIX.iter().find(|known| known.name == rule);
        for (role, person) in BY_ROLE {
            let ask = house.ask(&method.to_uppercase(), &path, person).header("if-match", "\"0\"");
            let ask = if body.is_null() { ask } else { ask.json(&body) };
            let answered = ask.send().await;
            let allowed = rule.is_none_or(|rule| rule.roles.contains(&role) || rule.roles.contains(&Role::User));
            let told = (answered.status, answered.body["type"].as_str().unwrap_or_default().to_owned());
            assert!(
                !(500..600).contains(&told.0) && told.0 != 401 && told.0 != 405,
                "{method} {path} by {person}: {told:?}"
            );
            assert_eq!(told.0 == 403, !allowed, "{method} {path} by {person}: {answered:?}");
            assert_ne!(answered.body["detail"], "there is nothing at this path", "{method} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_anything_without_a_live_token() {
    let house = House::new().await;
    let mut seen = Vec::new();
    let wrong = format!("Bearer {}x", house.tokens["adam"]);
    let basic = format!("Basic {}", house.tokens["adam"]);
    let mut tried = table();
    tried.truncate(4);
    let streams = ["/v1/requests/events", "/v1/sessions/events", "/v1/none"];
    tried.extend(streams.map(|path| ("get", path, path.to_owned(), json!(null), "*")));
    for (method, _, path, ..) in tried {
        for credential in [None, Some(wrong.as_str()), Some(basic.as_str())] {
            let ask = house.ask(&method.to_uppercase(), &path, "");
            let ask = if let Some(credential) = credential { ask.header("authorization", credential) } else { ask };
            let mut answered = ask.send().await;
            if answered.status == 429 {
                continue;
            }
            assert_eq!(answered.status, 401, "{method} {path}");
            assert_eq!(answered.headers["www-authenticate"], "Bearer realm=\"signet\"");
            answered.body.as_object_mut().unwrap().remove("instance");
            seen.push(answered.body);
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "what is answered tells nothing about why: {seen:?}");
}
