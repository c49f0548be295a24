//! Where PostgreSQL's programs are, and as whom its server runs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::failure::{Code, Failure, Outcome};

use super::process::command;

/// Where Debian keeps them, outside of PATH: a folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// PostgreSQL's programs on this machine.
pub(super) struct Programs {
    /// `initdb` and `postgres`.
    servers: PathBuf,
    pub(super) psql: PathBuf,
    /// Whom root hands over to, because the server refuses root.
    user: Option<(u32, u32)>,
}

impl Programs {
    pub(super) fn find() -> Outcome<Self> {
        let mut folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
        folders.extend(versions(Path::new(DEBIAN)));
        let with = |names: &[&str]| folders.iter().find(|folder| names.iter().all(|name| folder.join(name).is_file()));
        let (servers, clients) = with(&["initdb", "postgres"]).zip(with(&["psql"])).ok_or_else(|| {
            let failure =
                Failure::new(Code::NotFound, "PostgreSQL's initdb, postgres and psql are not on this machine");
            failure.hint("Install its server, for instance: apt-get install postgresql")
        })?;
        let user = if rustix::process::getuid().is_root() { Some(unprivileged()?) } else { None };
        Ok(Self { servers: servers.clone(), psql: clients.join("psql"), user })
    }

    /// A program of the server.
    pub(super) fn server(&self, name: &str) -> Command {
        use std::os::unix::process::CommandExt;
        let mut command = command(&self.servers.join(name));
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    /// A folder, or a file, that the server may use.
    pub(super) fn give(&self, path: &Path) -> Outcome {
        if let Some((user, group)) = self.user {
            std::os::unix::fs::chown(path, Some(user), Some(group))?;
        }
        Ok(())
    }
}

/// The folders of programs of all versions, the newest first.
fn versions(folder: &Path) -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, folder)| folder).collect()
}

/// The user of PostgreSQL's package, else the one that owns nothing.
fn unprivileged() -> Outcome<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd")?;
    let of = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let failure = || Failure::new(Code::Failed, "PostgreSQL refuses to run as root, and there is no other user");
    of("postgres").or_else(|| of("nobody")).ok_or_else(|| failure().hint("Run `signet demo` as somebody else."))
}
