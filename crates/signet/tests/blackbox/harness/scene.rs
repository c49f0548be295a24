//! A gateway with policies and people of every kind, and what each of them does at their own command line.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::client::Client;
use super::door::Door;
use super::gateway::{Gateway, binary};
use super::place::until;
use super::postgres::{Options, Postgres};
use super::setup::Setup;
use super::terminal::Terminal;

/// ada asks; grace and linus may approve; root administers; boss is an administrator who may approve too.
const PEOPLE: &str = r#"
[[person]]
name = "ada"
groups = ["engineering"]
access = [ { resource = "prod", accounts = ["app", "reader"] } ]

[[person]]
name = "grace"
groups = ["dba-leads"]
roles = ["approver"]

[[person]]
name = "linus"
groups = ["dba-leads"]
roles = ["approver"]

[[person]]
name = "root"
roles = ["administrator", "policy_author"]

[[person]]
name = "boss"
groups = ["dba-leads"]
roles = ["administrator", "approver"]
access = [ { resource = "prod", accounts = ["app"] } ]

[[person]]
name = "watcher"
roles = ["auditor"]
"#;

const MORE: &str = r#"
[api]
listen = "API"

[policy]
directory = "DIR/policies"
"#;

/// Changes need a lead, within as long as a test says.
pub fn changes_need_a_lead(expires: &str) -> String {
    format!(
        r#"@id("changes-need-a-lead") @approve("group:dba-leads") @expires("{expires}")
forbid (principal, action in [Action::"write", Action::"ddl"], resource)
unless {{ context.approvals.contains("group:dba-leads") }};
"#
    )
}

pub struct Scene {
    pub server: Postgres,
    pub gateway: Gateway,
}

impl Scene {
    /// With these policies beside the access of everybody.
    pub fn with(policies: &str) -> Self {
        Self::made(policies, &[], |setup| setup)
    }

    /// The same in front of this server.
    pub fn on(server: Postgres, policies: &str) -> Self {
        Self::prepared(server, policies, |setup| setup)
    }

    pub fn made(policies: &str, settings: &[&str], change: impl FnOnce(Setup) -> Setup) -> Self {
        let settings = settings.iter().map(ToString::to_string).collect();
        Self::prepared(Postgres::with(Options { settings, ..Options::default() }), policies, change)
    }

    /// The same with other settings of the gateway.
    pub fn prepared(server: Postgres, policies: &str, change: impl FnOnce(Setup) -> Setup) -> Self {
        sql(&server, "CREATE TABLE kept (word text)");
        let setup = Setup { people: Some(PEOPLE), more: MORE.to_owned(), ..Setup::before(&server) };
        let mut gateway = change(setup).prepare();
        fs::create_dir(gateway.dir().join("policies")).unwrap();
        fs::write(gateway.dir().join("policies/rules.cedar"), policies).unwrap();
        gateway.begin();
        Self { server, gateway }
    }

    /// A second gateway with the same configuration, but for its own folder and ports.
    pub fn another_gateway(&self) -> Gateway {
        let mut gateway = self.gateway.another();
        fs::create_dir(gateway.dir().join("policies")).unwrap();
        let rules = "policies/rules.cedar";
        fs::copy(self.gateway.dir().join(rules), gateway.dir().join(rules)).unwrap();
        gateway.begin();
        gateway
    }

    /// psql of ada at a terminal.
    pub fn screen(&self) -> Terminal {
        let mut screen = Terminal::psql(&self.gateway.door());
        screen.expect("ready> ", 20);
        screen
    }

    pub fn door_of(&self, person: &str) -> Door {
        self.gateway.door().user(person).password(&self.gateway.make_token(person, "1h"))
    }

    /// Rewrites the policies, and waits until they are in force.
    pub fn change_policies(&self, text: &str) {
        fs::write(self.gateway.dir().join("policies/rules.cedar"), text).unwrap();
        self.person("root").ok(&["policy", "reload"]);
    }

    /// Waits until no session is under way, then lets psql find out, which looks only when something is typed.
    pub fn expect_cut(&self, screen: &mut Terminal) -> String {
        let root = self.person("root");
        until("all sessions to end", Duration::from_secs(100), || {
            root.json(&["sessions", "live"]).as_array().unwrap().is_empty().then_some(())
        });
        screen.type_line("SELECT 1;");
        screen.expect("FATAL:  ", 20)
    }

    /// Somebody at the command line of their own, signed in.
    pub fn person(&self, name: &str) -> Person {
        Person::sign_in(&self.gateway, name)
    }
}

/// Somebody at their command line.
pub struct Person {
    credentials: PathBuf,
}

impl Person {
    pub fn sign_in(gateway: &Gateway, name: &str) -> Self {
        let credentials = gateway.dir().join(format!("{name}-{}.toml", gateway.api_port));
        let person = Self { credentials };
        if !person.credentials.exists() {
            let server = format!("https://127.0.0.1:{}", gateway.api_port);
            let ca = gateway.data().join("tls/ca.crt");
            let words = ["login", "--server", &server, "--as", name, "--ca", &ca.display().to_string()];
            let mut login = person.command(&words);
            let output = login.env("SIGNET_TOKEN", gateway.make_token(name, "8h")).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        person
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.arg("--credentials").arg(&self.credentials).args(words).stdin(Stdio::null());
        command
    }

    pub fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Must end well; gives what was printed.
    pub fn ok(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "signet {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Must be refused; gives what was said.
    pub fn refused(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(!output.status.success(), "signet {words:?} was not refused");
        String::from_utf8(output.stderr).unwrap()
    }

    pub fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[words, &["--json"]].concat())).unwrap()
    }

    /// The request that waits, as soon as there is one.
    pub fn next_request(&self) -> Value {
        until("a request to wait", Duration::from_secs(20), || {
            let waiting = self.json(&["requests", "--state", "pending"]);
            waiting.as_array().unwrap().first().cloned()
        })
    }

    /// How a request stands.
    pub fn state(&self, id: &str) -> String {
        self.json(&["requests", "show", id])["state"].as_str().unwrap().to_owned()
    }

    pub fn wait_for_state(&self, id: &str, state: &str) {
        until(&format!("{id} to be {state}"), Duration::from_secs(20), || (self.state(id) == state).then_some(()));
    }
}

pub fn id(request: &Value) -> String {
    request["id"].as_str().unwrap().to_owned()
}

/// Words that stand in the table that changes go to.
pub fn kept(server: &Postgres) -> String {
    sql(server, "SELECT coalesce(string_agg(word, ',' ORDER BY word), '') FROM kept")
}

/// Straight at the server.
pub fn sql(server: &Postgres, text: &str) -> String {
    Client::psql(&server.door()).args(["-X", "-q", "-A", "-t", "-c", text]).run().ok().trim().to_owned()
}

/// How often the target has run something with that in it.
pub fn ran(server: &Postgres, needle: &str) -> usize {
    let log = server.log();
    let given = |line: &&str| line.contains("LOG:  statement: ") || line.contains("LOG:  execute ");
    log.lines().filter(given).filter(|line| line.contains(needle)).count()
}

/// How often each state is among requests.
pub fn states(requests: &Value) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for request in requests.as_array().unwrap() {
        *states.entry(request["state"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    states
}
