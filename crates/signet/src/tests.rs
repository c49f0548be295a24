//! Tests of what the binary adds: who may do what, the certificate that it makes, and what it never prints.

use std::path::Path;

use bytes::Bytes;
use config::Config;
use model::{Action, ActionText, Certainty, Credentials, Facts, Phase, Secret, TlsMode, Verb};

use crate::{panics, protocols, tls};

fn config(data_dir: &Path) -> Config {
    let names: Vec<_> = protocols::PROTOCOLS.iter().map(|protocol| protocol.manifest().name).collect();
    let text = config::EXAMPLE.replace("/var/lib/signet", &data_dir.display().to_string());
    let text = text.replace("tls_ca = \"/etc/signet/db-ca.crt\"\n", "");
    let (tls, rest) = (text.find("[tls]").unwrap(), text.find("[operations]").unwrap());
    let text = [&text[..tls], &text[rest..]].concat();
    config::parse(&text, Path::new("/etc/signet/signet.toml"), &names).unwrap()
}

#[test]
fn the_gateway_makes_itself_a_certificate() {
    let data = std::env::temp_dir().join(format!("signet-binary-{}-tls", std::process::id()));
    let made = tls::client_tls(&config(&data), &identity::wall_clock());
    std::fs::remove_dir_all(&data).unwrap();
    made.unwrap();
}

/// All types of all crates that hold a secret and can be printed. Those that cannot be need no test: this would not compile.
#[test]
fn no_type_prints_its_secret() {
    const SECRET: &str = "hunter2";
    let secret = || Secret::new(SECRET);
    let text = Bytes::from_static(SECRET.as_bytes());
    let (verb, certainty, phase) = (Verb::Grant, Certainty::Lexed, Phase::Run);
    let credentials = Credentials { text: std::iter::once(0..text.len()).collect(), ..Credentials::default() };
    let action = Action {
        verb,
        name: "x",
        certainty,
        phase,
        facts: Facts::default(),
        text: text.clone(),
        parameters: Vec::new(),
        credentials,
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    };
    let upstream = wire::Upstream { user: "u".into(), password: Some(secret()), tls: TlsMode::Disable, database: None };
    let token = store::Token {
        id: "t".into(),
        person: "ada".into(),
        stored_key: [0xaa; 32],
        server_key: [0xaa; 32],
        created_us: 1,
        expires_us: 2,
        revoked_us: None,
        digest: Some([0xaa; 32]),
        made_by: None,
    };
    let printed = [
        format!("{:?}", secret()),
        format!("{:?}", wire::Kdf { password: secret(), salt: Bytes::new(), iterations: 1 }),
        format!("{upstream:?}"),
        format!("{:?}", wire::TlsFacts { password: Some(secret()), ..wire::TlsFacts::default() }),
        format!("{:?}", wire::InterruptKey(text)),
        format!("{:?}", identity::NewToken { id: "t".into(), token: secret(), expires_us: 1 }),
        format!("{token:?}"),
        format!("{:?}", ActionText::from(&action)),
    ];
    for printed in printed {
        let bytes = format!("{:?}", SECRET.as_bytes());
        let bytes = bytes.trim_matches(['[', ']']);
        assert!(!printed.contains(SECRET) && !printed.contains(bytes) && !printed.contains("170"), "{printed}");
    }
}

#[test]
fn a_panic_tells_nothing_that_was_put_together() {
    let fixed = std::panic::catch_unwind(|| panic!("a queue is empty")).unwrap_err();
    assert_eq!(panics::said(fixed.as_ref()), "a queue is empty");
    let typed = String::from("hunter2");
    let together = std::panic::catch_unwind(|| panic!("{typed}")).unwrap_err();
    assert!(!panics::said(together.as_ref()).contains("hunter2"));
}
