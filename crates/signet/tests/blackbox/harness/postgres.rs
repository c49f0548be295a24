//! A real PostgreSQL for one test: a copy of a cluster that was made once, on its own port, with its own log.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::certificates::{self, Certificate};
use super::door::Door;
use super::place::{TempDir, free_port, installed, root, signal, tail, until};

/// The password of `postgres` and `app_user` on every test server.
pub const PASSWORD: &str = "only-the-gateway-knows-this";

/// Which server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Version {
    V15,
    V18,
}

/// How it runs.
pub struct Options {
    pub version: Version,
    pub auth: &'static str,
    pub tls: bool,
    /// More lines for postgresql.conf.
    pub settings: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { version: Version::V15, auth: "scram-sha-256", tls: false, settings: Vec::new() }
    }
}

/// A running server. It stops, and its files go, when this is dropped.
pub struct Postgres {
    pub port: u16,
    pub certificate: Option<Certificate>,
    process: Child,
    dir: TempDir,
}

impl Postgres {
    /// PostgreSQL 15 with SCRAM, every statement in its log.
    pub fn start() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let dir = TempDir::new("postgres");
        let port = free_port();
        let data = dir.join("data");
        copy(&template(options.version), &data);
        let certificate = options.tls.then(|| certificates::issue(&data, "server", "DNS:localhost,IP:127.0.0.1"));
        fs::write(data.join("postgresql.auto.conf"), configuration(port, &options)).unwrap();
        fs::write(data.join("pg_hba.conf"), access(&options)).unwrap();
        give_to_server(&data);
        let process = spawn(options.version, &data, &dir.join("log"));
        let mut server = Self { port, certificate, process, dir };
        server.wait_until_ready();
        server
    }

    fn wait_until_ready(&mut self) {
        until("PostgreSQL to accept connections", Duration::from_secs(60), || {
            if let Some(status) = self.process.try_wait().unwrap() {
                panic!("PostgreSQL ended at once ({status}):\n{}", tail(&self.log_path(), 40));
            }
            self.log().contains("ready to accept connections").then_some(())
        });
    }

    /// Around any gateway: the superuser, on the server itself.
    pub fn door(&self) -> Door {
        Door {
            host: "127.0.0.1".into(),
            port: self.port,
            user: "postgres".into(),
            password: PASSWORD.into(),
            database: "postgres".into(),
            sslmode: "prefer",
            sslrootcert: None,
        }
    }

    fn log_path(&self) -> PathBuf {
        self.dir.join("log")
    }

    /// The server's own log, in which every statement it received stands.
    pub fn log(&self) -> String {
        fs::read(self.log_path()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// What was added to the log behind that place.
    pub fn log_behind(&self, place: u64) -> String {
        let mut log = File::open(self.log_path()).unwrap();
        log.seek(SeekFrom::Start(place)).unwrap();
        let mut bytes = Vec::new();
        log.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The first of the three assertions of every attack.
    pub fn assert_never_saw(&self, needle: &str) {
        let log = self.log();
        let seen: Vec<&str> = log.lines().filter(|line| line.contains(needle)).collect();
        assert!(seen.is_empty(), "the target saw {needle:?}:\n{}", seen.join("\n"));
    }

    pub fn assert_saw(&self, needle: &str) {
        assert!(
            self.log().contains(needle),
            "the target did not see {needle:?}; its log ends:\n{}",
            tail(&self.log_path(), 30)
        );
    }

    /// As if the machine had lost power.
    pub fn kill(&mut self) {
        signal(self.process.id(), "QUIT");
        let _ = self.process.wait();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- PostgreSQL's log ends:\n{}", tail(&self.log_path(), 40));
        }
        if self.process.try_wait().unwrap().is_none() {
            signal(self.process.id(), "QUIT");
            let _ = self.process.wait();
        }
    }
}

fn configuration(port: u16, options: &Options) -> String {
    let mut lines = vec![
        "listen_addresses = '127.0.0.1'".to_owned(),
        format!("port = {port}"),
        "unix_socket_directories = ''".into(),
        "fsync = off".into(),
        "max_connections = 300".into(),
        "log_statement = 'all'".into(),
        "log_connections = on".into(),
        "log_line_prefix = '%p '".into(),
        "password_encryption = 'scram-sha-256'".into(),
    ];
    if options.tls {
        lines.push("ssl = on".into());
    }
    lines.extend(options.settings.iter().cloned());
    lines.push(String::new());
    lines.join("\n")
}

fn access(options: &Options) -> String {
    let kind = if options.tls { "hostssl" } else { "host" };
    format!("{kind} all all 127.0.0.1/32 {}\n", options.auth)
}

fn spawn(version: Version, data: &Path, log: &Path) -> Child {
    let log = File::create(log).unwrap();
    as_server(&programs(version).join("postgres"))
        .arg("-D")
        .arg(data)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

fn programs(version: Version) -> PathBuf {
    installed(match version {
        Version::V15 => "postgres15",
        Version::V18 => "postgres18",
    })
}

/// PostgreSQL refuses root, so root hands over to the user of Debian's package.
fn as_server(program: &Path) -> Command {
    let mut command;
    if root() {
        command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
    } else {
        command = Command::new(program);
    }
    command.current_dir("/");
    command
}

fn give_to_server(path: &Path) {
    if root() {
        let status = Command::new("chown").args(["-R", "postgres:postgres"]).arg(path).status().unwrap();
        assert!(status.success());
    }
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").args(["-a", "--reflink=auto"]).arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

/// A cluster made by initdb once and kept beside the build: a copy of it starts ten times faster than a new one.
fn template(version: Version) -> PathBuf {
    let name = match version {
        Version::V15 => "cluster-15",
        Version::V18 => "cluster-18",
    };
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let lock = File::create(made.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if !made.join("PG_VERSION").exists() {
        let dir = TempDir::new("initdb");
        give_to_server(dir.path());
        let data = dir.join("data");
        initialise(version, &data, &dir);
        copy(&data, &made.with_extension("new"));
        fs::rename(made.with_extension("new"), &made).unwrap();
    }
    made
}

fn initialise(version: Version, data: &Path, dir: &TempDir) {
    fs::write(dir.join("password"), PASSWORD).unwrap();
    give_to_server(dir.path());
    let output = as_server(&programs(version).join("initdb"))
        .arg("-D")
        .arg(data)
        .arg(format!("--pwfile={}", dir.join("password").display()))
        .args(["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "-N", "--wal-segsize=1"])
        .output()
        .unwrap();
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
    let mut single = as_server(&programs(version).join("postgres"))
        .args(["--single", "-D"])
        .arg(data)
        .arg("postgres")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let role = format!("CREATE ROLE app_user LOGIN PASSWORD '{PASSWORD}';\n");
    std::io::Write::write_all(&mut single.stdin.take().unwrap(), role.as_bytes()).unwrap();
    assert!(single.wait().unwrap().success());
}
