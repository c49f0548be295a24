//! Trying real PostgreSQL servers, started as the black-box tests of the gateway start theirs.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code through and through; the harness is shared with another test binary"
)]

#[path = "../../../signet/tests/blackbox/harness/certificates.rs"]
mod certificates;
#[expect(dead_code, reason = "shared with the black-box tests, which use more of it")]
#[path = "../../../signet/tests/blackbox/harness/door.rs"]
mod door;
#[expect(dead_code, reason = "shared with the black-box tests, which use more of it")]
#[path = "../../../signet/tests/blackbox/harness/place.rs"]
mod place;
#[expect(dead_code, reason = "shared with the black-box tests, which use more of it")]
#[path = "../../../signet/tests/blackbox/harness/postgres.rs"]
mod postgres;

mod code;
mod holds;
mod ledger;
mod users;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use control::{Prober, Step, Trial};
use model::{Account, Resource, Secret, TlsMode};

use postgres::{Options, PASSWORD, Postgres};

fn resource(server: &Postgres, tls: TlsMode) -> Resource {
    Resource {
        name: "prod".parse().unwrap(),
        protocol: "postgres".into(),
        address: format!("localhost:{}", server.port).parse().unwrap(),
        tls,
        tls_name: None,
        tls_ca: server.certificate.as_ref().map(|made| fs::read(&made.authority).unwrap()),
        server_names: Vec::new(),
        default_database: None,
        accounts: Vec::new(),
        labels: BTreeMap::new(),
    }
}

async fn tried(resource: Resource, user: &str, password: &str) -> Vec<Step> {
    let account = Account { name: user.into(), user: user.into() };
    let secret = Some(Secret::new(password));
    let trial = Trial { resource: Arc::new(resource), account, secret, inspection: user == "app_user" };
    let steps = signet_inspect::Postgres.probe(trial).await;
    let shown = format!("{steps:?}");
    assert!(!shown.contains(password), "a step holds the password: {shown}");
    steps
}

/// The names of the steps; a `!` marks one that is not as it should be.
fn names(steps: &[Step]) -> Vec<String> {
    steps.iter().map(|step| format!("{}{}", step.step, if step.ok { "" } else { "!" })).collect()
}

fn detail<'a>(steps: &'a [Step], name: &str) -> &'a str {
    &steps.iter().find(|step| step.step == name).unwrap_or_else(|| panic!("{name} is not in {steps:?}")).detail
}

#[tokio::test]
async fn a_good_account_passes_every_step_and_a_superuser_does_not() {
    let server = Postgres::start();
    let steps = tried(resource(&server, TlsMode::Disable), "app_user", PASSWORD).await;
    assert_eq!(names(&steps), ["name", "reach", "tls", "sign-in", "version", "role", "catalogue"]);
    assert!(detail(&steps, "version").starts_with("PostgreSQL 15"), "{steps:?}");
    let steps = tried(resource(&server, TlsMode::Disable), "postgres", PASSWORD).await;
    assert_eq!(names(&steps), ["name", "reach", "tls", "sign-in", "version", "role!"]);
    assert!(detail(&steps, "role").contains("superuser, may create roles"), "{steps:?}");
    assert!(steps.iter().all(|step| step.ok == step.remedy.is_none()), "{steps:?}");
}

#[tokio::test]
async fn what_is_wrong_is_named_with_a_remedy() {
    let server = Postgres::start();
    let plain = || resource(&server, TlsMode::Disable);
    let steps = tried(plain(), "app_user", "not-the-password").await;
    assert_eq!(names(&steps), ["name", "reach", "tls", "sign-in!"]);
    assert_eq!(steps[3].remedy.as_deref(), Some("Hand in the password of the account again."));
    let steps = tried(Resource { default_database: Some("none".into()), ..plain() }, "app_user", PASSWORD).await;
    assert!(detail(&steps, "sign-in").contains("does not exist"), "{steps:?}");
    let steps = tried(resource(&server, TlsMode::Require), "app_user", PASSWORD).await;
    assert_eq!(names(&steps), ["name", "reach", "tls!"]);
    assert_eq!(detail(&steps, "tls"), "the server does not offer TLS");
    let nobody = Resource { address: format!("127.0.0.1:{}", place::free_port()).parse().unwrap(), ..plain() };
    assert_eq!(names(&tried(nobody, "app_user", PASSWORD).await), ["name", "reach!"]);
    for no_target in ["169.254.169.254:80", "nowhere.invalid:5432"] {
        let away = Resource { address: no_target.parse().unwrap(), ..plain() };
        assert_eq!(names(&tried(away, "app_user", PASSWORD).await), ["name!"], "{no_target}");
    }
}

#[tokio::test]
async fn membership_of_strong_roles_is_found_also_by_way_of_others() {
    let server = Postgres::start();
    let mut config = tokio_postgres::Config::new();
    config.user("postgres").password(PASSWORD).dbname("postgres");
    let socket = tokio::net::TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    let (client, connection) = config.connect_raw(socket, tokio_postgres::NoTls).await.unwrap();
    let asked = client.batch_execute(
        "CREATE ROLE runs; GRANT pg_execute_server_program TO runs; GRANT runs TO app_user; ALTER ROLE app_user BYPASSRLS",
    );
    tokio::select! {
        asked = asked => asked.unwrap(),
        ended = connection => panic!("{ended:?}"),
    }
    let steps = tried(resource(&server, TlsMode::Disable), "app_user", PASSWORD).await;
    let found = detail(&steps, "role");
    assert!(found.ends_with("too strong: bypasses row security, member of pg_execute_server_program"), "{found}");
}

#[tokio::test]
async fn tls_is_held_to_what_is_configured() {
    let server = Postgres::with(Options { tls: true, ..Options::default() });
    for mode in [TlsMode::Require, TlsMode::VerifyCa, TlsMode::VerifyFull] {
        let steps = tried(resource(&server, mode), "app_user", PASSWORD).await;
        assert!(steps.iter().all(|step| step.ok), "{mode:?}: {steps:?}");
    }
    let wrong = |tls| Resource { tls_name: Some("other.example.com".into()), ..resource(&server, tls) };
    assert_eq!(names(&tried(wrong(TlsMode::VerifyFull), "app_user", PASSWORD).await), ["name", "reach", "tls!"]);
    assert!(tried(wrong(TlsMode::VerifyCa), "app_user", PASSWORD).await.iter().all(|step| step.ok));
    let system = Resource { tls_ca: None, ..resource(&server, TlsMode::VerifyFull) };
    assert_eq!(names(&tried(system, "app_user", PASSWORD).await), ["name", "reach", "tls!"]);
}

#[tokio::test]
async fn a_server_that_asks_in_a_weak_way_is_not_told_the_password() {
    let server = Postgres::with(Options { auth: "password", ..Options::default() });
    let steps = tried(resource(&server, TlsMode::Disable), "app_user", PASSWORD).await;
    assert_eq!(names(&steps), ["name", "reach", "tls", "sign-in!"]);
    assert!(detail(&steps, "sign-in").contains("in clear, without TLS"), "{steps:?}");
}
