//! The words of `signet policy`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use model::{Requirement, ResourceName};

/// `signet policy`.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Write ready-made packs of policies, with their tests, into a folder.
    Init {
        /// The folder; it is made when it is not there. Files in it are not overwritten.
        folder: PathBuf,
        /// A pack: destructive, read-only, production-change, pci-cardholder, gdpr, agents; may be given several times.
        #[arg(long = "pack", value_name = "NAME", required = true)]
        packs: Vec<String>,
    },
    /// Tell every problem of the policies in a folder, and warn of what is hardly meant.
    ///
    /// Reads FOLDER/*.cedar. Names of groups, resources and labels are looked up in the configuration, when there is one.
    Check {
        /// The folder; without it, that of the configuration.
        folder: Option<PathBuf>,
        /// Fail on warnings, too.
        #[arg(long)]
        strict: bool,
    },
    /// Tell what the policies in a folder say to a command, and why; nothing is run.
    Try(Box<TryArguments>),
    /// Run the tests beside the policies in a folder: FOLDER/*.test.toml.
    Test {
        /// The folder; without it, that of the configuration.
        folder: Option<PathBuf>,
    },
    /// Tell which answers change from one folder of policies to another.
    ///
    /// Asked are the tests in both folders, and every person of the configuration with every resource, account and verb.
    Diff {
        /// The folder as it was.
        old: PathBuf,
        /// The folder as it is to be.
        new: PathBuf,
    },
    /// Tell what other policies would have said to the commands on record, and what they would have decided otherwise.
    ///
    /// Needs the configuration, and the keys of the evidence. It is recorded that evidence was read. Ends with 0 when nothing would be
    /// decided otherwise, and with 8 when something would.
    Replay(ReplayArguments),
    /// Print the schema that policies are checked against, for editors.
    Schema,
}

/// `signet policy try`.
#[derive(Debug, Args)]
pub(crate) struct TryArguments {
    /// The command, such as "DELETE FROM t"; without it, whether a session may begin.
    pub(crate) command: Option<String>,
    /// Who: NAME of a person of the configuration, or ISSUER/SUBJECT.
    #[arg(long = "as", value_name = "PERSON")]
    pub(crate) person: String,
    /// On which resource.
    #[arg(long = "on", value_name = "RESOURCE")]
    pub(crate) resource: ResourceName,
    /// The folder of policies; without it, that of the configuration.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) policies: Option<PathBuf>,
    /// The upstream account; without it, the resource's default.
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// A group that they are in, besides those of the configuration; may be given several times.
    #[arg(long = "group", value_name = "NAME")]
    pub(crate) groups: Vec<String>,
    /// A label of the resource, KEY=VALUE, besides those of the configuration; may be given several times.
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = label)]
    pub(crate) labels: Vec<(String, String)>,
    /// The protocol, for a resource that is not in the configuration.
    #[arg(long, value_name = "NAME", default_value = "postgres")]
    pub(crate) protocol: String,
    /// The database.
    #[arg(long, value_name = "NAME")]
    pub(crate) database: Option<String>,
    /// What was approved already, such as group:dba-leads; may be given several times.
    #[arg(long = "approved", value_name = "WHO")]
    pub(crate) approved: Vec<Requirement>,
    /// What was agreed to for access that lasts, such as group:dba-leads; may be given several times.
    #[arg(long = "granted", value_name = "WHO")]
    pub(crate) granted: Vec<Requirement>,
    /// With a transaction open.
    #[arg(long)]
    pub(crate) in_transaction: bool,
    /// With the glass broken.
    #[arg(long)]
    pub(crate) break_glass: bool,
    /// With that masking policy lifted, as by an approved `signet requests create --reveal`; may be given several times.
    #[arg(long = "revealed", value_name = "POLICY")]
    pub(crate) revealed: Vec<String>,
    /// At that time, such as 2026-07-01T12:00:00Z; without it, now.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// From that address.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) source: IpAddr,
    /// Print a JSON object: verdict, policies, version, message, hint, approve, expires_seconds, observed,
    /// and mask: policy, columns, operator and positions of each rule.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `signet policy replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArguments {
    /// The folder of policies.
    pub(crate) folder: PathBuf,
    /// Only at this resource.
    #[arg(long = "on", value_name = "RESOURCE")]
    pub(crate) resource: Option<String>,
    /// Only from this time on: 2026-07-01T12:00:00Z, 2026-07-01, or how long ago (15m, 8h).
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only before this time.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Ask the gateway where one is signed in for labels and groups that are not in the configuration.
    #[arg(long)]
    pub(crate) gateway: bool,
    /// Print a JSON object: replayed, changed, masked, verdicts (then, now, count), changes (then, now, policies, name, fingerprint, count,
    /// examples), not_listed, not_replayed.
    #[arg(long)]
    pub(crate) json: bool,
}

fn label(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("a label is KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}
