//! The matched set of server and suites that the scripts build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A server of the set; stopped when dropped.
pub struct Matched {
    folder: PathBuf,
    pub port: u16,
    password: String,
}

impl Matched {
    pub fn start() -> Self {
        let name = format!("signet-read-only-{}-{:p}", std::process::id(), &0_u8);
        let unique = std::thread::current().name().unwrap_or("x").to_owned();
        let folder = std::env::temp_dir().join(format!("{name}-{unique}"));
        fs::create_dir_all(&folder).unwrap();
        let mut start = suites();
        start.arg("start").arg(&folder).args(["--auth", "trust"]);
        // A trial may leave others in each other's way: nobody waits for ever.
        start.args(["--set", "lock_timeout=3s", "--set", "statement_timeout=60s"]);
        let status = start.status().unwrap();
        assert!(status.success(), "the matched server did not start");
        let environment = fs::read_to_string(folder.join("env")).unwrap();
        let value = |name: &str| environment.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        let (port, password) = (value("PGPORT=").parse().unwrap(), value("PGPASSWORD="));
        Self { folder, port, password }
    }

    /// Runs a suite against a port. Trials leave traces, such as prepared statements, so that it may well fail.
    pub fn run(&self, suite: &str, port: u16) {
        let mut run = suites();
        run.arg(suite).arg("--output").arg(self.folder.join("output"));
        run.args(["--port", &port.to_string(), "--password", &self.password]);
        if std::env::var_os("SIGNET_SOAK").is_none() {
            run.args(["--schedule", &format!("read-only-{suite}")]);
        }
        let output = run.env("PGSSLMODE", "disable").env("PGGSSENCMODE", "disable").output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let ended = text.contains("tests passed") || text.contains("tests failed");
        assert!(ended, "{text}{}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Matched {
    fn drop(&mut self) {
        let _ = suites().arg("stop").arg(&self.folder).status();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn suites() -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/pgsuite.sh"))
}
