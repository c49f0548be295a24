//! Tests of what the binary adds: who may do what, and the certificate that it makes.

use std::path::Path;

use config::Config;
use model::{CredentialId, Kind, Principal, PrincipalId, Verdict};
use ports::{Decider, Resources, Who};

use crate::house::{LocalAccess, Targets};
use crate::{protocols, tls};

fn config(data_dir: &Path) -> Config {
    let names: Vec<_> = protocols::PROTOCOLS.iter().map(|protocol| protocol.manifest().name).collect();
    let text = config::EXAMPLE.replace("/var/lib/signet", &data_dir.display().to_string());
    let text = text.replace("tls_ca = \"/etc/signet/db-ca.crt\"\n", "");
    let (tls, rest) = (text.find("[tls]").unwrap(), text.find("[operations]").unwrap());
    let text = [&text[..tls], &text[rest..]].concat();
    config::parse(&text, Path::new("/etc/signet/signet.toml"), &names).unwrap()
}

#[test]
fn people_may_use_what_is_listed_for_them() {
    let config = config(Path::new("/nonexistent"));
    let access = LocalAccess::of(&config);
    let prod = Targets::of(&config).unwrap().named("prod").unwrap();
    let allowed = |issuer: &str, person: &str, account: &str| {
        let id = PrincipalId { issuer: issuer.into(), subject: person.into() };
        let principal = Principal { id, name: person.into(), kind: Kind::Human, groups: Vec::new() };
        let account = prod.account(Some(account)).unwrap();
        let who = Who { principal: &principal, credential: &CredentialId("t".into()), resource: &prod, account };
        match access.admit(who) {
            Verdict::Allow { policies, .. } => policies == ["local-access"],
            Verdict::Deny { .. } => false,
            Verdict::Hold { .. } => panic!("nothing is held here"),
        }
    };
    assert!(allowed("local", "ada", "admin"));
    assert!(allowed("local", "grace", "app"));
    assert!(!allowed("local", "grace", "admin"));
    assert!(!allowed("local", "nobody", "app"));
    assert!(!allowed("elsewhere", "ada", "app"), "a namesake of another issuer is somebody else");
}

#[test]
fn server_names_have_no_case() {
    let targets = Targets::of(&config(Path::new("/nonexistent"))).unwrap();
    assert_eq!(targets.by_server_name("PROD.signet.example.COM").unwrap().name.as_str(), "prod");
    assert!(targets.by_server_name("signet.example.com").is_none());
    assert!(targets.named("dev").is_none());
}

#[test]
fn the_gateway_makes_itself_a_certificate() {
    let data = std::env::temp_dir().join(format!("signet-binary-{}-tls", std::process::id()));
    let made = tls::client_tls(&config(&data), &identity::wall_clock());
    std::fs::remove_dir_all(&data).unwrap();
    made.unwrap();
}
