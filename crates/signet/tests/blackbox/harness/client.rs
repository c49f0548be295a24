//! A stock client with a deadline, whose failure shows everything it said.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::door::Door;
use super::place::{installed, repository};

/// A program about to run.
pub struct Client {
    command: Command,
    shown: String,
    stdin: Vec<u8>,
    deadline: Duration,
}

/// What it did.
pub struct Done {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
    shown: String,
}

/// One that still runs.
pub struct Running {
    process: Child,
    shown: String,
    start: Instant,
    deadline: Duration,
    stdout: JoinHandle<Vec<u8>>,
    stderr: JoinHandle<Vec<u8>>,
}

impl Client {
    pub fn new(program: impl AsRef<Path>, door: &Door) -> Self {
        let mut command = Command::new(program.as_ref());
        // Nothing of the developer's own PostgreSQL settings may decide a test.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PG")) {
            command.env_remove(name);
        }
        command.envs(door.environment()).env("PSQL_PAGER", "cat").env("PGAPPNAME", "blackbox").env("LC_ALL", "C.UTF-8");
        command.env("PGPASSFILE", "/nonexistent").env("PSQL_HISTORY", "/dev/null");
        let shown = program.as_ref().display().to_string();
        Self { command, shown, stdin: Vec::new(), deadline: Duration::from_secs(60) }
    }

    /// psql that prints bare rows and stops at the first error.
    pub fn psql(door: &Door) -> Self {
        Self::new("psql", door).args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"])
    }

    /// Another program of PostgreSQL 15: pg_dump, pg_restore, pgbench.
    pub fn postgres_tool(name: &str, door: &Door) -> Self {
        Self::new(installed("postgres15").join(name), door)
    }

    /// A script of tests/clients/python, under the drivers that set-up installed.
    pub fn python(script: &str, door: &Door) -> Self {
        Self::new(installed("python"), door)
            .arg(&repository().join("tests/clients/python").join(script).display().to_string())
    }

    /// A Python program given as its text.
    pub fn python_text(text: &str, door: &Door) -> Self {
        let mut client = Self::new(installed("python"), door);
        client.command.args(["-c", text]);
        client
    }

    /// A script of tests/clients/node.
    pub fn node(script: &str, door: &Door) -> Self {
        let mut client = Self::new("node", door);
        client.command.env("NODE_PATH", installed("node"));
        client.arg(&repository().join("tests/clients/node").join(script).display().to_string())
    }

    pub fn arg(mut self, argument: &str) -> Self {
        self.shown = format!("{} {argument}", self.shown);
        self.command.arg(argument);
        self
    }

    pub fn args<'a>(self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = text.into();
        self
    }

    pub fn deadline(mut self, seconds: u64) -> Self {
        self.deadline = Duration::from_secs(seconds);
        self
    }

    pub fn start(mut self) -> Running {
        let start = Instant::now();
        let mut process = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.shown));
        let (mut stdin, text) = (process.stdin.take().unwrap(), self.stdin);
        // A client that ends early closes its input; that is for its status to tell.
        std::thread::spawn(move || drop(stdin.write_all(&text)));
        let (stdout, stderr) = (gather(process.stdout.take().unwrap()), gather(process.stderr.take().unwrap()));
        Running { process, shown: self.shown, start, deadline: self.deadline, stdout, stderr }
    }

    pub fn run(self) -> Done {
        self.start().finish()
    }
}

fn gather(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

impl Running {
    pub fn running(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    pub fn finish(mut self) -> Done {
        let mut late = false;
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            if self.start.elapsed() > self.deadline {
                late = true;
                let _ = self.process.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let text = |bytes: JoinHandle<Vec<u8>>| String::from_utf8_lossy(&bytes.join().unwrap()).into_owned();
        let (stdout, stderr) = (text(self.stdout), text(self.stderr));
        let done = Done { status, stdout, stderr, took: self.start.elapsed(), shown: self.shown };
        assert!(!late, "ran longer than {:?}\n{}", self.deadline, done.report());
        done
    }
}

impl Done {
    pub fn report(&self) -> String {
        let cut = |text: &str| text.chars().take(4_000).collect::<String>();
        format!(
            "$ {}\n({} after {:?})\n--- stdout\n{}\n--- stderr\n{}",
            self.shown,
            self.status,
            self.took,
            cut(&self.stdout),
            cut(&self.stderr)
        )
    }

    /// It ended well; what it printed, without the spaces around it.
    pub fn ok(&self) -> &str {
        assert!(self.status.success(), "{}", self.report());
        self.stdout.trim()
    }

    pub fn prints(&self, expected: &str) {
        assert!(self.ok() == expected, "expected {expected:?}\n{}", self.report());
    }

    /// It failed, and said this.
    pub fn fails_with(&self, expected: &str) {
        assert!(!self.status.success(), "it should have failed\n{}", self.report());
        assert!(self.stderr.contains(expected), "expected {expected:?} in its complaint\n{}", self.report());
    }
}
