//! Tests: what is read, every rule that refuses, and the generated page.

mod pages;
mod reading;
mod refusing;
mod units;

use std::path::Path;

use crate::{Config, ConfigError, Problem, parse};

/// The least that is a configuration; tests replace or add to it.
const LEAST: &str = r#"
data_dir = "data"
[[listener]]
protocol = "postgres"
listen = "127.0.0.1:6432"
[[resource]]
name = "prod"
protocol = "postgres"
address = "127.0.0.1:5432"
[[resource.account]]
name = "app"
[[person]]
name = "ada"
access = [{ resource = "prod" }]
"#;

fn config(text: &str) -> Result<Config, ConfigError> {
    parse(text, Path::new("/etc/signet/signet.toml"), &["postgres", "toy"])
}

fn good(text: &str) -> Config {
    config(text).unwrap_or_else(|error| match error {
        ConfigError::Invalid { problems, .. } => panic!("{problems:#?}"),
        other => panic!("{other}"),
    })
}

fn problems(text: &str) -> Vec<Problem> {
    match config(text) {
        Err(ConfigError::Invalid { problems, .. }) => problems,
        Err(other) => panic!("{other}"),
        Ok(_) => Vec::new(),
    }
}
