//! The words of `signet audit`.

use clap::{Args, Subcommand};

/// `signet audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Who touched this table or column?
    ///
    /// Commands whose text names it, with what came of them. Commands whose text is not understood are counted, and listed with
    /// --doubtful: they may have touched anything.
    Touched {
        /// The table or view: NAME or SCHEMA.NAME, as the database writes it.
        relation: String,
        /// Only where this column is named, or all of them are.
        #[arg(long, value_name = "NAME")]
        column: Option<String>,
        /// List what is not understood, too.
        #[arg(long)]
        doubtful: bool,
        #[command(flatten)]
        narrowed: Narrowed,
    },
    /// What did this person do, or try to do?
    Did {
        /// The person's name.
        person: String,
        #[command(flatten)]
        narrowed: Narrowed,
    },
    /// What was refused, to whom and why?
    Refused(Narrowed),
    /// Who approved what?
    ///
    /// Commands that waited, with who said yes or no, and decisions about access.
    Approved(Narrowed),
    /// Who can reach this resource now?
    ///
    /// Asks the gateway where you are signed in: the policy in force, with the groups and grants of this moment.
    Reach {
        /// The resource.
        resource: String,
        /// Print a JSON object: query, count, log, found.
        #[arg(long)]
        json: bool,
    },
}

/// What an answer from the log is narrowed to.
#[derive(Debug, Args)]
pub(crate) struct Narrowed {
    /// Only at this resource.
    #[arg(long = "on", value_name = "RESOURCE")]
    pub(crate) resource: Option<String>,
    /// Only from this time on: 2026-07-01T12:00:00Z, 2026-07-01, or how long ago (15m, 8h).
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only before this time.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Print a JSON object: query, count, log, found.
    #[arg(long)]
    pub(crate) json: bool,
}
