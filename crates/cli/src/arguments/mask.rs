//! The words of `signet mask`.

use clap::{Args, Subcommand};

/// `signet mask`.
#[derive(Debug, Subcommand)]
pub(crate) enum MaskCommand {
    /// Why would columns of this command's result be masked, or not?
    ///
    /// Asks the gateway where you are signed in: by the policy in force and what the database holds at this moment. Nothing is
    /// run. Also says what policies would mask that are only observed for now.
    Explain(ExplainArguments),
}

/// `signet mask explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The command, or several.
    pub(crate) command: String,
    /// Who would send it.
    #[arg(long = "as", value_name = "PERSON")]
    pub(crate) person: String,
    /// To which resource.
    #[arg(long = "on", value_name = "RESOURCE")]
    pub(crate) resource: String,
    /// As which account; without it, the default.
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// In which database; without it, the default.
    #[arg(long)]
    pub(crate) database: Option<String>,
    /// Print the gateway's answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
