//! What a decision costs, in nanoseconds: with 5 and 100 policies, made anew and remembered. `make bench` runs it;
//! `SIGNET_BENCH_SECONDS` is the time of each part (5).

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it prints what it measured, and fails aloud")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use model::{
    Account, Action, Address, Certainty, CredentialId, Credentials, Facts, Kind, Phase, Principal, PrincipalId,
    Resource, SessionId, TlsMode, Verb,
};
use ports::{Decider, Who};
use signet_policy::{Engine, File, Fixed, compile};

/// Accounts that are asked for in turn, so many that none is remembered when its turn comes again.
const COLD: usize = 5000;

fn main() {
    let seconds = std::env::var("SIGNET_BENCH_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(5);
    let time = Duration::from_secs(seconds);
    println!("{:<30} {:>14} {:>14}", "", "cold ns", "cached ns");
    for policies in [5, 100] {
        let text = text(policies);
        let (cold, cached) = (measure(&text, COLD, time), measure(&text, 1, time));
        println!("{:<30} {cold:>14} {cached:>14}", format!("a decision, {policies} policies"));
    }
}

/// A pair of policies for each of so many teams, of which one is that of the question; the account is looked at.
fn text(policies: usize) -> String {
    let pair = |at: usize| {
        let rest = if at.is_multiple_of(2) {
            "when { context.account like \"account-*\" }"
        } else {
            "when { context.statement.unbounded_write }"
        };
        let effect = if at.is_multiple_of(2) { "permit" } else { "@message(\"no\") forbid" };
        let scope = "action in [Action::\"read\", Action::\"write\"], resource in Env::\"production\"";
        format!("@id(\"policy-{at}\") {effect} (principal in Group::\"team-{}\", {scope}) {rest};\n", at / 2)
    };
    (0..policies).map(pair).collect()
}

/// Nanoseconds a decision, over questions that differ in so many accounts.
fn measure(text: &str, accounts: usize, time: Duration) -> u128 {
    let policies = compile(1, &[File { name: "bench.cedar".to_owned(), text: text.to_owned() }]).unwrap();
    let id = PrincipalId { issuer: "local".to_owned(), subject: "ada".to_owned() };
    let groups = BTreeMap::from([(id.clone(), vec!["team-0".to_owned(), "everyone".to_owned()])]);
    let engine = Engine::new(policies, Arc::new(Fixed { groups, ..Fixed::default() }));
    let principal = Principal { id, name: "ada".to_owned(), kind: Kind::Human, groups: Vec::new() };
    let (resource, credential, action) = (resource(), CredentialId("bench".to_owned()), action());
    let account = |at| Account { name: format!("account-{at}"), user: "app".to_owned() };
    let accounts: Vec<Account> = (0..accounts).map(account).collect();
    let (begun, mut decisions) = (Instant::now(), 0);
    while begun.elapsed() < time {
        for account in &accounts {
            let who = Who {
                session: SessionId(uuid::Uuid::nil()),
                principal: &principal,
                credential: &credential,
                resource: &resource,
                account,
                database: Some("shop"),
                client: IpAddr::V4(Ipv4Addr::LOCALHOST),
                program: Some("psql"),
            };
            for _ in 0..(100 / accounts.len()).max(1) {
                black_box(engine.decide(who, &action, &[]));
                decisions += 1;
            }
        }
    }
    begun.elapsed().as_nanos() / decisions
}

fn resource() -> Resource {
    Resource {
        name: "prod".parse().unwrap(),
        protocol: "postgres".to_owned(),
        address: Address { host: "localhost".to_owned(), port: 1 },
        tls: TlsMode::Disable,
        tls_name: None,
        tls_ca: None,
        server_names: Vec::new(),
        default_database: None,
        accounts: Vec::new(),
        labels: [("env".to_owned(), "production".to_owned())].into(),
    }
}

fn action() -> Action {
    Action {
        verb: Verb::Read,
        name: "SELECT",
        certainty: Certainty::Lexed,
        phase: Phase::Run,
        facts: Facts::default(),
        text: Bytes::from_static(b"SELECT abalance FROM pgbench_accounts WHERE aid = 1"),
        parameters: Vec::new(),
        credentials: Credentials::default(),
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    }
}
