//! Strangers can tell that nothing was changed, and whether something was.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::demo::house::House;
use crate::demo::process::{Done, command};
use crate::demo::screen::Screen;
use crate::failure::{Code, Failure, Outcome};

/// What `signet verify` ends with when a record was changed.
const TAMPERED: i32 = 10;

pub(super) fn show(house: &mut House, screen: &mut Screen<'_>) -> Outcome {
    screen.title(
        "6  Verified by strangers",
        "An auditor has the public files and the key, and needs nothing else of us.",
    )?;
    // Ended, it has published all there is.
    house.close();
    let log = house.path("gateway/log");
    screen.gap()?;
    let done = verify(house, "gateway/log", screen)?;
    screen.said(&done.said)?;
    screen.claim(
        done.code == Some(0) && done.said.contains("OK:"),
        "All is there and unchanged, the killed gateway's records among it.",
    )?;
    let copy = house.path("copy");
    let mut cp = command(Path::new("cp"));
    cp.arg("-r").arg(&log).arg(&copy);
    house.run(cp)?.ok()?;
    screen.at("Somebody makes a copy in which one letter of one record is another:")?;
    change(&copy.join("tile/entries"))?;
    let done = verify(house, "copy", screen)?;
    let found: Vec<&str> = done.said.lines().filter(|line| line.starts_with("TAMPERED")).collect();
    screen.said(&found.join("\n"))?;
    let caught = done.code == Some(TAMPERED) && done.said.contains("TAMPERED");
    screen.claim(caught, "TAMPERED, and the exit code says so too.")
}

fn verify(house: &House, log: &str, screen: &mut Screen<'_>) -> Outcome<Done> {
    screen.typed("$ signet", &format!("verify {log} --key log.vkey"))?;
    let mut verify: Command = command(house.program());
    verify.arg("verify").arg(house.path(log)).arg("--key").arg(house.path("gateway/log.vkey"));
    house.run(verify)
}

/// Changes a letter in the first whole bundle, which stands in every later state of the log: what was a write is none now.
fn change(entries: &Path) -> Outcome {
    let bundle = entries.join("000");
    let mut bytes = fs::read(&bundle)?;
    let (is, shall) = (b"\"write\"", b"\"wrote\"");
    let at = bytes.windows(is.len()).position(|window| window == is);
    let place = at.and_then(|at| bytes.get_mut(at..)?.get_mut(..shall.len()));
    place.ok_or_else(|| Failure::new(Code::Failed, "there is no record to change"))?.copy_from_slice(shall);
    Ok(fs::write(bundle, bytes)?)
}
