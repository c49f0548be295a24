//! The demo that stays up: what to try, until Ctrl-C.

use std::fs;
use std::path::Path;

use super::house::House;
use super::people::{Approver, User};
use super::screen::Screen;
use crate::failure::Outcome;

pub(super) fn run(house: &mut House, screen: &mut Screen<'_>) -> Outcome {
    let ada = User::new("ada", house)?;
    Approver::new("grace", house)?;
    let environment = house.path("env");
    fs::write(&environment, variables(&ada, house))?;
    screen.title("Try it", "In terminals of your own; the demo stays until Ctrl-C.")?;
    let tries = [
        ("First, in each of them:", format!(". {}", environment.display())),
        ("ada's psql, whose password is a token of eight hours:", format!("psql '{}'", ada.address(house))),
        ("There: the first shows masked data, the second is refused, the third waits:", String::new()),
        ("", "SELECT id, name, ssn, email, born FROM customers LIMIT 5;".to_owned()),
        ("", "DELETE FROM payments;".to_owned()),
        ("", "UPDATE payments SET state = 'refunded' WHERE id = 4711;".to_owned()),
        ("What waits for grace, and her yes:", "signet requests --to-decide".to_owned()),
        ("", "signet requests approve ID".to_owned()),
        ("What was done, as it is done; who touched what; what was refused:", "signet log --follow".to_owned()),
        ("", "signet audit touched customers".to_owned()),
        ("", "signet audit refused".to_owned()),
        ("That nothing of it was changed or left out:", "signet verify $LOG --key $KEY".to_owned()),
        ("All of it by itself, in a minute:", "signet demo --tour".to_owned()),
    ];
    for (about, line) in tries {
        tell(about, &line, screen)?;
    }
    screen.gap()?;
    screen.flush()?;
    house.patience.forever();
    house.close();
    screen.text("All that ran is ended, and its folder goes.")
}

/// What makes `signet` and `psql` in a shell those of the demo.
fn variables(ada: &User, house: &House) -> String {
    let folder = |path: &Path| path.parent().unwrap_or(path).display().to_string();
    let path = |name: &str| house.path(name).display().to_string();
    format!(
        "export PATH='{}:{}':\"$PATH\"\nexport PGPASSWORD={}\nexport SIGNET_CONFIG='{}' SIGNET_CREDENTIALS='{}'\nLOG='{}' KEY='{}'\n",
        folder(house.program()),
        folder(&house.psql),
        ada.token,
        path("signet.toml"),
        path("grace.credentials"),
        path("gateway/log"),
        path("gateway/log.vkey"),
    )
}

/// Something to try; either part may be empty.
fn tell(about: &str, line: &str, screen: &mut Screen<'_>) -> Outcome {
    if !about.is_empty() {
        screen.at(about)?;
    }
    if line.is_empty() { Ok(()) } else { screen.copied(line) }
}
