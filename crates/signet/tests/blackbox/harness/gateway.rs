//! The gateway under test: its process, its command line. The only place that knows their shape.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use super::door::Door;
use super::journal::Journal;
use super::place::{TempDir, direct, free_port, root, signal, tail, until};
use super::setup::{Ports, Setup};

/// The program under test: the one cargo has just built, or another build of it named by `SIGNET_BIN`.
pub fn binary() -> String {
    std::env::var("SIGNET_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_signet").into())
}

/// A running gateway. It ends, and its files go, when this is dropped.
pub struct Gateway {
    /// The dedicated port of resource `prod`.
    pub port: u16,
    /// The port where the database name says which resource.
    pub shared_port: u16,
    pub operations_port: u16,
    pub api_port: u16,
    setup: Setup,
    process: Option<Child>,
    token: String,
    dir: TempDir,
}

impl Gateway {
    /// Its folder and its configuration: what else it needs can be put there before it begins.
    pub(super) fn prepare(setup: Setup) -> Self {
        let dir = TempDir::new("gateway");
        fs::write(dir.join("target-password"), &setup.target_password).unwrap();
        fs::set_permissions(dir.join("target-password"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::create_dir(dir.join("data")).unwrap();
        let (port, shared_port, operations_port, api_port) = (free_port(), free_port(), free_port(), free_port());
        let gateway =
            Self { port, shared_port, operations_port, api_port, setup, process: None, token: String::new(), dir };
        let ports = Ports { dedicated: port, shared: shared_port, operations: operations_port, api: api_port };
        fs::write(gateway.config(), gateway.setup.configuration(ports, gateway.dir.path())).unwrap();
        gateway
    }

    /// Another one that is made in the same way, before it begins.
    pub fn another(&self) -> Self {
        Self::prepare(self.setup.clone())
    }

    /// Starts it, unless the clients go to the server itself, and makes ada's token.
    pub fn begin(&mut self) {
        if !direct() || self.setup.direct.is_none() {
            self.launch();
            self.token = self.make_token("ada", "8h");
        }
    }

    /// Starts the process (again) on the same data, and waits until it says that it is healthy.
    pub fn launch(&mut self) {
        self.spawn();
        if let Err(status) = self.comes_up() {
            panic!("the gateway ended at once ({status}):\n{}", self.log());
        }
    }

    /// Starts the process, and waits for nothing.
    pub fn spawn(&mut self) {
        let log = File::options().create(true).append(true).open(self.log_path()).unwrap();
        let mut words = self.start_words();
        words.extend([binary(), "--config".into(), self.config().display().to_string()]);
        words.push("server".into());
        let process = Command::new(&words[0])
            .args(&words[1..])
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.process = Some(process);
    }

    /// Waits until it says that it is healthy; an error is how it ended before.
    pub fn comes_up(&mut self) -> Result<(), ExitStatus> {
        until("the gateway to be healthy", Duration::from_secs(60), || {
            let ended = self.process.as_mut().unwrap().try_wait().unwrap();
            match ended {
                Some(status) => Some(Err(status)),
                None => (self.health()? == 200).then_some(Ok(())),
            }
        })
    }

    /// What the next start is started by, such as strace.
    pub fn wrap(&mut self, wrapper: Vec<String>) {
        self.setup.wrapper = wrapper;
    }

    /// Starts the process where it must not come up; gives what it said.
    pub fn launch_fails(&self) -> String {
        let mut command = Command::new("timeout");
        command.args(["20", &binary(), "--config"]).arg(self.config()).arg("server");
        let output = command.output().unwrap();
        assert!(!matches!(output.status.code(), Some(0 | 124)), "the gateway should not have started");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }

    fn start_words(&self) -> Vec<String> {
        let mut words = self.setup.wrapper.clone();
        if let Some(mib) = self.setup.tmpfs_mib {
            words.extend(["unshare", "--mount"].map(String::from));
            if !root() {
                words.extend(["--user", "--map-root-user"].map(String::from));
            }
            let mount = format!("mount -t tmpfs -o size={mib}m signet '{}' && exec \"$@\"", self.data().display());
            words.extend(["sh".into(), "-c".into(), mount, "sh".into()]);
        }
        words
    }

    pub fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// The folder that is its own, `data` and the configuration in it.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    pub fn config(&self) -> PathBuf {
        self.dir.join("signet.toml")
    }

    pub fn log_path(&self) -> PathBuf {
        self.dir.join("gateway.log")
    }

    pub fn log(&self) -> String {
        tail(&self.log_path(), 60)
    }

    pub fn pid(&self) -> u32 {
        self.process.as_ref().expect("not in direct mode").id()
    }

    /// Runs `signet --config ... WORDS` where the gateway sees its files.
    pub fn cli(&self, words: &[&str]) -> Output {
        let mut command;
        if self.setup.tmpfs_mib.is_some() {
            command = Command::new("nsenter");
            command.args(["--mount", "--target", &self.pid().to_string()]);
            if !root() {
                command.args(["--user", "--preserve-credentials"]);
            }
            command.arg(binary());
        } else {
            command = Command::new(binary());
        }
        command.arg("--config").arg(self.config()).args(words).stdin(Stdio::null()).output().unwrap()
    }

    /// Starts `signet --config ... WORDS`, whose output comes line by line.
    pub fn cli_lines(&self, words: &[&str]) -> (Child, impl Iterator<Item = String> + use<>) {
        let mut command = Command::new(binary());
        command.arg("--config").arg(self.config()).args(words).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        (child, lines.map(Result::unwrap))
    }

    /// The same, for one that must end well; gives what it printed.
    pub fn cli_ok(&self, words: &[&str]) -> String {
        let output = self.cli(words);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "signet {words:?}: {}\n{error}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn make_token(&self, person: &str, ttl: &str) -> String {
        self.cli_ok(&["token", "create", person, "--ttl", ttl]).trim().to_owned()
    }

    /// Revokes every token of a person.
    pub fn revoke_tokens(&self, person: &str) {
        let listed: serde_json::Value = serde_json::from_str(&self.cli_ok(&["token", "list", "--json"])).unwrap();
        let mut revoked = 0;
        for token in listed.as_array().unwrap().iter().filter(|token| token["person"] == person) {
            self.cli_ok(&["token", "revoke", token["id"].as_str().unwrap()]);
            revoked += 1;
        }
        assert!(revoked > 0, "no token of {person} in {listed}");
    }

    /// ada, with a token, on the dedicated port.
    pub fn door(&self) -> Door {
        if self.process.is_none() && direct() {
            return self.setup.direct.clone().unwrap();
        }
        Door {
            host: "127.0.0.1".into(),
            port: self.port,
            user: "ada".into(),
            password: self.token.clone(),
            database: "postgres".into(),
            sslmode: "prefer",
            sslrootcert: None,
        }
    }

    /// ada on the port where the database name says which resource.
    pub fn shared_door(&self, database: &str) -> Door {
        self.door().port(self.shared_port).database(database)
    }

    /// What stands on record now. Not read by `signet log`, which would leave a record each time.
    pub fn journal(&self) -> Journal {
        let data = match self.setup.tmpfs_mib {
            Some(_) => PathBuf::from(format!("/proc/{}/root{}", self.pid(), self.data().display())),
            None => self.data(),
        };
        Journal::read(&data)
    }

    /// The third of the three assertions of every attack: polls, because a client may have its answer a moment before.
    pub fn assert_recorded(&self, kind: &str, needle: &str) {
        if direct() {
            return;
        }
        let start = std::time::Instant::now();
        while self.journal().find(kind, needle).is_none() {
            let journal = self.journal();
            assert!(
                start.elapsed() < Duration::from_secs(10),
                "no {kind} record with {needle:?} in the journal; it ends:\n{}",
                journal.tail(15)
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The status code of the health endpoint; none when nobody answers.
    pub fn health(&self) -> Option<u16> {
        Some(self.get("/health")?.split_whitespace().nth(1)?.parse().unwrap())
    }

    pub fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.operations_port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    /// Memory in use, in KiB.
    pub fn memory_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    pub fn kill_hard(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    pub fn terminate(&self) {
        signal(self.pid(), "TERM");
    }

    pub fn wait_for_end(&mut self, limit: Duration) -> ExitStatus {
        let process = self.process.as_mut().unwrap();
        until("the gateway to end", limit, || process.try_wait().unwrap())
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if std::thread::panicking() && self.log_path().exists() {
            eprintln!("--- the gateway's log ends:\n{}", self.log());
        }
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
