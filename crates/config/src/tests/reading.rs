//! What a good file becomes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use model::{ResourceName, TlsMode};

use super::{LEAST, config, good};
use crate::{ConfigError, EXAMPLE, Role, SecretSource, Unattributed};

fn prod() -> ResourceName {
    "prod".parse().unwrap()
}

#[test]
fn defaults_are_the_safe_ones() {
    let config = good(LEAST);
    let target = config.target("prod").unwrap();
    assert_eq!(target.resource.tls, TlsMode::VerifyFull);
    assert!(!config.listeners[0].plaintext_allowed);
    assert_eq!(target.secrets["app"], SecretSource::None);
    assert_eq!(target.resource.accounts[0].user, "app");
    assert_eq!(config.operations.to_string(), "127.0.0.1:9187");
    assert_eq!(config.limits.idle_timeout.duration(), Some(Duration::from_secs(28_800)));
    assert_eq!(config.limits.wire(), model::Limits::default());
}

#[test]
fn paths_start_at_the_folder_of_the_file() {
    let text = format!("{LEAST}\n[tls]\ncertificate = \"c.crt\"\nkey = \"/k.key\"\n");
    let config = good(&text);
    assert_eq!(config.data_dir, Path::new("/etc/signet/data"));
    let tls = config.tls.as_ref().unwrap();
    assert_eq!((tls.certificate.as_path(), tls.key.as_path()), (Path::new("/etc/signet/c.crt"), Path::new("/k.key")));
    assert_eq!(config.client_ca(), None);
    assert_eq!(good(LEAST).client_ca(), Some(PathBuf::from("/etc/signet/data/tls/ca.crt")));
}

#[test]
fn the_default_account_comes_first() {
    let text = LEAST.replace("[[person]]", "[[resource.account]]\nname = \"dba\"\ndefault = true\n[[person]]");
    let config = good(&text);
    assert_eq!(config.target("prod").unwrap().resource.account(None).unwrap().name, "dba");
}

#[test]
fn access_is_settled() {
    let with = |access: &str| {
        let text = LEAST.replace("[[person]]", "[[resource.account]]\nname = \"dba\"\n[[person]]");
        good(&text.replace(r#"{ resource = "prod" }"#, access)).people["ada"].clone()
    };
    let can = |access: &str| ["app", "dba"].map(|account| with(access).may_use(&prod(), account));
    assert_eq!(can(r#"{ resource = "prod" }"#), [true, false]);
    assert_eq!(can(r#"{ resource = "*" }"#), [true, false]);
    assert_eq!(can(r#"{ resource = "prod", accounts = ["dba"] }"#), [false, true]);
    assert_eq!(can(r#"{ resource = "*", accounts = ["*"] }"#), [true, true]);
    assert_eq!(can(""), [false, false]);
}

#[test]
fn a_resource_is_reached_by_its_own_door_first() {
    let text =
        format!("{LEAST}\n[[listener]]\nprotocol = \"postgres\"\nlisten = \"0.0.0.0:7000\"\nresource = \"prod\"\n");
    let config = good(&text);
    let listener = config.listener_for(&config.target("prod").unwrap().resource).unwrap();
    assert_eq!(listener.advertise.to_string(), "localhost:7000");
    let config = good(LEAST);
    let listener = config.listener_for(&config.target("prod").unwrap().resource).unwrap();
    assert_eq!(listener.advertise.to_string(), "127.0.0.1:6432");
}

#[test]
fn secrets() {
    let with = |secret: &str| LEAST.replace("name = \"app\"\n", &format!("name = \"app\"\nsecret = {secret}\n"));
    let source = |secret: &str| good(&with(secret)).target("prod").unwrap().secrets["app"].clone();
    assert_eq!(source(r#"{ file = "pw" }"#), SecretSource::File("/etc/signet/pw".into()));
    assert_eq!(source(r#"{ env = "PW" }"#), SecretSource::Env("PW".into()));
    for bad in [r#""hunter2""#, r#"{ file = "a", env = "B" }"#, "{}", r#"{ value = "x" }"#] {
        assert!(matches!(config(&with(bad)), Err(ConfigError::Syntax { .. })), "{bad}");
    }
}

#[test]
fn idle_timeout_may_be_off() {
    let config = good(&format!("{LEAST}\n[limits]\nidle_timeout = \"off\"\n"));
    assert_eq!(config.limits.idle_timeout.duration(), None);
}

#[test]
fn the_example_is_a_good_configuration() {
    let config = good(EXAMPLE);
    assert!(config.people["grace"].may_use(&prod(), "app"));
    assert!(!config.people["grace"].may_use(&prod(), "admin"));
    let target = &config.targets[&prod()];
    assert_eq!(target.inspection.as_ref().map(|account| account.user.as_str()), Some("signet_look"));
    assert!(target.resource.account(Some("look")).is_none() && target.secrets.contains_key("look"));
    assert_eq!(config.people["grace"].roles, [Role::Administrator, Role::Approver]);
}

#[test]
fn the_interface_is_where_it_is_told_and_the_store_where_the_data_is() {
    let plain = good(LEAST);
    assert_eq!((plain.api, plain.policy_dir, plain.unattributed), (None, None, Unattributed::Record));
    assert_eq!(plain.store_file, plain.data_dir.join("store.sqlite"));
    assert_eq!(plain.store_key_file, plain.data_dir.join("store.key"));
    let config = good(&format!(
        "{LEAST}\n[api]\nlisten = \"127.0.0.1:7443\"\n[policy]\ndirectory = \"rules\"\nunattributed = \"refuse\"\n\
         [store]\nfile = \"shared.sqlite\"\nkey_file = \"/keys/shared.key\"\n"
    ));
    let base = config.file.parent().unwrap().to_owned();
    let api = config.api.unwrap();
    assert_eq!((api.listen.port(), api.advertise.to_string()), (7443, "127.0.0.1:7443".to_owned()));
    assert_eq!((config.policy_dir.unwrap(), config.unattributed), (base.join("rules"), Unattributed::Refuse));
    assert_eq!((config.store_file, config.store_key_file), (base.join("shared.sqlite"), "/keys/shared.key".into()));
}

/// What the example shows as commented out is what holds without it.
#[test]
fn the_example_tells_the_true_defaults() {
    let no_default = |line: &&str| !line.starts_with("#proxy_protocol_from") && !line.starts_with("#directory");
    let shown = EXAMPLE.lines().filter(no_default);
    let shown: Vec<_> =
        shown.map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line)).collect();
    let (spelled, plain) = (good(&shown.join("\n")), good(EXAMPLE));
    assert_eq!(spelled.limits, plain.limits);
    assert_eq!(spelled.journal, plain.journal);
    assert_eq!(spelled.operations, plain.operations);
    assert_eq!(spelled.unattributed, plain.unattributed);
    assert_eq!((&spelled.store_file, &spelled.store_key_file), (&plain.store_file, &plain.store_key_file));
    assert_eq!(spelled.listeners, plain.listeners);
    assert_eq!(spelled.target("prod").unwrap().resource, plain.target("prod").unwrap().resource);
    assert_ne!(shown.join("\n"), EXAMPLE.trim_end());
}
