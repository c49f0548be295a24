//! What `signet login` leaves behind: where the gateway is, who one is there, and what proves it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::{Code, Failure, Outcome};

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// `https://host:port`.
    pub(crate) server: String,
    /// Who.
    pub(crate) person: String,
    /// The authority that the server's certificate must come from, PEM; without it, those of this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca: Option<String>,
    /// What proves it.
    pub(crate) token: String,
}

/// Where it is when nothing else is said.
pub(crate) fn usual_place() -> Outcome<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")));
    let config = config.ok_or_else(|| {
        Failure::new(Code::Failed, "neither XDG_CONFIG_HOME nor HOME is set").hint("Name a file: --credentials FILE.")
    })?;
    Ok(config.join("signet/credentials.toml"))
}

impl Credentials {
    /// Reads them.
    pub(crate) fn read(file: &Path) -> Outcome<Self> {
        let failed = |why: &dyn std::fmt::Display| {
            Failure::new(Code::Failed, format!("reading {}: {why}", file.display())).hint("Sign in anew: signet login.")
        };
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let failure = Failure::new(Code::Refused, "you are not signed in");
                return Err(failure.hint("signet login --server https://GATEWAY:PORT --as PERSON"));
            }
            Err(error) => return Err(failed(&error)),
        };
        let mode = fs::metadata(file)?.mode();
        if mode & 0o077 != 0 {
            let failure = Failure::new(Code::Failed, format!("others may read {}", file.display()));
            return Err(failure.hint(format!("chmod 600 {}, and consider the token known.", file.display())));
        }
        // Its message would show the line, and the token may stand there.
        toml::from_str(&text).map_err(|error| failed(&error.message()))
    }

    /// Keeps them, for this user alone.
    pub(crate) fn keep(&self, file: &Path) -> Outcome {
        let text = toml::to_string(self).map_err(io::Error::other)?;
        if let Some(folder) = file.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let new = file.with_extension("new");
        match fs::remove_file(&new) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let mut opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        opened.write_all(text.as_bytes())?;
        opened.sync_all()?;
        Ok(fs::rename(&new, file)?)
    }
}
