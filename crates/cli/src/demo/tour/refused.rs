//! What a policy forbids has the effect of an error of the server, and never reaches it.

use super::Cast;
use crate::demo::house::House;
use crate::demo::screen::Screen;
use crate::failure::Outcome;

const SQL: &str = "DELETE FROM payments";

pub(super) fn show(house: &House, cast: &Cast, screen: &mut Screen<'_>) -> Outcome {
    screen.title("2  Refused", "A DELETE without WHERE: a policy says no, and psql sees an ordinary error.")?;
    screen.gap()?;
    let count = "SELECT count(*) FROM payments";
    let before = house.direct(count)?;
    let done = cast.ada.types(SQL, house, screen)?;
    let refused = done.code == Some(1) && done.said.contains("never-all-rows-at-once");
    screen.claim(refused, "Refused, by the policy never-all-rows-at-once.")?;
    let received = house.target.received()?;
    let reached = received.iter().any(|(_, text)| text == SQL);
    let kept = !received.is_empty() && !reached && house.direct(count)? == before;
    screen.claim(kept, "PostgreSQL's own log has never seen it, and no payment is missing.")
}
