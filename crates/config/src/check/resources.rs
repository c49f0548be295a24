//! Checks of `[[resource]]` and its accounts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Address, Recording, ResourceName, TlsMode};

use super::{Context, unique};
use crate::document::{self, TargetTls};
use crate::problem::Problems;
use crate::{SecretSource, Target};

pub(super) fn settle(
    context: &Context<'_>,
    resources: Vec<document::Resource>,
    result_bytes: u64,
    problems: &mut Problems,
) -> BTreeMap<ResourceName, Target> {
    let mut targets = BTreeMap::new();
    let (mut names, mut server_names) = (BTreeSet::new(), BTreeSet::new());
    for resource in resources {
        let key = format!("resource.{}", resource.name.escape_debug());
        unique(&mut names, &key, &resource.name, problems);
        for server_name in &resource.server_names {
            self::server_name(&key, server_name, &mut server_names, problems);
        }
        if let Some(target) = target(context, &key, resource, result_bytes, problems) {
            targets.entry(target.resource.name.clone()).or_insert(target);
        }
    }
    targets
}

fn target(
    context: &Context<'_>,
    key: &str,
    resource: document::Resource,
    result_bytes: u64,
    problems: &mut Problems,
) -> Option<Target> {
    let record = match resource.record {
        document::Record::Beginning => Recording::UpTo(result_bytes),
        document::Record::Full => Recording::Whole,
    };
    context.protocol(key, &resource.protocol, problems);
    unused_tls_keys(key, &resource, problems);
    let name: Result<ResourceName, String> = resource.name.parse();
    if let Err(rule) = &name {
        problems.add(format!("{key}.name"), format!("{:?} cannot be a name", resource.name), format!("{rule}."));
    }
    let address: Result<Address, _> = resource.address.parse();
    if let Err(rule) = &address {
        let what = format!("{:?} is not an address", resource.address);
        problems.add(format!("{key}.address"), what, format!("{rule}, such as db.internal:5432."));
    }
    let Accounts { people, inspection, secrets } = accounts(context, key, resource.account, problems);
    let settled = model::Resource {
        name: name.ok()?,
        protocol: resource.protocol,
        address: address.ok()?,
        tls: mode(resource.tls),
        tls_name: resource.tls_server_name,
        tls_ca: None,
        server_names: resource.server_names,
        default_database: resource.database,
        accounts: people,
        labels: resource.labels,
    };
    let tls_ca = resource.tls_ca.map(|ca| context.path(&ca));
    Some(Target { resource: Arc::new(settled), inspection, tls_ca, secrets, record })
}

fn mode(tls: TargetTls) -> TlsMode {
    match tls {
        TargetTls::VerifyFull => TlsMode::VerifyFull,
        TargetTls::VerifyCa => TlsMode::VerifyCa,
        TargetTls::Require => TlsMode::Require,
        TargetTls::Disable => TlsMode::Disable,
    }
}

/// A key that has no effect is a wish that would silently not come true.
fn unused_tls_keys(key: &str, resource: &document::Resource, problems: &mut Problems) {
    let verifies = matches!(resource.tls, TargetTls::VerifyFull | TargetTls::VerifyCa);
    if resource.tls_ca.is_some() && !verifies {
        let remedy = "Set tls = \"verify-full\" (or \"verify-ca\"), or remove tls_ca.";
        problems.add(format!("{key}.tls_ca"), "it has no effect, because tls does not verify", remedy);
    }
    if resource.tls_server_name.is_some() && resource.tls != TargetTls::VerifyFull {
        let remedy = "Set tls = \"verify-full\", or remove tls_server_name.";
        problems.add(format!("{key}.tls_server_name"), "it has no effect, because tls does not verify names", remedy);
    }
}

fn server_name(key: &str, name: &str, seen: &mut BTreeSet<String>, problems: &mut Problems) {
    let key = format!("{key}.server_names");
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 253 || !name.chars().all(good) {
        problems.add(key, format!("{name:?} is not a DNS name"), "Write a name such as prod.db.example.com.");
    } else if !seen.insert(name.to_ascii_lowercase()) {
        problems.add(key, format!("{name:?} is used twice"), "A server name can lead to one resource only.");
    }
}

/// The accounts of one resource.
#[derive(Default)]
struct Accounts {
    /// By which people are let in, the default first.
    people: Vec<model::Account>,
    /// By which the gateway itself looks.
    inspection: Option<model::Account>,
    secrets: BTreeMap<String, SecretSource>,
}

fn accounts(context: &Context<'_>, key: &str, accounts: Vec<document::Account>, problems: &mut Problems) -> Accounts {
    if accounts.iter().all(|account| account.inspection) {
        let remedy = "Add a [[resource.account]] with a name and a secret below it, and without inspection.";
        problems.add(format!("{key}.account"), "there is none, so nobody could be let in", remedy);
    }
    if accounts.iter().filter(|account| account.default).count() > 1 {
        problems.add(format!("{key}.account"), "more than one is the default", "Set default = true on one of them.");
    }
    if accounts.iter().filter(|account| account.inspection).count() > 1 {
        let remedy = "Set inspection = true on one of them.";
        problems.add(format!("{key}.account"), "more than one is for inspection", remedy);
    }
    let (mut seen, mut settled) = (BTreeSet::new(), Accounts::default());
    for account in accounts {
        let key = format!("{key}.account.{}", account.name.escape_debug());
        unique(&mut seen, &key, &account.name, problems);
        let user = account.user.unwrap_or_else(|| account.name.clone());
        for (field, value) in [("name", &account.name), ("user", &user)] {
            if value.is_empty() || value.len() > 63 || value.chars().any(char::is_control) {
                let remedy = "Write 1 to 63 bytes without control characters.";
                problems.add(format!("{key}.{field}"), format!("{value:?} cannot be an account"), remedy);
            }
        }
        if account.default && account.inspection {
            let remedy = "Set default = true on an account by which people are let in.";
            problems.add(format!("{key}.default"), "nobody is let in by the account for inspection", remedy);
        }
        settled.secrets.insert(account.name.clone(), source(context, &key, account.secret, problems));
        let known = model::Account { name: account.name, user };
        if account.inspection {
            settled.inspection = Some(known);
        } else {
            let at = if account.default { 0 } else { settled.people.len() };
            settled.people.insert(at, known);
        }
    }
    settled
}

fn source(context: &Context<'_>, key: &str, secret: Option<document::Secret>, problems: &mut Problems) -> SecretSource {
    match secret {
        None => SecretSource::None,
        Some(document::Secret::File(path)) => SecretSource::File(context.path(&path)),
        Some(document::Secret::Env(name)) => {
            if name.is_empty() || name.contains(['=', '\0']) {
                let remedy = "Write a name such as PROD_PASSWORD.";
                problems.add(format!("{key}.secret"), format!("{name:?} cannot be an environment variable"), remedy);
            }
            SecretSource::Env(name)
        }
    }
}
