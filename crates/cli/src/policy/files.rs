//! Where policies and their tests are found, and what the configuration knows of the names in them.

use std::fs;
use std::path::{Path, PathBuf};

use ::policy::{Access, Case, File, Inventory, PolicySet};
use config::Config;
use model::{Action, PrincipalId};

use crate::Program;
use crate::failure::{Code, Failure, Outcome};
use crate::run::names;

/// The configuration, when there is one: policies can be written without.
pub(super) fn configuration(program: &dyn Program, path: &Path) -> Outcome<Option<Config>> {
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(config::read(path, &names(program))?))
}

/// The folder that was named, or that of the configuration.
pub(super) fn folder(named: Option<PathBuf>, config: Option<&Config>) -> Outcome<PathBuf> {
    named.or_else(|| config.and_then(|config| config.policy_dir.clone())).ok_or_else(|| {
        let cause = "no folder of policies was named, and the configuration has none";
        Failure::new(Code::Usage, cause).hint("Name it; signet policy init FOLDER --pack read-only makes one.")
    })
}

/// The policies of a folder, with the permits that stand for `access` in the configuration.
pub(super) fn policies(folder: &Path, config: Option<&Config>) -> Outcome<PolicySet> {
    let mut files = Vec::new();
    for path in ending(folder, ".cedar")? {
        files.push(File { text: read(&path)?, name: path.display().to_string() });
    }
    if files.is_empty() {
        let cause = format!("{} holds no policies: files that end in .cedar", folder.display());
        return Err(Failure::new(Code::NotFound, cause).hint("signet policy init FOLDER --pack read-only makes some."));
    }
    files.extend(config.map(access));
    ::policy::compile(1, &files).map_err(|error| {
        let cause = format!("the policies do not load\n{error}");
        Failure::new(Code::Failed, cause).hint("Mend these; what they may say: signet policy schema.")
    })
}

/// The permits that stand for `access` in the configuration.
fn access(config: &Config) -> File {
    let mut entries = Vec::new();
    for person in config.people.values() {
        let id = PrincipalId { issuer: "local".to_owned(), subject: person.name.clone() };
        for access in &person.access {
            let record = config.targets.get(&access.resource).map(|target| target.record).unwrap_or_default();
            let resource = access.resource.clone();
            entries
                .extend(access.accounts.iter().map(|account| (id.clone(), resource.clone(), account.clone(), record)));
        }
    }
    let entries = entries.iter();
    ::policy::access(entries.map(|(person, resource, account, record)| Access {
        person,
        resource,
        account,
        record: *record,
    }))
}

/// The tests in a folder, with the file of each.
pub(super) fn cases(folder: &Path) -> Outcome<Vec<(PathBuf, Case)>> {
    let mut all = Vec::new();
    for path in ending(folder, ".test.toml")? {
        let cases = ::policy::cases(&read(&path)?)
            .map_err(|error| Failure::new(Code::Failed, format!("{}: {error}", path.display())))?;
        all.extend(cases.into_iter().map(|case| (path.clone(), case)));
    }
    Ok(all)
}

/// Names that are known. What stands in the store is not, so nothing is said where the configuration has no names at all.
pub(super) fn inventory(config: Option<&Config>) -> Inventory {
    let Some(config) = config else { return Inventory::default() };
    let resources = || config.targets.values().map(|target| &target.resource);
    let label = |(key, value): (&String, &String)| (key.clone(), value.clone());
    Inventory {
        groups: config.people.values().flat_map(|person| person.groups.iter().cloned()).collect(),
        resources: resources().map(|resource| resource.name.to_string()).collect(),
        labels: resources().flat_map(|resource| resource.labels.iter().map(label)).collect(),
    }
}

/// The commands of a text, by the protocol of that name.
pub(super) fn reader(program: &dyn Program) -> impl Fn(&str, &[u8]) -> Vec<Action> {
    let protocols = program.protocols();
    move |name, text| {
        let protocol = protocols.iter().find(|protocol| protocol.manifest().name == name);
        protocol.map(|protocol| protocol.read(text)).unwrap_or_default()
    }
}

fn ending(folder: &Path, end: &str) -> Outcome<Vec<PathBuf>> {
    let unreadable = |error| Failure::new(Code::NotFound, format!("{}: {error}", folder.display()));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(end)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| Failure::new(Code::Failed, format!("{}: {error}", path.display())))
}
