//! The demo that stays up: what to try, until Ctrl-C.

use super::house::House;
use super::people::{Approver, User};
use super::screen::Screen;
use crate::failure::Outcome;

pub(super) fn run(house: &mut House, screen: &mut Screen<'_>) -> Outcome {
    let ada = User::new("ada", house)?;
    Approver::new("grace", house)?;
    let signet = house.program().display().to_string();
    let (configuration, grace) = (house.configuration().display().to_string(), house.path("grace.credentials"));
    screen.title("Try it", "Each of these in a terminal of its own; the demo stays until Ctrl-C.")?;
    let psql = format!("PGPASSWORD={} {} '{}'", ada.token, house.psql.display(), ada.address(house));
    let tries = [
        ("What ada does, with a token of eight hours as the password:", psql.as_str()),
        ("There: personal data is masked; this is refused; and this waits until grace agrees.", ""),
        ("", "SELECT id, name, ssn, email, born FROM customers LIMIT 5;"),
        ("", "DELETE FROM payments;"),
        ("", "UPDATE payments SET state = 'refunded' WHERE id = 4711;"),
    ];
    for (about, line) in tries {
        tell(about, line, screen)?;
    }
    let signet = |words: &str| format!("{signet} {words}");
    let grace = |words: &str| signet(&format!("--credentials {} {words}", grace.display()));
    let operator = |words: &str| signet(&format!("--config {configuration} {words}"));
    let log = house.path("gateway/log").display().to_string();
    let key = house.path("gateway/log.vkey").display().to_string();
    tell("What waits for grace, and her yes:", &grace("requests --to-decide"), screen)?;
    tell("", &grace("requests approve ID"), screen)?;
    tell("What was done, as it is done; who touched what; what was refused:", &operator("log --follow"), screen)?;
    tell("", &operator("audit touched customers"), screen)?;
    tell("", &operator("audit refused"), screen)?;
    tell("That nothing of it was changed or left out:", &signet(&format!("verify {log} --key {key}")), screen)?;
    tell("All of it by itself, in a minute:", &signet("demo --tour"), screen)?;
    screen.gap()?;
    screen.flush()?;
    house.patience.forever();
    house.close();
    screen.text("All that ran is ended, and its folder is gone.")
}

/// Something to try; either part may be empty.
fn tell(about: &str, line: &str, screen: &mut Screen<'_>) -> Outcome {
    if !about.is_empty() {
        screen.at(about)?;
    }
    if line.is_empty() { Ok(()) } else { screen.copied(line) }
}
