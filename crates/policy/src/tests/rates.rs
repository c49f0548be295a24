//! How many rows somebody is shown in a time: exact over all that is counted at once, for whom it is, and until when.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::{Action, Kind, Meter, Obligations, Phase, PrincipalId, Verb, Verdict};
use ports::Decider;

use super::world::{Asker, NOON, command, engine};
use crate::Engine;

const HOUR: u64 = 3_600_000_000;
const TEN: &str = "@id(\"ten\") @rate(\"10 rows/1h\") permit (principal, action, resource);";

fn obligations(engine: &Engine, asker: &Asker, action: &Action) -> Obligations {
    match engine.decide(asker.who(), action, &[]).verdict {
        Verdict::Allow { obligations, .. } => obligations,
        other => panic!("{other:?}"),
    }
}

fn meter(engine: &Engine, asker: &Asker) -> Arc<dyn Meter> {
    engine.meter(asker.who(), &obligations(engine, asker, &command(Verb::Transaction)))
}

fn take(meter: &Arc<dyn Meter>, rows: usize) -> usize {
    (0..rows).filter(|_| meter.take().is_ok()).count()
}

#[test]
fn sessions_side_by_side_get_no_more_than_there_is() {
    let (engine, _, ada) = engine(&TEN.replace("10 rows", "1000 rows"), &[]);
    let shown = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let meter = meter(&engine, &ada);
            let shown = &shown;
            scope.spawn(move || shown.fetch_add(take(&meter, 400), Ordering::SeqCst));
        }
    });
    assert_eq!(shown.into_inner(), 1000);
}

#[test]
fn a_command_that_asks_for_data_is_refused_when_nothing_is_left() {
    let (engine, _, ada) = engine(TEN, &[]);
    assert_eq!(take(&meter(&engine, &ada), 11), 10);
    let read = engine.decide(ada.who(), &command(Verb::Read), &[]);
    let Verdict::Deny { policies, reason } = read.verdict else { panic!("{read:?}") };
    assert_eq!(policies, ["ten"]);
    assert_eq!(
        reason.message,
        "policy ten lets you see 10 rows of resource prod within 1 hour, and you have seen as many"
    );
    assert_eq!(reason.hint.unwrap(), "There are more from 2026-07-01 13:01:30 UTC on.");
    for verb in [Verb::Transaction, Verb::Session, Verb::Write] {
        obligations(&engine, &ada, &command(verb));
    }
    obligations(&engine, &ada, &Action { phase: Phase::Prepare, ..command(Verb::Read) });
}

/// In no window of an hour are there more, wherever it begins.
#[test]
fn what_was_shown_counts_for_the_whole_window() {
    let (engine, world, ada) = engine(TEN, &[]);
    let meter = meter(&engine, &ada);
    assert_eq!(take(&meter, 4), 4);
    world.at(NOON + HOUR / 2);
    assert_eq!(take(&meter, 10), 6);
    for still in [NOON + HOUR / 2, NOON + HOUR - 1, NOON + HOUR] {
        world.at(still);
        assert_eq!(take(&meter, 1), 0, "{still}");
    }
    world.at(NOON + HOUR + HOUR / 60);
    assert_eq!(take(&meter, 10), 4, "those of the beginning");
    world.at(NOON + 3 * HOUR);
    assert_eq!(take(&meter, 11), 10);
    world.at(NOON);
    assert_eq!(take(&meter, 1), 0, "a clock that is set back gives none again");
}

#[test]
fn it_is_for_one_human_on_one_resource() {
    let (engine, _, ada) = engine(TEN, &[]);
    assert_eq!(take(&meter(&engine, &ada), 10), 10);
    assert_eq!(take(&meter(&engine, &Asker::new("bob")), 1), 1);
    let mut elsewhere = ada.clone();
    elsewhere.resource.name = "test".parse().unwrap();
    assert_eq!(take(&meter(&engine, &elsewhere), 1), 1);
    let mut agent = Asker::new("helper");
    let human = PrincipalId { issuer: "local".to_owned(), subject: "ada".to_owned() };
    agent.principal.kind = Kind::Agent { on_behalf_of: human };
    assert_eq!(take(&meter(&engine, &agent), 1), 0, "an agent uses what its human has");
}

#[test]
fn of_several_each_counts_and_a_refused_row_counts_nowhere() {
    let text = format!("{TEN} @id(\"three\") @rate(\"3 rows/1m\") permit (principal, action, resource);");
    let (engine, world, ada) = engine(&text, &[]);
    let meter = meter(&engine, &ada);
    assert_eq!(take(&meter, 9), 3);
    world.at(NOON + 2 * 60_000_000);
    assert_eq!(take(&meter, 9), 3);
    world.at(NOON + 4 * 60_000_000);
    assert_eq!(take(&meter, 9), 3);
    world.at(NOON + 6 * 60_000_000);
    assert_eq!(take(&meter, 9), 1, "ten in the hour");
}

#[test]
fn new_policies_forget_nothing_of_what_was_shown() {
    let (engine, _, ada) = engine(TEN, &[]);
    assert_eq!(take(&meter(&engine, &ada), 8), 8);
    engine.replace(super::world::policies(2, &TEN.replace("10 rows", "12 rows"))).unwrap();
    assert_eq!(take(&meter(&engine, &ada), 8), 4);
}
