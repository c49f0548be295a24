//! What can be found: verdicts, failures and notes.

use std::fmt;

/// The verdicts, from the lightest to the gravest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything that was asked for holds.
    Ok,
    /// It could not be read.
    Io,
    /// Something that must be there is not.
    Incomplete,
    /// Older than allowed.
    Stale,
    /// Older than what was seen before.
    Rollback,
    /// No acceptable signature.
    Untrusted,
    /// Not of this format.
    Malformed,
    /// Something is not what was signed, or contradicts itself.
    Tampered,
    /// Two histories were signed.
    Fork,
}

impl Verdict {
    /// What the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Tampered => 10,
            Self::Incomplete => 20,
            Self::Untrusted => 30,
            Self::Stale | Self::Rollback => 40,
            Self::Malformed => 50,
            Self::Fork => 60,
            Self::Io => 70,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Tampered => "TAMPERED",
            Self::Incomplete => "INCOMPLETE",
            Self::Untrusted => "UNTRUSTED",
            Self::Stale => "STALE",
            Self::Rollback => "ROLLBACK",
            Self::Malformed => "MALFORMED",
            Self::Fork => "FORK",
            Self::Io => "IO",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The record at this position of the log.
    Record(u64),
    /// A file of the log, or one that the user named.
    File(String),
    /// The log as a whole.
    Log,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(seq) => write!(f, "record {seq}"),
            Self::File(path) => f.write_str(path),
            Self::Log => f.write_str("log"),
        }
    }
}

/// Something that fails the log. Its text is safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its verdict.
    pub verdict: Verdict,
    /// Where.
    pub place: Place,
    /// What.
    pub text: String,
}

/// Something worth knowing that fails nothing. Its text is safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where.
    pub place: Place,
    /// What.
    pub text: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.verdict, self.place, self.text)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "note: {}: {}", self.place, self.text)
    }
}
