//! Personal data is masked, by whatever way it is asked for.

use serde_json::Value;

use super::Cast;
use crate::demo::house::House;
use crate::demo::screen::Screen;
use crate::failure::Outcome;

const PLAIN: &str =
    "SELECT c.name, c.ssn, k.number FROM customers c JOIN cards k ON k.customer = c.id WHERE k.id <= 3 ORDER BY k.id";

/// Ways around, which all lead to the same columns.
const AROUND: [&str; 3] = [
    "SELECT ssn AS harmless, born, phone FROM customers WHERE id = 1",
    "SELECT who, number, mail FROM contacts WHERE id = 2",
    "SELECT row_to_json(c) FROM customers c WHERE id = 3",
];

pub(super) fn show(house: &House, cast: &Cast, screen: &mut Screen<'_>) -> Outcome {
    screen.title(
        "1  Masked before anyone",
        "Columns under a mask leave in clear by no route, and nothing is recorded but what was shown.",
    )?;
    screen.at("Asked at the database itself, around Signet:")?;
    screen.typed("shop=#", &format!("{PLAIN};"))?;
    let clear = house.target.shows(PLAIN, &house.patience)?;
    screen.said(&clear)?;
    screen.at("Asked by ada, through Signet: the same query, by the same psql.")?;
    let masked = cast.ada.types(PLAIN, house, screen)?;
    let endings = house.direct(
        "SELECT right(number, 4) FROM cards WHERE id <= 3 UNION SELECT right(ssn, 3) FROM customers WHERE id <= 3",
    )?;
    let rows = masked.code == Some(0) && masked.said.contains("(3 rows)");
    let partly = rows && endings.lines().all(|ending| masked.said.contains(ending));
    screen.claim(partly, "As many rows, of which ada sees what the policy leaves: the last digits.")?;
    let mut shown = masked.said;
    screen.at("An alias, a view, and the whole row as JSON:")?;
    for sql in AROUND {
        let done = cast.ada.types(sql, house, screen)?;
        screen.claim(done.code == Some(0), "An answer, without what is masked.")?;
        shown.push_str(&done.said);
    }
    let canaries = canaries(house)?;
    let leaked = |text: &str| canaries.lines().any(|canary| text.contains(canary));
    let number = canaries.lines().count();
    let hidden = number > 0 && !leaked(&shown) && leaked(&clear);
    screen.claim(hidden, &format!("None of the {number} clear values stands in what ada was shown."))?;
    let recorded = recorded(house)?;
    screen.claim(recorded.contains("[masked]") && !leaked(&recorded), "Nor in the recordings of her sessions.")?;
    guess(house, cast, screen)
}

/// What stands in the records of ada's sessions, with the answers as they were shown.
fn recorded(house: &House) -> Outcome<String> {
    let sessions = house.operator(&["sessions", "list", "--user", "ada", "--json"])?;
    let sessions: Vec<Value> = serde_json::from_str(&sessions).map_err(anyhow::Error::from)?;
    let ids = sessions.iter().filter_map(|session| session.get("session")?.as_str());
    ids.map(|id| house.operator(&["sessions", "show", id, "--json"])).collect()
}

/// What only the clear values hold: the beginnings of numbers, the names of mailboxes, birthdays.
fn canaries(house: &House) -> Outcome<String> {
    house.direct(
        "SELECT unnest(ARRAY[left(ssn, 6), split_part(email, '@', 1) || '@', phone, born::text]) FROM customers WHERE id <= 3
         UNION ALL SELECT left(number, 12) FROM cards WHERE id <= 3",
    )
}

/// Nor can values be found by asking about them.
fn guess(house: &House, cast: &Cast, screen: &mut Screen<'_>) -> Outcome {
    screen.at("Guessing a masked value by asking about it:")?;
    let done = cast.ada.types("SELECT name FROM customers WHERE ssn LIKE '912-%'", house, screen)?;
    let refused = done.code == Some(1) && done.said.contains("ERROR:") && done.said.contains("HINT:");
    screen.claim(refused, "Refused, with a hint: a condition would tell what the mask hides.")
}
