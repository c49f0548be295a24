//! Puts a section into a connection service file, once, without touching what others wrote there.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::failure::{Code, Failure, Outcome};

/// Stands first in every section of ours; one without it belongs to somebody else.
const MARK: &str = "# made by signet connect; changes are overwritten";

/// Writes a section (`[name]` and its lines) into the person's service file; gives the file and the section's name.
pub(crate) fn install(section: &str) -> Outcome<(PathBuf, String)> {
    let path = place()?;
    let name = name_of(section)?;
    let written = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(unusable(&path, &error)),
    };
    let text = with_section(&written, &name, section)?;
    if text != written {
        replace(&path, &text).map_err(|error| unusable(&path, &error))?;
    }
    Ok((path, name))
}

fn place() -> Outcome<PathBuf> {
    if let Some(path) = env::var_os("PGSERVICEFILE") {
        return Ok(path.into());
    }
    let home = env::var_os("HOME").ok_or_else(|| {
        Failure::new(Code::Failed, "there is no home folder").hint("Set PGSERVICEFILE to the file to be written.")
    })?;
    Ok(Path::new(&home).join(".pg_service.conf"))
}

fn name_of(section: &str) -> Outcome<String> {
    let name = section.lines().find_map(header);
    name.map(str::to_owned).ok_or_else(|| Failure::new(Code::Failed, "the protocol gave no service section"))
}

fn header(line: &str) -> Option<&str> {
    line.trim().strip_prefix('[')?.strip_suffix(']')
}

/// The file with this section in the place of the one of the same name, or at its end.
pub(crate) fn with_section(written: &str, name: &str, section: &str) -> Outcome<String> {
    let body: Vec<_> = section.trim().lines().filter(|line| header(line).is_none()).collect();
    let ours = format!("[{name}]\n{MARK}\n{}\n", body.join("\n"));
    let lines: Vec<&str> = written.split_inclusive('\n').collect();
    let Some(begin) = lines.iter().position(|line| header(line) == Some(name)) else {
        let gap = if written.is_empty() {
            ""
        } else if written.ends_with('\n') {
            "\n"
        } else {
            "\n\n"
        };
        return Ok(format!("{written}{gap}{ours}"));
    };
    let after = lines.iter().skip(begin + 1);
    if !after.clone().take_while(|line| header(line).is_none()).any(|line| line.trim() == MARK) {
        let what = format!("the service file has a section [{name}] that signet did not make");
        return Err(Failure::new(Code::Failed, what).hint("Rename that section, or set PGSERVICEFILE to another file."));
    }
    let end = after.clone().position(|line| header(line).is_some()).map_or(lines.len(), |at| begin + 1 + at);
    let before: String = lines.iter().take(begin).copied().collect();
    let rest: String = lines.iter().skip(end).copied().collect();
    let gap = if rest.is_empty() { "" } else { "\n" };
    Ok(format!("{before}{ours}{gap}{rest}"))
}

/// Writes it beside and moves it over, so that no reader sees half a file. A link is followed.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let beside = path.with_extension(format!("signet-{}", std::process::id()));
    fs::write(&beside, text)?;
    if let Ok(metadata) = fs::metadata(&path) {
        fs::set_permissions(&beside, metadata.permissions())?;
    }
    fs::rename(&beside, &path).inspect_err(|_| drop(fs::remove_file(&beside)))
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Code::Failed, format!("cannot write {}: {error}", path.display()))
}
