//! All that runs in the demo: the database, the gateway in front of it, and the people with what they need to sign in.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use super::patience::Patience;
use super::postgres::Programs;
use super::process::{Done, Running, answer, command, run};
use super::screen::{Screen, grouped};
use super::target::Target;
use crate::failure::{Code, Failure, Outcome};

const CONFIGURATION: &str = include_str!("../../../../demo/signet.toml");
const POLICIES: &str = include_str!("../../../../demo/shop.cedar");

/// The demo, as it stands. What runs ends, and then the folder goes, when this is dropped: in the order of the fields.
pub(super) struct House {
    gateway: Option<Running>,
    pub(super) target: Target,
    pub(super) patience: Patience,
    pub(super) psql: PathBuf,
    program: PathBuf,
    pub(super) ports: Ports,
    folder: TempDir,
}

/// Where the gateway listens.
pub(super) struct Ports {
    pub(super) gateway: u16,
    pub(super) api: u16,
    operations: u16,
}

impl House {
    pub(super) fn build(screen: &mut Screen<'_>) -> Outcome<Self> {
        let programs = Programs::find()?;
        let patience = Patience::new()?;
        screen.title("Signet, shown on a shop that does not exist", "Making a PostgreSQL with sample data ...")?;
        let folder = tempfile::Builder::new().prefix("signet-demo-").tempdir()?;
        // The server's user must get through.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711))?;
        let [postgres, gateway, api, operations] = free_ports()?;
        let target = Target::start(&programs, folder.path(), postgres, &patience)?;
        target.fill(&folder.path().join("shop_app.password"), &patience)?;
        let ports = Ports { gateway, api, operations };
        let program = env::current_exe()?;
        let mut house = Self { gateway: None, target, patience, psql: programs.psql, program, ports, folder };
        house.configure()?;
        house.open()?;
        house.describe(screen)?;
        Ok(house)
    }

    fn configure(&self) -> Outcome {
        for folder in ["gateway", "policies"] {
            fs::create_dir(self.path(folder))?;
        }
        fs::write(self.path("policies/shop.cedar"), POLICIES)?;
        let folder = self.folder.path().display().to_string();
        let filled = CONFIGURATION
            .replace("@FOLDER@", &folder)
            .replace("@POSTGRES_PORT@", &self.target.port.to_string())
            .replace("@GATEWAY_PORT@", &self.ports.gateway.to_string())
            .replace("@API_PORT@", &self.ports.api.to_string())
            .replace("@OPERATIONS_PORT@", &self.ports.operations.to_string());
        Ok(fs::write(self.configuration(), filled)?)
    }

    fn describe(&self, screen: &mut Screen<'_>) -> Outcome {
        let counts = "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM cards),
            (SELECT count(*) FROM payments), (SELECT count(*) FROM support_notes)";
        let counts = self.target.says(counts)?;
        let counts: Vec<String> =
            counts.split_whitespace().map(|count| grouped(count.parse().unwrap_or_default())).collect();
        let [customers, cards, payments, notes] = counts.as_slice() else {
            return Err(Failure::new(Code::Failed, "the sample data are not there"));
        };
        let data = format!("{customers} customers, {cards} cards, {payments} payments, {notes} support notes");
        screen.item("PostgreSQL", &format!("on 127.0.0.1:{}: {data}", self.target.port))?;
        let at = self.ports.gateway;
        screen.item("Signet", &format!("on 127.0.0.1:{at}, in front of it; the only one with its password"))?;
        screen.item("ada", "a developer, who uses the shop's database through Signet")?;
        screen.item("grace", "her lead, who approves what is risky")?;
        screen.item("till", "a program that books payments")
    }

    /// Starts the gateway, and waits until it is healthy.
    pub(super) fn open(&mut self) -> Outcome {
        let mut server = self.signet();
        server.arg("server");
        let log = self.path("gateway.log");
        let gateway = self.gateway.insert(Running::start(server, log, Signal::TERM)?);
        let operations = self.ports.operations;
        self.patience.until("the gateway to begin", Duration::from_secs(60), || {
            if gateway.ended()?.is_some() {
                return Err(Failure::new(Code::Failed, format!("the gateway ended at once: {}", gateway.said()?)));
            }
            Ok(healthy(operations).then_some(()))
        })
    }

    /// kill -9 of the gateway.
    pub(super) fn kill_gateway(&mut self) -> Outcome {
        self.gateway.take().map_or(Ok(()), Running::kill)
    }

    /// Ends the gateway in good order.
    pub(super) fn close(&mut self) {
        self.gateway = None;
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn configuration(&self) -> PathBuf {
        self.path("signet.toml")
    }

    /// This program.
    pub(super) fn program(&self) -> &Path {
        &self.program
    }

    /// `signet` as those who run the gateway type it.
    pub(super) fn signet(&self) -> Command {
        let mut signet = command(&self.program);
        signet.arg("--config").arg(self.configuration());
        signet
    }

    /// What `signet` answers those who run the gateway, for programs to read.
    pub(super) fn operator(&self, words: &[&str]) -> Outcome<String> {
        let mut signet = self.signet();
        signet.args(words);
        answer(signet)
    }

    /// Runs `signet` as those who run the gateway, and shows what it says.
    pub(super) fn types(&self, words: &[&str], screen: &mut Screen<'_>) -> Outcome<Done> {
        screen.typed("$ signet", &words.join(" "))?;
        let mut signet = self.signet();
        signet.args(words);
        let done = self.run(signet)?;
        screen.said(&done.said)?;
        Ok(done)
    }

    pub(super) fn run(&self, command: Command) -> Outcome<Done> {
        run(command, self.folder.path(), &self.patience)
    }

    /// What the database itself answers.
    pub(super) fn direct(&self, sql: &str) -> Outcome<String> {
        self.target.says(sql)
    }

    /// The records of a type.
    pub(super) fn records(&self, kind: &str) -> Outcome<Vec<Value>> {
        let said = self.operator(&["log", "--json", "--type", kind])?;
        let record = |line: &str| serde_json::from_str(line).map_err(anyhow::Error::from);
        Ok(said.lines().map(record).collect::<Result<_, _>>()?)
    }
}

/// Ports of the loopback address that nobody listens on.
fn free_ports<const MANY: usize>() -> Outcome<[u16; MANY]> {
    // All at once, so that no two are the same.
    let (mut held, mut ports) = (Vec::new(), [0; MANY]);
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

fn healthy(port: u16) -> bool {
    let ask = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: demo\r\nconnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.take(64).read_to_end(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200"))
}
