//! G11, H3: the interface gives nothing to nobody, nor by odd paths, and takes nothing that it was not asked for.

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::direct;
use crate::harness::scene::{Scene, changes_need_a_lead, id, kept, ran};
use crate::harness::wire::{Wire, query};

fn scene() -> Option<Scene> {
    (!direct()).then(|| Scene::with(&changes_need_a_lead("15m")))
}

/// G11: without a live token there is nothing to see, not even what there is.
#[test]
fn g11_nothing_is_shown_without_a_token() {
    let Some(scene) = scene() else { return };
    let mut wire = Wire::sign_in(&scene.gateway.door());
    wire.send(&query("INSERT INTO kept VALUES ('private')"));
    let request = id(&scene.person("grace").next_request());
    let nobody = Api::with(&scene.gateway, "");
    let mut answers = Vec::new();
    for path in [
        format!("/v1/requests/{request}"),
        "/v1/requests/events".to_owned(),
        "/v1/sessions/events".to_owned(),
        "/v1/sessions".to_owned(),
        "/v1/resources/prod".to_owned(),
        "/v1/policy".to_owned(),
        "/v1/none".to_owned(),
    ] {
        let answer = nobody.get(&path);
        answer.problem(&[401]);
        let mut body = answer.json();
        body.as_object_mut().unwrap().remove("instance");
        answers.push(body);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "nobody learns which of them exist: {answers:?}");
    scene.gateway.assert_recorded("signin.refused", "https");
    drop(wire);
    scene.person("grace").wait_for_state(&request, "withdrawn");
    assert_eq!(ran(&scene.server, "private"), 0);
}

/// G11: paths that lead out, twice encoded, with NUL, with dots; whoever asks, nothing but a problem comes back.
#[test]
fn g11_no_path_leads_out() {
    let Some(scene) = scene() else { return };
    let root = Api::of(&scene.gateway, "root");
    for path in [
        "/../../../../etc/passwd",
        "/v1/../../etc/passwd",
        "/v1/requests/../../../etc/passwd",
        "/v1/requests/..%2f..%2f..%2fetc%2fpasswd",
        "/v1/requests/%252e%252e%252fetc%252fpasswd",
        "/v1/requests/%00",
        "/v1/requests/....//....//etc/passwd",
        "/v1/resources/..%2fsecrets",
        "/v1/policy/versions/..%2f1",
        "/v1/policy/versions/-1",
        "/v1/policy/versions/99999999999999999999",
        "/v1/sessions/..%2f..%2fstore.sqlite/kill",
        "/v1/tokens/%2e%2e",
        "//v1//people",
        "/v1/people/local%2froot/x",
        "/V1/PEOPLE",
        "/v1/people;x=1",
    ] {
        let answer = root.get(path);
        answer.problem(&[400, 404, 405, 422]);
        assert!(!answer.text.contains("root:x:") && !answer.text.contains("SQLite"), "{path}: {answer:?}");
    }
    // A path stands on record as it came, and only there.
    scene.gateway.assert_recorded("admin.act", "etc%2fpasswd");
    assert_eq!(scene.server.log().matches("connection received").count(), 1, "the target was asked");
}

/// G11: lists and streams show what each reader may see, also when somebody asks for more.
#[test]
fn g11_readers_see_their_own() {
    let Some(scene) = scene() else { return };
    let mut wire = Wire::sign_in(&scene.door_of("boss"));
    wire.send(&query("INSERT INTO kept VALUES ('of boss')"));
    let request = id(&scene.person("grace").next_request());
    let ada = Api::of(&scene.gateway, "ada");
    for path in [
        "/v1/requests?mine=false&to_decide=false&state=pending&limit=200",
        "/v1/requests?requester=local/boss",
        "/v1/sessions?person=boss",
        "/v1/grants?live=true",
    ] {
        let answer = ada.get(path);
        assert!(matches!(answer.status, 200 | 400 | 422), "{answer:?}");
        assert!(!answer.text.contains(&request) && !answer.text.contains("of boss"), "{path}: {answer:?}");
    }
    for path in ["/v1/people", "/v1/groups", "/v1/policy", "/v1/reviews"] {
        let answer = ada.get(path);
        assert!(!answer.text.contains("of boss"), "{path}: {answer:?}");
        if answer.status == 403 {
            scene.gateway.assert_recorded("admin.act", &format!("GET {path}"));
        }
    }
    ada.get(&format!("/v1/requests/{request}")).problem(&[404]);
    scene.gateway.assert_recorded("admin.act", &format!("GET /v1/requests/{request}"));
    // Who may look at everything leaves a record of what was looked at.
    assert_eq!(id(&Api::of(&scene.gateway, "watcher").get(&format!("/v1/requests/{request}")).ok()), request);
    scene.gateway.assert_recorded("evidence.read", &request);
    assert_eq!((kept(&scene.server).as_str(), ran(&scene.server, "of boss")), ("", 0));
}

/// H3: fields that nobody asked for, a page of another origin, a form, a body that explodes, and a look at other machines.
#[test]
fn h3_the_interface_takes_nothing_that_it_did_not_ask_for() {
    let Some(scene) = scene() else { return };
    let (root, ada) = (Api::of(&scene.gateway, "root"), Api::of(&scene.gateway, "ada"));
    // Mass assignment.
    let person = |more: Value| {
        let mut body = json!({ "id": { "issuer": "local", "subject": "eve" }, "name": "eve", "kind": "human" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for more in [json!({ "roles": ["administrator"] }), json!({ "groups": ["dba-leads"] }), json!({ "source": "file" })]
    {
        let answer = root.post("/v1/people", &person(more));
        if answer.status < 300 {
            let seen = root.get("/v1/people/local/eve");
            assert!(!seen.text.contains("administrator") && !seen.text.contains("dba-leads"), "{seen:?}");
            root.send("DELETE", "/v1/people/local/eve", "", None).ok();
        } else {
            answer.problem(&[422]);
        }
    }
    let wish = json!({ "kind": "access", "resource": "prod", "seconds": 3600, "reason": "x", "state": "approved",
                       "approvals": [{ "by": { "issuer": "local", "subject": "grace" } }] });
    assert!(ada.post("/v1/requests", &wish).status >= 400, "an approved request was handed in");
    // Another origin: nothing is allowed to it, and a form is no request.
    let foreign = "origin: https://evil.example\r\naccess-control-request-method: POST\r\n";
    let answer = root.send("OPTIONS", "/v1/people", foreign, None);
    assert!(!answer.head.to_ascii_lowercase().contains("access-control-allow"), "{answer:?}");
    // What an administrator alone may do, nobody else does: also looking at machines by testing a resource.
    let inward = json!({ "name": "inward", "protocol": "postgres", "address": "169.254.169.254:80", "tls": "disable",
                         "accounts": [{ "name": "app", "secret": "none" }] });
    ada.post("/v1/resources", &inward).problem(&[403]);
    ada.post("/v1/resources/prod/test", &json!({})).problem(&[403]);
    scene.gateway.assert_recorded("admin.act", "POST /v1/resources/prod/test");
    // Imports: no anchors, no includes, no paths; names that lead out are no names.
    for name in ["../outside", "a/b", "..", "", "\u{202e}x", "a\u{0}b"] {
        let mut outside = inward.clone();
        outside["name"] = json!(name);
        root.post("/v1/resources", &outside).problem(&[422]);
        let put = json!({ "files": { format!("{name}.cedar"): "@id(\"x\") permit (principal, action, resource);" } });
        let answer = root.send("PUT", "/v1/policy", "", Some(&put));
        assert!(answer.status >= 400, "{name:?}: {answer:?}");
    }
    let bomb = "a = [".to_owned() + &"[".repeat(100_000);
    root.post("/v1/apply", &json!({ "document": bomb })).problem(&[400, 422]);
    assert!(scene.gateway.health() == Some(200));
    assert_eq!(scene.server.log().matches("connection received").count(), 1, "the target was asked");
}
