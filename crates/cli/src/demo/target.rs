//! The database of the demo: a new cluster with made-up data, around which nobody else knows a way.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;

use super::patience::Patience;
use super::postgres::Programs;
use super::process::{Done, Running, answer, command, run};
use crate::failure::{Code, Failure, Outcome};
use crate::terminal::hex;

/// The data.
const SHOP: &str = include_str!("../../../../demo/shop.sql");

/// A running server.
pub(super) struct Target {
    pub(super) port: u16,
    server: Running,
    psql: PathBuf,
    folder: PathBuf,
    /// Of its superuser.
    password: String,
}

impl Target {
    pub(super) fn start(programs: &Programs, folder: &Path, port: u16, patience: &Patience) -> Outcome<Self> {
        let place = folder.join("postgres");
        fs::create_dir(&place)?;
        programs.give(&place)?;
        let data = place.join("data");
        let password = secret(&place.join("password"))?;
        programs.give(&place.join("password"))?;
        let mut initdb = programs.server("initdb");
        initdb.arg("-D").arg(&data).arg("--pwfile").arg(place.join("password"));
        initdb.args(["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "-N"]);
        run(initdb, folder, patience)?.ok()?;
        let mut server = programs.server("postgres");
        server.arg("-D").arg(&data);
        // Every statement stands in its log, with the time: what the gateway says is held against that.
        for setting in [
            &format!("port={port}"),
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "log_statement=all",
            "log_line_prefix=%n ",
        ] {
            server.arg("-c").arg(setting);
        }
        let server = Running::start(server, folder.join("postgres.log"), Signal::INT)?;
        let mut target = Self { port, server, psql: programs.psql.clone(), folder: folder.to_owned(), password };
        target.wait(patience)?;
        Ok(target)
    }

    fn wait(&mut self, patience: &Patience) -> Outcome {
        let server = &mut self.server;
        patience.until("PostgreSQL to begin", Duration::from_secs(60), || {
            let said = server.said()?;
            if server.ended()?.is_some() {
                return Err(Failure::new(Code::Failed, format!("PostgreSQL ended at once: {}", said.trim_end())));
            }
            Ok(said.contains("ready to accept connections").then_some(()))
        })
    }

    /// Makes the data, and the account of the gateway, whose password stands in `account`.
    pub(super) fn fill(&self, account: &Path, patience: &Patience) -> Outcome {
        secret(account)?;
        let script = self.folder.join("shop.sql");
        fs::write(&script, SHOP)?;
        let mut psql = self.psql("postgres");
        psql.arg("-v").arg(format!("password_file={}", account.display())).arg("-f").arg(script);
        run(psql, &self.folder, patience)?.ok().map(drop)
    }

    /// psql around the gateway, as only those who run the database can.
    fn psql(&self, database: &str) -> Command {
        let mut psql = command(&self.psql);
        psql.args(["-X", "-q", "-P", "pager=off", "-h", "127.0.0.1", "-U", "postgres", "-d", database]);
        psql.arg("-p").arg(self.port.to_string()).env("PGPASSWORD", &self.password);
        psql
    }

    /// What the database itself answers, as psql shows it.
    pub(super) fn shows(&self, sql: &str, patience: &Patience) -> Outcome<String> {
        let mut psql = self.psql("shop");
        psql.args(["-c", sql]);
        run(psql, &self.folder, patience).and_then(Done::ok)
    }

    /// What the database itself answers: a line a row, a tab between values.
    pub(super) fn says(&self, sql: &str) -> Outcome<String> {
        let mut psql = self.psql("shop");
        psql.args(["-At", "-F", "\t", "-c", sql]);
        answer(psql)
    }

    /// The statements that it received since its start, with the time in seconds.
    pub(super) fn received(&self) -> Outcome<Vec<(f64, String)>> {
        let log = self.server.said()?;
        let statement = |line: &str| {
            let (time, rest) = line.split_once(' ')?;
            let text = rest.strip_prefix("LOG:  statement: ")?;
            Some((time.parse().ok()?, text.trim_end_matches(';').to_owned()))
        };
        Ok(log.lines().filter_map(statement).collect())
    }
}

/// Makes a password and keeps it in a file that nobody else reads.
fn secret(path: &Path) -> Outcome<String> {
    use std::io::Read;
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let password = hex(&bytes);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(password.as_bytes())?;
    Ok(password)
}
