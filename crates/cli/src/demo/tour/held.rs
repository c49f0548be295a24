//! A risky command waits in the live session until a second person has agreed to exactly that.

use std::time::Duration;

use serde_json::Value;

use super::Cast;
use crate::demo::house::House;
use crate::demo::screen::Screen;
use crate::failure::Outcome;

const SQL: &str = "UPDATE payments SET state = 'refunded' WHERE id = 4711";

const PATIENCE: Duration = Duration::from_secs(20);

const STATE: &str = "SELECT state FROM payments WHERE id = 4711";

pub(super) fn show(house: &House, cast: &Cast, screen: &mut Screen<'_>) -> Outcome {
    screen.title("3  Held until somebody else agrees", "A change waits, in ada's psql, until her lead has seen it.")?;
    screen.at("ada:")?;
    screen.typed("shop=>", &format!("{SQL};"))?;
    let psql = cast.ada.begins(&["-c", SQL], house)?;
    let id = waiting(house, cast)?;
    let notice = house.patience.until("the notice of ada's psql", PATIENCE, || {
        Ok(Some(psql.said()?).filter(|said| said.contains("requests approve")))
    })?;
    screen.said(&notice)?;
    let untouched = house.direct(STATE)?;
    screen.at("grace, meanwhile, at a terminal of her own:")?;
    screen.typed("$ signet", &format!("requests show {id}"))?;
    let seen = cast.grace.does(&["requests", "show", &id], house)?.ok()?;
    screen.said(&seen)?;
    screen.claim(seen.contains(SQL), "grace sees all that will run, and who asks, and which policy wants her yes.")?;
    screen.claim(untouched == "paid", "Until then the database is as it was.")?;
    screen.typed("$ signet", &format!("requests approve {id} --yes"))?;
    let approved = cast.grace.does(&["requests", "approve", &id, "--yes"], house)?.ok()?;
    screen.said(&approved)?;
    let done = psql.finish(&house.patience)?;
    screen.at("ada's psql goes on:")?;
    screen.said(done.said.strip_prefix(&notice).unwrap_or(&done.said))?;
    let done = done.code == Some(0) && done.said.contains("UPDATE 1") && house.direct(STATE)? == "refunded";
    screen.claim(done, "It ran once grace had agreed, and one row is changed.")
}

/// The request of the command, as soon as it is there.
fn waiting(house: &House, cast: &Cast) -> Outcome<String> {
    house.patience.until("what ada wants to be held", PATIENCE, || {
        let said = cast.grace.asks(&["requests", "--to-decide", "--json"], house)?;
        let requests: Vec<Value> = serde_json::from_str(&said).map_err(anyhow::Error::from)?;
        Ok(requests.iter().find_map(|request| request.get("id")?.as_str().map(str::to_owned)))
    })
}
