//! PostgreSQL's own regression and isolation suites through the gateway: a sample, or all of them with `SIGNET_SOAK=1`.

use std::fs;
use std::process::Command;

use crate::harness::place::{TempDir, repository};
use crate::harness::{Gateway, Setup, direct, soak};

/// The server of the matched set; stopped when dropped.
struct Matched {
    dir: TempDir,
    port: String,
}

impl Matched {
    fn start() -> Self {
        let dir = TempDir::new("pgsuite");
        let status = pgsuite().arg("start").arg(dir.path()).args(["--auth", "scram"]).status().unwrap();
        assert!(status.success(), "the matched server did not start");
        let environment = fs::read_to_string(dir.join("env")).unwrap();
        let value = |name: &str| environment.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        let (port, password) = (value("PGPORT="), value("PGPASSWORD="));
        fs::write(dir.join("password"), password).unwrap();
        Self { dir, port }
    }

    fn password(&self) -> String {
        fs::read_to_string(self.dir.join("password")).unwrap()
    }
}

impl Drop for Matched {
    fn drop(&mut self) {
        let _ = pgsuite().arg("stop").arg(self.dir.path()).status();
    }
}

fn pgsuite() -> Command {
    Command::new(repository().join("scripts/pgsuite.sh"))
}

/// Masks of tables that stand in another database of the same server.
const MASKS: &str = r#"@id("cards") @mask("cards.number keep_last(4), label:pii")
forbid (principal, action == Action::"reveal", resource) when { context has database && context.database == "bank" };
"#;

const POLICY: &str = "[policy]\ndirectory = \"DIR/policies\"\n";

fn gateway_before(server: &Matched) -> Gateway {
    let setup = Setup::before_address(&format!("127.0.0.1:{}", server.port)).target_password(&server.password());
    let mut gateway = Setup { more: POLICY.to_owned(), ..setup }.prepare();
    fs::create_dir(gateway.dir().join("policies")).unwrap();
    fs::write(gateway.dir().join("policies/masks.cedar"), MASKS).unwrap();
    gateway.begin();
    gateway
}

fn passes(suite: &str) {
    let server = Matched::start();
    let gateway = (!direct()).then(|| gateway_before(&server));
    let mut run = pgsuite();
    run.arg(suite).arg("--output").arg(server.dir.join("output"));
    match &gateway {
        Some(gateway) => run.args(["--port", &gateway.port.to_string(), "--password", &suite_token(gateway)]),
        None => run.args(["--port", &server.port, "--password", &server.password()]),
    };
    if !soak() {
        run.arg("--sample");
    }
    let output = run.env("PGSSLMODE", "disable").output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}");
    assert!(text.contains("tests passed"), "{text}");
    for line in text.lines().filter(|line| line.contains("tests passed") || line.starts_with("==>")) {
        eprintln!("{suite}: {line}");
    }
}

/// The suites look at their own user name, so the person is called like the account.
fn suite_token(gateway: &Gateway) -> String {
    gateway.make_token("postgres", "8h")
}

#[test]
fn regression() {
    passes("regress");
}

#[test]
fn isolation() {
    passes("isolation");
}
