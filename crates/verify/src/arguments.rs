//! The words of the command, for `signet verify` and for `signet-verify`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tlog::note::VerifierKey;

use crate::findings::Sink;
use crate::keys::{Keys, KeysError};
use crate::report::Report;
use crate::run::{Options, Pin, run};
use crate::source::regular;
use crate::verdict::{Failure, Note, Verdict};
use crate::{source, summary};

/// What the command line was used wrongly with ends so.
const USAGE: u8 = 2;

/// Verify an evidence log.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder of the log, or the http(s) address at which its files are served.
    #[arg(value_name = "LOG")]
    source: String,
    /// The key that must have signed: NAME+KEYID+BASE64, or a file with it. Get it from somewhere else than the log.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// A checkpoint that was seen before; the log must continue it.
    #[arg(long, value_name = "FILE")]
    pin: Option<PathBuf>,
    /// When all holds, keep the checkpoint in this file, for --pin next time.
    #[arg(long, value_name = "FILE")]
    save_pin: Option<PathBuf>,
    /// How old the newest record may be: 90s, 15m, 24h, 7d.
    #[arg(long, value_name = "AGE", value_parser = age)]
    max_age: Option<u64>,
    /// The master key of the gateway, to open the payloads and check what they commit to.
    #[arg(long, value_name = "FILE")]
    master_key: Option<PathBuf>,
    /// The folder with the keys of the chains. Without it, `keys` beside the folder of the log.
    #[arg(long, value_name = "FOLDER", requires = "master_key")]
    keys: Option<PathBuf>,
    /// Print a JSON object.
    #[arg(long)]
    json: bool,
}

/// An age in microseconds.
fn age(text: &str) -> Result<u64, String> {
    let (number, unit) = text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()));
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err("an age is a number and one of s, m, h, d".to_owned()),
    };
    let age = number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds * 1_000_000));
    age.ok_or_else(|| "an age is a number and one of s, m, h, d".to_owned())
}

/// Runs the command and gives its exit code: that of the verdict, or 2 when it was used wrongly. `progress` is whether a person
/// looks at `err`.
///
/// # Errors
/// When `out` cannot be written to.
pub fn command(
    arguments: &Arguments,
    now_us: u64,
    out: &mut dyn Write,
    err: &mut dyn Write,
    progress: bool,
) -> io::Result<u8> {
    let prepared = prepare(arguments, now_us);
    let (source, options) = match prepared {
        Ok(prepared) => prepared,
        Err((code, text)) => {
            writeln!(err, "error: {text}")?;
            return Ok(code);
        }
    };
    let mut teller = Teller { out, err, progress, told: !arguments.json, broken: None };
    let report = run(source.as_ref(), &options, &mut teller);
    teller.clear();
    if let Some(error) = teller.broken {
        return Err(error);
    }
    if arguments.json {
        out.write_all(&summary::object(&report))?;
        writeln!(out)?;
    } else {
        tell_rest(out, &report)?;
        write!(out, "{}", summary::sentences(&report, &options))?;
    }
    match save(arguments, &report) {
        Ok(()) => Ok(report.verdict.code()),
        Err(error) => {
            writeln!(err, "error: the pin was not saved: {error}")?;
            Ok(Verdict::Io.code())
        }
    }
}

type Wrong = (u8, String);

fn prepare(arguments: &Arguments, now_us: u64) -> Result<(Box<dyn source::Source>, Options), Wrong> {
    let unreadable = |what: &Path, error: io::Error| (Verdict::Io.code(), format!("{}: {error}", what.display()));
    let key = arguments.key.as_deref().map(key).transpose()?;
    let pin = arguments.pin.as_deref().map(|path| {
        let bytes = read(path).map_err(|error| unreadable(path, error))?;
        Ok(Pin { name: path.display().to_string(), bytes })
    });
    let pin = pin.transpose()?;
    let keys = arguments.master_key.as_deref().map(|master| {
        let beside = Path::new(&arguments.source).parent().unwrap_or(Path::new(".")).join("keys");
        Keys::read(master, arguments.keys.as_ref().unwrap_or(&beside)).map_err(|error| match error {
            KeysError::Io(error) => unreadable(master, error),
            KeysError::Form => (USAGE, format!("{}: {error}", master.display())),
        })
    });
    let keys = keys.transpose()?;
    let source = source::open(&arguments.source);
    let source = source.map_err(|error| (Verdict::Io.code(), format!("{}: {error}", arguments.source)))?;
    Ok((source, Options { key, pin, max_age_us: arguments.max_age, now_us, keys }))
}

/// The key itself, or the file that it stands in.
fn key(text: &str) -> Result<VerifierKey, Wrong> {
    if let Ok(key) = text.parse() {
        return Ok(key);
    }
    let wrong = |error: String| (USAGE, format!("--key: {error}"));
    let line = read(Path::new(text)).map_err(|error| wrong(format!("neither a key nor a file: {error}")))?;
    let line = String::from_utf8(line).unwrap_or_default();
    line.trim().parse().map_err(|error: tlog::note::KeyError| wrong(error.to_string()))
}

/// A small file.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    regular(path)?.take(tlog::note::LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Keeps the checkpoint of a log in which all holds.
fn save(arguments: &Arguments, report: &Report) -> io::Result<()> {
    let Some((path, note)) = arguments.save_pin.as_ref().zip(report.facts.signed.as_ref()) else { return Ok(()) };
    if report.verdict != Verdict::Ok {
        return Ok(());
    }
    // A cut write must not cost the old pin.
    let new = path.with_added_extension("new");
    fs::write(&new, note)?;
    fs::rename(new, path)
}

fn tell_rest(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if report.more_failures > 0 {
        writeln!(out, "... and {} more failures", report.more_failures)?;
    }
    if report.more_notes > 0 {
        writeln!(out, "... and {} more notes", report.more_notes)?;
    }
    Ok(())
}

/// Tells at once what is found, and a person at a terminal how far it is.
struct Teller<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    progress: bool,
    told: bool,
    broken: Option<io::Error>,
}

impl Teller<'_> {
    fn line(&mut self, line: &dyn std::fmt::Display) {
        if self.told && self.broken.is_none() {
            self.clear();
            self.broken = writeln!(self.out, "{line}").err();
        }
    }

    fn clear(&mut self) {
        if self.progress {
            // Nothing is lost when it stays.
            let _ = write!(self.err, "\r\x1b[K");
        }
    }
}

impl Sink for Teller<'_> {
    fn failure(&mut self, failure: &Failure) {
        self.line(failure);
    }

    fn note(&mut self, note: &Note) {
        self.line(note);
    }

    fn progress(&mut self, read: u64, of: u64) {
        if self.progress && read.is_multiple_of(16_384) {
            let _ = write!(self.err, "\r\x1b[K{read} of {of} records");
            let _ = self.err.flush();
        }
    }
}
