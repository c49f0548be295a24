//! How a command fails: an exit code that scripts can rely on, the cause, and what to do.

use std::fmt;
use std::io;

use config::ConfigError;

/// Exit codes. 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// It was tried and failed.
    Failed,
    /// The command line is wrong.
    Usage,
    /// The configuration cannot be used.
    Configuration,
    /// What was named does not exist.
    NotFound,
    /// The gateway does not know the caller, or does not let them.
    Refused,
    /// It is not in a state in which that can be done, or was changed meanwhile.
    Conflict,
    /// The gateway cannot be reached.
    Unreachable,
    /// What is differs from what should be.
    Drift,
}

impl Code {
    /// All of them, for the documentation.
    pub const ALL: [Self; 8] = [
        Self::Failed,
        Self::Usage,
        Self::Configuration,
        Self::NotFound,
        Self::Refused,
        Self::Conflict,
        Self::Unreachable,
        Self::Drift,
    ];

    /// What the process ends with.
    pub fn number(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Configuration => 3,
            Self::NotFound => 4,
            Self::Refused => 5,
            Self::Conflict => 6,
            Self::Unreachable => 7,
            Self::Drift => 8,
        }
    }

    /// What it means.
    pub fn about(self) -> &'static str {
        match self {
            Self::Failed => "it was tried and failed",
            Self::Usage => "the command line is wrong",
            Self::Configuration => "the configuration cannot be used; every problem is told",
            Self::NotFound => "what was named does not exist, or may not be seen",
            Self::Refused => "not signed in, or not allowed",
            Self::Conflict => "not possible as things stand, or changed meanwhile; look at it and decide anew",
            Self::Unreachable => "the gateway's interface cannot be reached, or its certificate is not trusted",
            Self::Drift => "`signet apply --dry-run`: what is differs from the file",
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    pub(crate) cause: String,
    pub(crate) hint: Option<String>,
    /// Nobody reads the output any more.
    pub(crate) pipe: bool,
}

pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(code: Code, cause: impl Into<String>) -> Self {
        Self { code, cause: cause.into(), hint: None, pipe: false }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.cause)?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Code::Failed, format!("{error:#}"))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let pipe = error.kind() == io::ErrorKind::BrokenPipe;
        Self { pipe, ..Self::new(Code::Failed, error.to_string()) }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let mut cause = error.to_string();
        let hint = match &error {
            ConfigError::Unreadable { .. } => "Say where the file is with --config FILE or SIGNET_CONFIG.",
            ConfigError::Syntax { .. } => "All keys: signet config reference.",
            ConfigError::Invalid { problems, .. } => {
                for problem in problems {
                    cause.push_str(&format!("\n{problem}"));
                }
                "Mend these; signet config check tells whether any are left."
            }
        };
        Self::new(Code::Configuration, cause).hint(hint)
    }
}
