//! From a file to a checked configuration.

use std::fs;
use std::path::{Path, absolute};

use crate::check;
use crate::document::Document;
use crate::problem::Problems;
use crate::{Config, ConfigError};

/// Reads and checks a configuration file, without looking at the files it names (`Config::check_files` does).
/// `protocols` are the names of the wiring table.
///
/// # Errors
/// When it cannot be read, is not TOML, has an unknown key, or contradicts itself; then with all that is wrong.
pub fn read(path: &Path, protocols: &[&str]) -> Result<Config, ConfigError> {
    let text = fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    parse(&text, path, protocols)
}

/// The same for a text that is at hand; paths in it are relative to the folder of `path`.
///
/// # Errors
/// As `read`.
pub fn parse(text: &str, path: &Path, protocols: &[&str]) -> Result<Config, ConfigError> {
    let path = absolute(path).unwrap_or_else(|_| path.to_owned());
    let document: Document = toml::from_str(text)
        .map_err(|error| ConfigError::Syntax { path: path.clone(), text: error.to_string().trim_end().to_owned() })?;
    let mut problems = Problems::default();
    let config = Config { text: text.to_owned(), ..check::settle(document, &path, protocols, &mut problems) };
    if problems.0.is_empty() { Ok(config) } else { Err(ConfigError::Invalid { path, problems: problems.0 }) }
}
