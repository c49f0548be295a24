//! Checks of the files that a configuration names; only the gateway itself needs them.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::problem::Problems;
use crate::{Config, Problem, SecretSource};

impl Config {
    /// What is wrong with the files and environment variables that it names. For the gateway, which needs them all;
    /// other commands run without.
    pub fn check_files(&self) -> Vec<Problem> {
        let mut problems = Problems::default();
        if let Some(tls) = &self.tls {
            pem("tls.certificate", &tls.certificate, "CERTIFICATE", &mut problems);
            pem("tls.key", &tls.key, "PRIVATE KEY", &mut problems);
            if let Some(ca) = &tls.ca {
                pem("tls.ca", ca, "CERTIFICATE", &mut problems);
            }
        }
        for (name, target) in &self.targets {
            if let Some(ca) = &target.tls_ca {
                pem(&format!("resource.{name}.tls_ca"), ca, "CERTIFICATE", &mut problems);
            }
            for (account, source) in &target.secrets {
                secret(&format!("resource.{name}.account.{account}.secret"), source, &mut problems);
            }
        }
        if let Some(directory) = &self.policy_dir
            && !directory.is_dir()
        {
            let what = format!("{} is no folder", directory.display());
            problems.add("policy.directory", what, "Make it (`signet policy init` writes one), or leave it out.");
        }
        data_dir(&self.data_dir, &mut problems);
        problems.0
    }
}

fn pem(key: &str, path: &Path, label: &str, problems: &mut Problems) {
    if let Some(text) = readable(key, path, problems)
        && !String::from_utf8_lossy(&text).contains(&format!("{label}-----"))
    {
        let what = format!("{} holds no {}", path.display(), label.to_lowercase());
        problems.add(key, what, "Name a file in PEM form (-----BEGIN ...).");
    }
}

fn secret(key: &str, source: &SecretSource, problems: &mut Problems) {
    match source {
        SecretSource::None => {}
        SecretSource::File(path) => {
            if readable(key, path, problems).is_some_and(|bytes| bytes.is_empty()) {
                problems.add(key, format!("{} is empty", path.display()), "Write the password into it.");
            }
        }
        SecretSource::Env(name) => {
            if env::var_os(name).is_none() {
                let remedy = "Set it for the gateway's process before it starts.";
                problems.add(key, format!("the environment variable {name} is not set"), remedy);
            }
        }
    }
}

fn readable(key: &str, path: &Path, problems: &mut Problems) -> Option<Vec<u8>> {
    match fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            let remedy = match error.kind() {
                ErrorKind::NotFound => "Correct the path (relative paths start at the folder of this file).",
                ErrorKind::PermissionDenied => "Let the user of the gateway read it.",
                _ => "Name a file that can be read.",
            };
            problems.add(key, format!("cannot read {}: {error}", path.display()), remedy);
            None
        }
    }
}

/// The data folder need not exist, but what stands in its place must be a folder.
fn data_dir(path: &Path, problems: &mut Problems) {
    if path.exists() && !path.is_dir() {
        problems.add("data_dir", format!("{} is not a folder", path.display()), "Name a folder.");
    }
}
