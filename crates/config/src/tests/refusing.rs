//! Every rule that refuses a file, by the key that it names.

use std::fs;
use std::path::Path;

use super::{LEAST, config, good, problems};
use crate::{ConfigError, read};

/// The least configuration with one piece of text replaced must have exactly this problem.
#[track_caller]
fn refuses(from: &str, to: &str, key: &str, what: &str) {
    assert!(LEAST.contains(from), "{from:?} is not in the least configuration");
    let found = problems(&LEAST.replacen(from, to, 1));
    let named: Vec<_> = found.iter().filter(|problem| problem.key == key && problem.what.contains(what)).collect();
    assert_eq!(named.len(), 1, "wanted one {key}: {what}; got {found:#?}");
    assert!(!named[0].remedy.is_empty());
}

#[track_caller]
fn unreadable(text: &str, complaint: &str) {
    match config(text) {
        Err(ConfigError::Syntax { text, .. }) => assert!(text.contains(complaint), "{text}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn unknown_keys_everywhere() {
    for section in ["operations", "journal", "limits"] {
        unreadable(&format!("{LEAST}\n[{section}]\nwrong = 1\n"), "unknown field `wrong`");
    }
    for anchor in
        ["data_dir = \"data\"", "listen = \"127.0.0.1:6432\"", "name = \"prod\"", "name = \"app\"", "name = \"ada\""]
    {
        unreadable(&LEAST.replace(anchor, &format!("{anchor}\nwrong = 1")), "unknown field `wrong`");
    }
    unreadable(&LEAST.replace("resource = \"prod\" }", "resource = \"prod\", wrong = 1 }"), "unknown field `wrong`");
    unreadable(&format!("{LEAST}\n[tls]\ncertificate = \"a\"\nkey = \"b\"\nwrong = 1\n"), "unknown field `wrong`");
}

#[test]
fn malformed_values() {
    unreadable("data_dir = ", "TOML parse error");
    unreadable(&LEAST.replace("data_dir = \"data\"", ""), "missing field `data_dir`");
    unreadable(&format!("{LEAST}\n[limits]\nidle_timeout = \"8 hours\"\n"), "a duration is a number with a unit");
    unreadable(&format!("{LEAST}\n[tls]\ncertificate = \"a\"\n"), "missing field `key`");
    let prefer = LEAST.replace("name = \"prod\"\n", "name = \"prod\"\ntls = \"prefer\"\n");
    unreadable(&prefer, "unknown variant `prefer`");
}

#[test]
fn resources() {
    refuses("name = \"prod\"", "name = \"Prod\"", "resource.Prod.name", "cannot be a name");
    refuses("address = \"127.0.0.1:5432\"", "address = \"db\"", "resource.prod.address", "not an address");
    let toy = "protocol = \"tds\"\naddress";
    refuses("protocol = \"postgres\"\naddress", toy, "resource.prod.protocol", "no protocol \"tds\"");
    refuses("[[resource.account]]\nname = \"app\"", "", "resource.prod.account", "there is none");
    let again = "[[resource]]\nname = \"prod\"\nprotocol = \"postgres\"\naddress = \"h:1\"\n[[resource.account]]\nname = \"x\"\n[[person]]";
    refuses("[[person]]", again, "resource.prod", "used twice");
}

#[test]
fn accounts() {
    let twice = "[[resource.account]]\nname = \"app\"\n[[person]]";
    refuses("[[person]]", twice, "resource.prod.account.app", "used twice");
    let defaults = "name = \"app\"\ndefault = true\n[[resource.account]]\nname = \"b\"\ndefault = true";
    refuses("name = \"app\"", defaults, "resource.prod.account", "more than one is the default");
    refuses("name = \"app\"", "name = \"app\"\nuser = \"\"", "resource.prod.account.app.user", "cannot be an account");
    let control = "name = \"a\\u0007\"";
    refuses("name = \"app\"", control, "resource.prod.account.a\\u{7}.name", "cannot be an account");
    let look = "name = \"app\"\n[[resource.account]]\nname = \"look\"\ninspection = true";
    refuses("name = \"app\"", "name = \"app\"\ninspection = true", "resource.prod.account", "there is none");
    let looks = format!("{look}\n[[resource.account]]\nname = \"b\"\ninspection = true");
    refuses("name = \"app\"", &looks, "resource.prod.account", "more than one is for inspection");
    refuses(
        "name = \"app\"",
        &format!("{look}\ndefault = true"),
        "resource.prod.account.look.default",
        "nobody is let in",
    );
    let named = LEAST
        .replace("name = \"app\"", look)
        .replace("resource = \"prod\" }", "resource = \"prod\", accounts = [\"look\"] }");
    assert!(problems(&named).iter().any(|problem| problem.what.contains("no account \"look\"")), "{named}");
    let env = "name = \"app\"\nsecret = { env = \"A=B\" }";
    refuses("name = \"app\"", env, "resource.prod.account.app.secret", "environment variable");
}

#[test]
fn tls_keys_without_effect() {
    let with = |keys: &str| format!("address = \"127.0.0.1:5432\"\n{keys}");
    let at = "address = \"127.0.0.1:5432\"";
    for mode in ["disable", "require"] {
        let keys = with(&format!("tls = \"{mode}\"\ntls_ca = \"ca.crt\""));
        refuses(at, &keys, "resource.prod.tls_ca", "no effect");
    }
    let keys = with("tls = \"verify-ca\"\ntls_server_name = \"x\"");
    refuses(at, &keys, "resource.prod.tls_server_name", "no effect");
}

#[test]
fn server_names() {
    let at = "address = \"127.0.0.1:5432\"";
    let with = |names: &str| format!("{at}\nserver_names = {names}");
    refuses(at, &with("[\"a b\"]"), "resource.prod.server_names", "not a DNS name");
    refuses(at, &with("[\"a.b\", \"A.B\"]"), "resource.prod.server_names", "used twice");
}

#[test]
fn people() {
    for bad in ["ada+dba", "", "a\\tb", &"x".repeat(129)] {
        let shown = bad.to_owned();
        let found = problems(&LEAST.replace("name = \"ada\"", &format!("name = \"{bad}\"")));
        assert!(found.iter().any(|problem| problem.what.contains("cannot be a person's name")), "{shown:?}: {found:?}");
    }
    refuses("[[person]]", "[[person]]\nname = \"ada\"\n[[person]]", "person.ada", "used twice");
    refuses("resource = \"prod\" }", "resource = \"dev\" }", "person.ada.access", "no resource \"dev\"");
    let account = "resource = \"prod\", accounts = [\"root\"] }";
    refuses("resource = \"prod\" }", account, "person.ada.access", "no account \"root\"");
}

#[test]
fn listeners() {
    let at = "listen = \"127.0.0.1:6432\"";
    for bad in ["localhost:6432", "127.0.0.1", "127.0.0.1:0"] {
        refuses(at, &format!("listen = \"{bad}\""), &format!("listener.{bad}.listen"), "not an address to listen on");
    }
    let with = |keys: &str| format!("{at}\n{keys}");
    let key = |field: &str| format!("listener.127.0.0.1:6432.{field}");
    refuses(at, &with("resource = \"dev\""), &key("resource"), "no resource \"dev\"");
    refuses(at, &with("proxy_protocol_from = [\"10.0.0.0/99\"]"), &key("proxy_protocol_from"), "not an address range");
    refuses(at, &with("advertise = \"gw\""), &key("advertise"), "not an address");
    refuses("protocol = \"postgres\"\nlisten", "protocol = \"x\"\nlisten", &key("protocol"), "no protocol \"x\"");
    let toy = "protocol = \"toy\"\nresource = \"prod\"\nlisten";
    refuses("protocol = \"postgres\"\nlisten", toy, &key("resource"), "speaks postgres");
    let none = problems(&LEAST.replace("[[listener]]\nprotocol = \"postgres\"\nlisten = \"127.0.0.1:6432\"", ""));
    assert_eq!(none[0].key, "listener");
}

#[test]
fn doors_at_the_same_place() {
    let at = "listen = \"127.0.0.1:6432\"";
    let second = |listen: &str| format!("{at}\n[[listener]]\nprotocol = \"postgres\"\nlisten = \"{listen}\"");
    for listen in ["127.0.0.1:6432", "0.0.0.0:6432"] {
        refuses(at, &second(listen), &format!("listener.{listen}.listen"), "taken by another listener");
    }
    refuses(at, "listen = \"127.0.0.1:9187\"", "listener.127.0.0.1:9187.listen", "taken by operations.listen");
    good(&LEAST.replace(at, &second("127.0.0.2:6432")));
    refuses("[[listener]]", "[operations]\nlisten = \"here\"\n[[listener]]", "operations.listen", "not an address");
}

#[test]
fn limits() {
    for key in ["handshake_timeout", "connect_timeout", "idle_timeout", "max_session"] {
        let section = format!("[limits]\n{key} = \"0s\"\n[[listener]]");
        refuses("[[listener]]", &section, &format!("limits.{key}"), "zero");
    }
    let small = ["max_half_open", "max_connections", "handshake_frame_bytes", "frame_bytes", "frame_memory_bytes"];
    let counts = ["statements_per_message", "pipelined_commands", "prepared_names", "kdf_iterations"];
    for key in small.into_iter().chain(counts) {
        let section = format!("[limits]\n{key} = 0\n[[listener]]");
        refuses("[[listener]]", &section, &format!("limits.{key}"), "too small");
    }
    for key in ["segment_bytes", "reserve_bytes"] {
        let section = format!("[journal]\n{key} = 1\n[[listener]]");
        refuses("[[listener]]", &section, &format!("journal.{key}"), "too small");
    }
    refuses("data_dir = \"data\"", "data_dir = \"\"", "data_dir", "empty");
}

#[test]
fn all_problems_are_told_at_once() {
    let text = LEAST.replace("name = \"prod\"", "name = \"Prod\"").replace("6432", "0").replace("\"ada\"", "\"a+b\"");
    assert!(problems(&text).len() >= 3, "{:?}", problems(&text));
    let complaint = config(&text).unwrap_err().to_string();
    assert!(complaint.contains("problems"), "{complaint}");
}

#[test]
fn files_that_are_not_there() {
    let dir = std::env::temp_dir().join(format!("signet-config-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    for (name, text) in [("empty", ""), ("not.pem", "hello"), ("data", ""), ("pw", "secret")] {
        fs::write(dir.join(name), text).unwrap();
    }
    let text = LEAST
        .replace("address = \"127.0.0.1:5432\"", "address = \"127.0.0.1:5432\"\ntls_ca = \"absent.crt\"")
        .replace("name = \"app\"", "name = \"app\"\nsecret = { file = \"empty\" }\n[[resource.account]]\nname = \"b\"\nsecret = { env = \"SIGNET_NOT_SET\" }\n[[resource.account]]\nname = \"c\"\nsecret = { file = \"pw\" }")
        + "\n[tls]\ncertificate = \"not.pem\"\nkey = \"absent.key\"\nca = \"not.pem\"\n";
    fs::write(dir.join("signet.toml"), text).unwrap();
    let found = read(&dir.join("signet.toml"), &["postgres"]).unwrap().check_files();
    let _ = fs::remove_dir_all(&dir);
    let keys: Vec<_> = found.iter().map(|problem| problem.key.as_str()).collect();
    let secrets = ["resource.prod.account.app.secret", "resource.prod.account.b.secret"];
    let tls = ["tls.certificate", "tls.key", "tls.ca", "resource.prod.tls_ca"];
    assert_eq!(keys, [&tls[..], &secrets, &["data_dir"]].concat(), "{found:#?}");
    let absent = read(Path::new("/nonexistent/signet.toml"), &[]).unwrap_err();
    assert!(absent.to_string().contains("cannot read /nonexistent/signet.toml"), "{absent}");
}
