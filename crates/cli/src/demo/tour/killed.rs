//! The gateway is killed while it works: nothing that had an effect or was shown is missing from the records.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::time::Duration;

use serde_json::Value;

use super::Cast;
use crate::demo::house::House;
use crate::demo::screen::{Screen, grouped};
use crate::failure::Outcome;

/// So many payments the till wants to book; it does not come to the end.
const WANTED: u32 = 100_000;

/// So many it has been shown when the gateway is killed.
const ENOUGH: usize = 150;

pub(super) fn show(house: &mut House, cast: &Cast, screen: &mut Screen<'_>) -> Outcome {
    screen.title("5  kill -9", "The till books payments through psql; amidst it the gateway is killed.")?;
    screen.gap()?;
    let script = house.path("till.sql");
    fs::write(&script, (1..=WANTED).map(booking).collect::<String>())?;
    screen.typed("$ psql", "-f till.sql")?;
    let psql = cast.till.begins(&["-qAt", "-v", "ON_ERROR_STOP=1", "-f", &script.display().to_string()], house)?;
    house.patience.until("the till to book payments", Duration::from_secs(30), || {
        Ok((booked(&psql.said()?).count() >= ENOUGH).then_some(()))
    })?;
    screen.typed("$ kill", "-9 GATEWAY")?;
    house.kill_gateway()?;
    let cut = psql.finish(&house.patience)?;
    let shown: HashSet<&str> = booked(&cut.said).collect();
    let complaint = cut.said.lines().find(|line| line.contains("error") || line.contains("connection"));
    screen.said(complaint.unwrap_or_default())?;
    screen.claim(
        cut.code != Some(0) && shown.len() >= ENOUGH,
        &format!("{} payments were shown as booked, then the connection was gone.", grouped(count(shown.len()))),
    )?;
    screen.typed("$ signet", "server")?;
    house.open()?;
    compare(house, &shown, screen)
}

fn booking(number: u32) -> String {
    format!(
        "INSERT INTO payments (card, cents, reference) VALUES ({}, 495, 'till-{number:06}') RETURNING reference;\n",
        1 + number % 7500
    )
}

/// The references that psql has printed whole.
fn booked(said: &str) -> impl Iterator<Item = &str> {
    said.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).filter(|line| line.starts_with("till-"))
}

/// Holds the records against what the till was shown, what the database has, and when it received it.
fn compare(house: &House, shown: &HashSet<&str>, screen: &mut Screen<'_>) -> Outcome {
    let mut recorded: HashMap<String, f64> = HashMap::new();
    for record in house.records("command")? {
        let text = record.get("text").and_then(Value::as_str).unwrap_or_default();
        if let Some((reference, time)) = reference(text).zip(record.get("time_us").and_then(Value::as_f64)) {
            recorded.insert(reference.to_owned(), time / 1e6);
        }
    }
    let missing = shown.iter().filter(|reference| !recorded.contains_key(**reference)).count();
    screen.claim(missing == 0, "Each payment that was shown as booked is in the records.")?;
    let rows = house.direct("SELECT reference FROM payments WHERE reference LIKE 'till-%'")?;
    let unknown = rows.lines().filter(|reference| !recorded.contains_key(*reference)).count();
    let kept = unknown == 0 && rows.lines().count() >= shown.len();
    screen
        .claim(kept, &format!("So is each of the {} that the database has.", grouped(count(rows.lines().count()))))?;
    let received = house.target.received()?;
    let times: Vec<(f64, Option<&f64>)> =
        received.iter().filter_map(|(time, text)| Some((*time, recorded.get(reference(text)?)))).collect();
    // PostgreSQL's clock here has milliseconds.
    let early =
        times.iter().all(|(received, recorded)| recorded.is_some_and(|time| (time * 1e3).floor() / 1e3 <= *received));
    screen.claim(!times.is_empty() && early, "Each record was on disk before PostgreSQL received its command.")
}

/// What a command of the till books.
fn reference(text: &str) -> Option<&str> {
    text.starts_with("INSERT INTO payments").then(|| text.split('\'').nth(1))?
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
