//! The commands that ask a gateway over its HTTP interface.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use config::Span;

/// `signet login`.
#[derive(Debug, Args)]
pub(crate) struct LoginArguments {
    /// The gateway's interface: https://HOST:PORT.
    #[arg(long, value_name = "URL", env = "SIGNET_SERVER", hide_env_values = true)]
    pub(crate) server: String,
    /// Who you are.
    #[arg(long = "as", value_name = "PERSON", env = "USER", hide_env_values = true)]
    pub(crate) person: String,
    /// The authority that the gateway's certificate must come from (PEM). Without it, those that this machine trusts; and
    /// when it is none of them, you are asked to compare the fingerprint of the gateway's own.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// The fingerprint (SHA-256) that the gateway's own authority must have; then nobody is asked.
    #[arg(long, value_name = "HEX", conflicts_with = "ca")]
    pub(crate) fingerprint: Option<String>,
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Form {
    /// Print what the gateway's interface answers, as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `signet resources`.
#[derive(Debug, Subcommand)]
pub(crate) enum ResourcesCommand {
    /// Put a target behind the gateway.
    Add(Box<AddArguments>),
    /// List them.
    List(Form),
    /// Show one, without its secrets.
    Show {
        /// Its name.
        name: String,
        #[command(flatten)]
        form: Form,
    },
    /// Try one out: name resolution, TLS, sign-in, version, whether its account is too strong, and what the inspection
    /// account sees.
    Test {
        /// Its name.
        name: String,
        #[command(flatten)]
        form: Form,
    },
    /// Remove one. Sessions on it end.
    Remove {
        /// Its name.
        name: String,
        /// Ask no question.
        #[arg(long)]
        yes: bool,
    },
}

/// `signet resources add`.
#[derive(Debug, Args)]
pub(crate) struct AddArguments {
    /// Where it is: postgres://USER@HOST:PORT/DATABASE. A password in it is taken, and others on this machine may see it;
    /// better are --password-file, a pipe, or being asked.
    pub(crate) url: String,
    /// Its name: 1 to 63 of a-z 0-9 - _ .
    #[arg(long)]
    pub(crate) name: String,
    /// What its account is called here; without it, as on the target.
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// A file whose first line is the password; - is stdin. Without it, and without a password in the URL, you are asked.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// The account has no password.
    #[arg(long, conflicts_with = "password_file")]
    pub(crate) no_password: bool,
    /// A label for policies; may be given several times.
    #[arg(long = "label", value_name = "KEY=VALUE")]
    pub(crate) labels: Vec<String>,
    /// How the connection to it is protected: verify-full (what holds without this), verify-ca, require, disable.
    #[arg(long, value_name = "MODE")]
    pub(crate) tls: Option<String>,
    /// The authority that its certificate must come from (PEM). Without it, those of the gateway's machine.
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_ca: Option<PathBuf>,
    /// The name that its certificate must carry, when it is not the host.
    #[arg(long, value_name = "NAME")]
    pub(crate) tls_name: Option<String>,
    /// A TLS server name by which clients reach it; may be given several times.
    #[arg(long = "server-name", value_name = "NAME")]
    pub(crate) server_names: Vec<String>,
    /// Try it out at once.
    #[arg(long)]
    pub(crate) test: bool,
    #[command(flatten)]
    pub(crate) form: Form,
}

/// `signet people`.
#[derive(Debug, Subcommand)]
pub(crate) enum PeopleCommand {
    /// List people, service accounts and agents.
    List(Form),
    /// Add one.
    Add {
        /// The name to sign in with.
        person: String,
        /// The name shown to people; without it, the same.
        #[arg(long)]
        name: Option<String>,
        /// It is a service account, and this person answers for it.
        #[arg(long, value_name = "PERSON", conflicts_with = "agent_of")]
        service_of: Option<String>,
        /// It is an AI agent that acts for this person.
        #[arg(long, value_name = "PERSON")]
        agent_of: Option<String>,
        /// It is the same human being as this person, who may not approve their wishes either.
        #[arg(long, value_name = "PERSON")]
        same_person_as: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Let one in no more; their sessions end. Nothing of them is forgotten.
    Disable {
        /// Whom.
        person: String,
    },
    /// Let one in again.
    Enable {
        /// Whom.
        person: String,
    },
    /// Remove one with their roles and memberships, and revoke their tokens.
    Remove {
        /// Whom.
        person: String,
        /// Ask no question.
        #[arg(long)]
        yes: bool,
    },
}

/// `signet groups`.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupsCommand {
    /// List groups with their members.
    List(Form),
    /// Put somebody into a group.
    Add {
        /// The group.
        group: String,
        /// Whom.
        person: String,
    },
    /// Take somebody out of a group.
    Remove {
        /// The group.
        group: String,
        /// Whom.
        person: String,
    },
}

/// `signet roles`.
#[derive(Debug, Subcommand)]
pub(crate) enum RolesCommand {
    /// List who has which role.
    List(Form),
    /// Give somebody a role: administrator, policy_author, approver, auditor.
    Give {
        /// Whom.
        person: String,
        /// Which.
        role: String,
    },
    /// Take a role from somebody.
    Take {
        /// From whom.
        person: String,
        /// Which.
        role: String,
    },
}

/// `signet tokens`.
#[derive(Debug, Subcommand)]
pub(crate) enum TokensCommand {
    /// List tokens, without the tokens themselves: your own.
    List {
        /// Those of that person, NAME or ISSUER/SUBJECT.
        #[arg(long, value_name = "PERSON")]
        of: Option<String>,
        /// Those of everybody.
        #[arg(long, conflicts_with = "of")]
        everybody: bool,
        #[command(flatten)]
        form: Form,
    },
    /// Make a token; it is printed once and never again. One for somebody else carries no role but user.
    Create {
        /// For whom: yourself, a service or agent of yours, or anybody where your roles allow it. Without it, for yourself.
        person: Option<String>,
        /// How long it is good for: at most 366d.
        #[arg(long, value_name = "DURATION", default_value = "8h")]
        ttl: Span,
        #[command(flatten)]
        form: Form,
    },
    /// Revoke a token. Sessions that it opened are ended.
    Revoke {
        /// Its id, as `signet tokens list` shows it.
        id: String,
    },
}

/// `signet requests`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct RequestsArguments {
    #[command(subcommand)]
    pub(crate) command: Option<RequestsCommand>,
    /// Wait, and show each request that comes, whole, as soon as it comes.
    #[arg(long, short)]
    pub(crate) watch: bool,
    /// Only those in this state: pending, approved, used, rejected, expired, withdrawn, void. Several with commas.
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
    /// Your own only.
    #[arg(long)]
    pub(crate) mine: bool,
    /// Those that you could decide now only.
    #[arg(long)]
    pub(crate) to_decide: bool,
    #[command(flatten)]
    pub(crate) form: Form,
}

/// `signet requests` with a verb.
#[derive(Debug, Subcommand)]
pub(crate) enum RequestsCommand {
    /// Show one whole: who, where, when, why, and all that would run.
    Show {
        /// Its id.
        id: String,
        #[command(flatten)]
        form: Form,
    },
    /// Say yes. What is approved is what is shown: should it differ, the gateway refuses.
    Approve {
        /// Its id.
        id: String,
        /// A word with it.
        #[arg(long)]
        note: Option<String>,
        /// The digest of the command that you have read, as `requests show` says it.
        #[arg(long, value_name = "HEX")]
        digest: Option<String>,
        /// Ask no question.
        #[arg(long)]
        yes: bool,
    },
    /// Say no; the requester is told why.
    Reject {
        /// Its id.
        id: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Take your own request back.
    Withdraw {
        /// Its id.
        id: String,
    },
    /// Ask for access to a resource for a time, or to be shown there what a policy masks.
    Create {
        /// To what.
        #[arg(value_name = "RESOURCE", required_unless_present = "on", conflicts_with = "on")]
        resource: Option<String>,
        /// The same, where it reads better.
        #[arg(long, value_name = "RESOURCE")]
        on: Option<String>,
        /// The policy that masks what you need to see: it masks nothing for you for that time.
        #[arg(long, value_name = "POLICY", conflicts_with_all = ["account", "from"])]
        reveal: Option<String>,
        /// As which account; without it, the resource's default.
        #[arg(long, value_name = "NAME")]
        account: Option<String>,
        /// For how long: 30m, 8h; access at most 7d, with --reveal at most 24h.
        #[arg(long = "for", value_name = "DURATION", default_value = "1h")]
        lasts: Span,
        /// From when (2026-07-01T12:00:00Z); without it, from the approval on.
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        form: Form,
    },
}

/// `signet break-glass`.
#[derive(Debug, Subcommand)]
pub(crate) enum BreakGlassCommand {
    /// Ask for it. Two other people must agree, and somebody else reviews it afterwards.
    Request {
        /// On which resource.
        resource: String,
        /// For how long from the second agreement on: at most 4h.
        #[arg(long = "for", value_name = "DURATION", default_value = "1h")]
        lasts: Span,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Who reviews it afterwards.
        #[arg(long, value_name = "PERSON")]
        reviewer: String,
        #[command(flatten)]
        form: Form,
    },
    /// Agree to it: you are one of two.
    Agree {
        /// The id of the request.
        id: String,
        /// A word with it.
        #[arg(long)]
        note: Option<String>,
        /// Ask no question.
        #[arg(long)]
        yes: bool,
    },
    /// Review it after its time.
    Review {
        /// The id of the request.
        id: String,
        /// What was done, and whether it was right.
        #[arg(long)]
        findings: String,
    },
    /// List the reviews, those not done first.
    Reviews(Form),
}

/// `signet policy`: without a gateway, and at one.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyWords {
    #[command(flatten)]
    Alone(super::PolicyCommand),
    #[command(flatten)]
    Gateway(GatewayPolicyCommand),
}

/// `signet policy` at the gateway where one is signed in.
#[derive(Debug, Subcommand)]
pub(crate) enum GatewayPolicyCommand {
    /// Put the policies of a folder (FOLDER/*.cedar) in force at the gateway; you vouch for them.
    Apply {
        /// The folder.
        folder: PathBuf,
        /// Ask no question.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        form: Form,
    },
    /// List every version of the gateway's policies, with who vouches for it.
    History(Form),
    /// Show a version of the gateway's policies, whole.
    Show {
        /// Its number; without it, the newest.
        number: Option<u64>,
        #[command(flatten)]
        form: Form,
    },
    /// Have the gateway take over its folder of policies (policy.directory); you vouch for what stands there.
    Reload(Form),
}

/// `signet secrets`.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    /// Make a new key, and seal everything in the store anew under it. The earlier keys stay in the key file, so that an
    /// earlier copy of the store can still be opened.
    Rotate(Form),
}

/// `signet grants`.
#[derive(Debug, Subcommand)]
pub(crate) enum GrantsCommand {
    /// List what people were given for a time.
    List {
        /// Those that hold now or later only.
        #[arg(long)]
        live: bool,
        #[command(flatten)]
        form: Form,
    },
    /// Take one back; sessions that need it end at once.
    Revoke {
        /// Its id.
        id: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

/// `signet apply`.
#[derive(Debug, Args)]
pub(crate) struct ApplyArguments {
    /// The file: what should be (TOML).
    #[arg(long, short, value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Only show what would change. Ends with 8 when there is anything.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Ask no question.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) form: Form,
}

/// `signet completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// bash, zsh, fish, elvish or powershell.
    pub(crate) shell: clap_complete::Shell,
}
