//! The command line.

mod api;
mod audit;
mod mask;
mod policy;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use api::{
    AddArguments, ApplyArguments, BreakGlassCommand, CompletionsArguments, Form, GatewayPolicyCommand, GrantsCommand,
    GroupsCommand, LoginArguments, PeopleCommand, PolicyWords, RequestsArguments, RequestsCommand, ResourcesCommand,
    RolesCommand, SecretsCommand, TokensCommand,
};

pub(crate) use audit::{AuditCommand, Narrowed};
pub(crate) use mask::{ExplainArguments, MaskCommand};
pub(crate) use policy::{PolicyCommand, ReplayArguments, TryArguments};

/// Signet: the door between people and the systems they must not reach unobserved.
#[derive(Debug, Parser)]
#[command(name = "signet", version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// The configuration file.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "SIGNET_CONFIG",
        hide_env_values = true,
        default_value = "/etc/signet/signet.toml"
    )]
    pub(crate) config: PathBuf,
    /// Where `signet login` keeps who you are. Without it, $XDG_CONFIG_HOME/signet/credentials.toml.
    #[arg(long, global = true, value_name = "FILE", env = "SIGNET_CREDENTIALS", hide_env_values = true)]
    pub(crate) credentials: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the gateway.
    ///
    /// SIGTERM or SIGINT lets running commands finish (limits.drain_timeout) and ends; a second one ends at once. Its log
    /// goes to stderr: SIGNET_LOG chooses what (such as debug), SIGNET_LOG_FORMAT=json one JSON object a line.
    Server,
    /// Make, list and revoke the tokens by which people sign in, at the machine of the gateway.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Reach a resource with your own client.
    ///
    /// Runs the client, or prints what other clients need. The token is typed as the password; for psql it may stand in
    /// PGPASSWORD.
    Connect(ConnectArguments),
    /// Print what stands in the evidence journal.
    ///
    /// One line a record: time (UTC), who, verdict, what. Works beside a running gateway. That it was read is a record too.
    Log(LogArguments),
    /// Show recorded sessions: who did what, what was decided, and what they were shown.
    ///
    /// Works beside a running gateway. That evidence was read is a record too: without it nothing is shown.
    #[command(subcommand)]
    Sessions(SessionsCommand),
    /// Answer an auditor: who touched this, what did this person do, what was refused, who approved what, who can reach this.
    ///
    /// Each answer says what was asked, how much was found, and up to which record of the log was read. Works beside a running
    /// gateway. That evidence was read is a record too.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Verify an evidence log: that nothing in it was changed or left out.
    ///
    /// Needs no configuration and no gateway. Ends with 0 when everything holds; 10 TAMPERED, 20 INCOMPLETE, 30 UNTRUSTED,
    /// 40 STALE or ROLLBACK, 50 MALFORMED, 60 FORK, 70 when something could not be read.
    Verify(verify::Arguments),
    /// Check the configuration, or print its reference page.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Write, check, try, test and compare policies; no gateway is needed.
    #[command(subcommand)]
    Policy(PolicyWords),
    /// Sign in at a gateway's interface, for the commands below.
    ///
    /// The token is asked for without being shown; or it is piped in, or stands in SIGNET_TOKEN. It is kept, with the
    /// authority of the gateway's certificate, in a file that only you may read.
    Login(LoginArguments),
    /// Forget who you are.
    Logout,
    /// How the gateway is: its policy, what waits, what is overdue, what is only observed.
    Status(Form),
    /// The targets behind the gateway.
    #[command(subcommand)]
    Resources(ResourcesCommand),
    /// People, service accounts and agents. A person is NAME, or ISSUER/SUBJECT.
    #[command(subcommand)]
    People(PeopleCommand),
    /// Who is in which group.
    #[command(subcommand)]
    Groups(GroupsCommand),
    /// Who may do what with the gateway itself.
    #[command(subcommand)]
    Roles(RolesCommand),
    /// Your tokens, and those of others where your roles allow it, over the gateway's interface.
    #[command(subcommand)]
    Tokens(TokensCommand),
    /// Requests for approval: list them, wait for them, decide them, ask for access.
    Requests(RequestsArguments),
    /// The way in when nothing else is left: two others agree, it is short, and somebody reviews it.
    #[command(subcommand)]
    BreakGlass(BreakGlassCommand),
    /// What people were given for a time.
    #[command(subcommand)]
    Grants(GrantsCommand),
    /// What is masked of what commands show.
    #[command(subcommand)]
    Mask(MaskCommand),
    /// The key under which the gateway keeps passwords of targets and texts of requests.
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Make the gateway's resources, people, groups and roles what a file says.
    Apply(ApplyArguments),
    /// Show all of it on this machine: a throw-away PostgreSQL with made-up data, behind a gateway of its own.
    ///
    /// Needs PostgreSQL's server and psql, and nothing else; no configuration. All of it is in a temporary folder and on the loopback
    /// address. Without --tour it stays until Ctrl-C, and prints what to try.
    Demo(DemoArguments),
    /// Print what a shell needs to complete words.
    Completions(CompletionsArguments),
}

/// `signet token`.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token for a person; it is printed once and never again.
    ///
    /// The token stands alone on stdout, all else on stderr.
    Create {
        /// A person, service or agent of the configuration or of the store, by the name that they sign in with.
        person: String,
        /// How long it is good for: 1s to 30d.
        #[arg(long, value_name = "DURATION", default_value = "8h")]
        ttl: config::Span,
        /// Print a JSON object: token, id, person, expires.
        #[arg(long)]
        json: bool,
    },
    /// List the tokens that have been made, without the tokens themselves.
    List {
        /// Print a JSON array of objects: id, person, created, expires, revoked, state.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token. Sessions that it opened are ended.
    Revoke {
        /// The id of the token, as `signet token list` shows it.
        id: String,
    },
}

/// `signet connect`.
#[derive(Debug, Args)]
pub(crate) struct ConnectArguments {
    /// The resource.
    pub(crate) resource: String,
    /// Who you are: PERSON, or PERSON+ACCOUNT for an account other than the default.
    #[arg(long = "as", value_name = "USER", env = "USER", hide_env_values = true)]
    pub(crate) user: String,
    /// The database (or its like). Without it, the resource's default.
    #[arg(long, value_name = "DATABASE")]
    pub(crate) database: Option<String>,
    /// The client: psql, service (writes ~/.pg_service.conf, or PGSERVICEFILE), jdbc, dbeaver and more; --print shows all.
    #[arg(long, value_name = "CLIENT")]
    pub(crate) with: Option<String>,
    /// Only print the command or the text.
    #[arg(long)]
    pub(crate) print: bool,
}

/// `signet log`.
#[derive(Debug, Args)]
pub(crate) struct LogArguments {
    /// Wait for more records and print them as they come.
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// Only sessions with this id, or with ids that begin so.
    #[arg(long, value_name = "ID")]
    pub(crate) session: Option<String>,
    /// Only records of this type, such as command or signin.refused; may be given several times.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) types: Vec<String>,
    /// Only what this person did, or tried.
    #[arg(long, value_name = "NAME")]
    pub(crate) person: Option<String>,
    /// Only from this time on: 2026-07-01T12:00:00Z, 2026-07-01, or how long ago (15m, 8h).
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Print the records as they are, one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `signet sessions`.
#[derive(Debug, Subcommand)]
pub(crate) enum SessionsCommand {
    #[command(flatten)]
    Recorded(RecordedCommand),
    /// List the sessions under way on the gateway where you are signed in.
    Live(Form),
    /// End a session under way; its client is told why.
    Kill {
        /// Its id, whole.
        session: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

/// `signet sessions` of the past.
#[derive(Debug, Subcommand)]
pub(crate) enum RecordedCommand {
    /// List sessions, those that began last first.
    List(ListArguments),
    /// Show a session whole: who, each command with what was decided about it, and what the client was shown.
    ///
    /// The response stands as it was shown, masked where it was masked; what is left out, and why, is said. Whether the
    /// records fit together is checked; that they stand in the signed log is shown by signet verify.
    Show {
        /// The id of the session, or how it begins.
        session: String,
        /// Print the records as JSON objects, one a line, with the response in `response`.
        #[arg(long)]
        json: bool,
    },
    /// Print what happens in sessions from now on, as it happens.
    Tail {
        /// Only what this person does.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// Only at this resource.
        #[arg(long, value_name = "NAME")]
        resource: Option<String>,
        /// Print the records as they are, one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Make the index anew, by which sessions are found. It is derived from the log.
    Reindex,
}

/// `signet sessions list`.
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// Only those of this person.
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Only those at this resource.
    #[arg(long, value_name = "NAME")]
    pub(crate) resource: Option<String>,
    /// Only those that began at this time or later: 2026-07-01T12:00:00Z, 2026-07-01, or how long ago (15m, 8h).
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only those that began before this time.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Only those that have not ended.
    #[arg(long)]
    pub(crate) open: bool,
    /// At most so many.
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub(crate) limit: u32,
    /// Print a JSON array of objects: session, person, client, resource, account, database, protocol, began, ended, cause,
    /// commands, refusals.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `signet demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Show it step by step, check each claim, and end: with 0 only when everything was as it is told.
    #[arg(long)]
    pub(crate) tour: bool,
}

/// `signet config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Tell every problem of the configuration and of the files that it names.
    ///
    /// Ends with 0 when the gateway could start with it, and with 1 when there is any problem.
    Check,
    /// Print the reference page: every key with its type, default and meaning.
    Reference,
}
