//! docs/getting-started.md, to the letter, with a PostgreSQL that it knows nothing of.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use super::scene::sql;
use crate::harness::gateway::binary;
use crate::harness::place::{TempDir, free_port, repository, until};
use crate::harness::postgres::{Options, PASSWORD, Postgres};

/// A block of shell in the page, and what its fence says of it.
struct Block {
    kind: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```sh") {
            let text: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(Block { kind: kind.trim().to_owned(), text: text.join("\n") });
        }
    }
    blocks
}

/// One shell after another, as somebody who types on: what one exports and where it stands, the next has too.
struct Desk {
    place: TempDir,
    path: String,
}

impl Desk {
    fn new() -> Self {
        let place = TempDir::new("getting-started");
        let bin = Path::new(&binary()).parent().unwrap().display().to_string();
        fs::write(place.join("state"), format!("cd {}\n", place.path().display())).unwrap();
        Self { place, path: format!("{bin}:{}", std::env::var("PATH").unwrap()) }
    }

    fn shell(&self, text: &str) -> Command {
        let state = self.place.join("state").display().to_string();
        let script = format!("set -e\n. {state}\n{text}\n{{ export -p; echo cd \"'$PWD'\"; }} >{state}\n");
        let mut shell = Command::new("bash");
        shell
            .args(["-c", &script])
            .env("PATH", &self.path)
            .env("HOME", self.place.path())
            .env_remove("XDG_CONFIG_HOME");
        shell.stdin(Stdio::null());
        shell
    }

    fn run(&self, text: &str) -> Output {
        self.shell(text).output().unwrap()
    }

    fn ok(&self, text: &str) -> String {
        let output = self.run(text);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "the page says:\n{text}\n\nand that says:\n{said}");
        String::from_utf8_lossy(&output.stdout).into_owned() + &said
    }

    /// Without leaving behind what it exports.
    fn start(&self, text: &str) -> Ended {
        let state = self.place.join("state").display().to_string();
        let mut shell = Command::new("bash");
        let script = format!(". {state}\nexec {}", text.trim_start());
        shell.args(["-c", &script]).env("PATH", &self.path).env("HOME", self.place.path());
        Ended(shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap())
    }
}

/// A program that ends with the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_page_for_beginners_says_what_happens() {
    let server = Postgres::with(Options::default());
    sql(&server, "CREATE ROLE app LOGIN PASSWORD 'only-the-page-knows'");
    sql(&server, "CREATE DATABASE sales OWNER app");
    let door = server.door().database("sales");
    let there = |text: &str| {
        let client = crate::harness::client::Client::psql(&door);
        client.args(["-c", text]).run().ok().trim().to_owned()
    };
    there(
        "CREATE TABLE orders (id int, paid bool); ALTER TABLE orders OWNER TO app; INSERT INTO orders VALUES (1, false)",
    );
    let page = fs::read_to_string(repository().join("docs/getting-started.md")).unwrap();
    let ports = [("127.0.0.1:9187", free_port()), ("127.0.0.1:7443", free_port()), ("127.0.0.1:6432", free_port())];
    let psql_port = format!("port={}", ports[2].1);
    let mut page =
        page.replace("db.example.com:5432", &format!("127.0.0.1:{}", server.port)).replace("port=6432", &psql_port);
    for (named, port) in ports {
        page = page.replace(named, &format!("127.0.0.1:{port}"));
    }
    // This server has no certificate; the page says when that may be.
    page = page.replace(" --label env=production", " --label env=production --tls disable");
    let desk = Desk::new();
    let (mut gateway, mut waiting, mut id) = (None, None, String::new());
    for Block { kind, text } in blocks(&page) {
        match kind.as_str() {
            "fails" => {
                let output = desk.run(&text);
                assert!(!output.status.success(), "it did not fail:\n{text}");
                assert!(String::from_utf8_lossy(&output.stderr).contains("WHERE"), "{output:?}");
            }
            "waits" => {
                waiting = Some(desk.start(&text));
                let pending = "signet requests --state pending --json";
                id = until("the UPDATE to wait", Duration::from_secs(20), || {
                    let listed: serde_json::Value = serde_json::from_slice(&desk.run(pending).stdout).ok()?;
                    Some(listed.as_array()?.first()?["id"].as_str()?.to_owned())
                });
                assert_eq!(there("SELECT paid FROM orders"), "f");
            }
            _ if text == "signet server" => {
                gateway = Some(desk.start(&text));
                until("the gateway to be healthy", Duration::from_secs(60), || {
                    std::net::TcpStream::connect(("127.0.0.1", ports[0].1)).ok()
                });
                fs::write(desk.place.join("signet-start/app.password"), "only-the-page-knows\n").unwrap();
            }
            _ => {
                let said = desk.ok(&text.replace("ID", &id));
                assert!(!said.contains("only-the-page-knows") && !said.contains(PASSWORD), "{said}");
            }
        }
    }
    let mut psql = waiting.expect("the page has something that waits");
    let status = until("psql to end", Duration::from_secs(20), || psql.0.try_wait().unwrap());
    assert!(status.success());
    assert_eq!(there("SELECT paid FROM orders"), "t");
    assert!(gateway.is_some());
}
