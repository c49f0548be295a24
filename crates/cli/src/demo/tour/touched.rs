//! Who touched what: the question of every auditor, answered from the records.

use serde_json::Value;

use crate::demo::house::House;
use crate::demo::screen::Screen;
use crate::failure::Outcome;

pub(super) fn show(house: &House, screen: &mut Screen<'_>) -> Outcome {
    screen.title("4  Who touched what", "Every command has its record: who, what was decided, what came of it.")?;
    screen.gap()?;
    let shown = house.types(&["audit", "touched", "customers"], screen)?;
    let told = shown.code == Some(0) && shown.said.contains("values masked") && shown.said.contains("refused");
    screen.claim(told, "Each command that names it, with the values masked, and the refused guess.")?;
    let answer = house.operator(&["audit", "touched", "payments", "--json"])?;
    let answer: Value = serde_json::from_str(&answer).map_err(anyhow::Error::from)?;
    let found = answer.get("found").and_then(Value::as_array).into_iter().flatten();
    let kinds: Vec<&str> = found.filter_map(|found| found.get("type")?.as_str()).collect();
    let both = kinds.len() == 2 && ["refusal", "command"].iter().all(|kind| kinds.contains(kind));
    screen.claim(both, "The same about payments has two: the refused DELETE and the approved UPDATE.")
}
