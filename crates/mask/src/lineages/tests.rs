//! What is kept of texts.

use std::cell::Cell;

use model::{Credentials, Facts, Phase, Verb};

use super::*;

fn action(text: &str) -> Action {
    Action {
        verb: Verb::Read,
        name: "SELECT",
        certainty: Certainty::Full,
        phase: Phase::Run,
        facts: Facts::default(),
        text: Bytes::copy_from_slice(text.as_bytes()),
        parameters: Vec::new(),
        credentials: Credentials::default(),
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    }
}

/// Whether the lineage of a command had to be made.
fn is_made(lineages: &Lineages, catalogue: &Arc<Catalogue>, action: &Action) -> bool {
    let made = Cell::new(false);
    lineages.lineage(catalogue, action, &|| {
        made.set(true);
        Lineage::unknown()
    });
    made.get()
}

#[test]
fn a_text_is_read_once_for_the_same_database() {
    let (lineages, catalogue) = (Lineages::default(), Arc::new(Catalogue::default()));
    let one = action("SELECT 1");
    assert!(is_made(&lineages, &catalogue, &one));
    for again in [
        Action { phase: Phase::Prepare, verb: Verb::Call, ..one.clone() },
        Action { facts: Facts { in_transaction: true, ..Facts::default() }, ..one.clone() },
    ] {
        assert!(!is_made(&lineages, &catalogue, &again), "{again:?}");
    }
    for other in [
        action("SELECT 2"),
        Action { certainty: Certainty::Lexed, ..one.clone() },
        Action { behind: Some(Bytes::from_static(b"SELECT 3")), ..one.clone() },
    ] {
        assert!(is_made(&lineages, &catalogue, &other), "{other:?}");
        assert!(!is_made(&lineages, &catalogue, &other), "{other:?}");
    }
    let changed = Arc::new(Catalogue::default());
    assert!(is_made(&lineages, &changed, &one), "another catalogue");
    assert!(!is_made(&lineages, &catalogue, &one) && !is_made(&lineages, &changed, &one));
}

#[test]
fn what_holds_a_secret_or_is_large_is_not_kept() {
    let (lineages, catalogue) = (Lineages::default(), Arc::new(Catalogue::default()));
    let credentials = Credentials { text: std::iter::once(0..1).collect(), ..Credentials::default() };
    for never in [Action { credentials, ..action("SELECT 1") }, action(&"x".repeat(LARGEST))] {
        assert!(is_made(&lineages, &catalogue, &never));
        assert!(is_made(&lineages, &catalogue, &never));
    }
}

#[test]
fn it_is_bounded_and_forgets_databases_that_are_gone() {
    let lineages = Lineages::default();
    let catalogue = Arc::new(Catalogue::default());
    let long = "x".repeat(LARGEST / 2);
    for number in 0..3 * ROOM / LARGEST {
        assert!(is_made(&lineages, &catalogue, &action(&format!("{number} {long}"))));
        let kept = lineages.0.lock().unwrap();
        assert!(kept.iter().all(|one| one.used <= ROOM && one.lineages.len() <= 2 * ROOM / LARGEST));
    }
    let catalogues: Vec<Arc<Catalogue>> = (0..2 * MOST).map(|_| Arc::new(Catalogue::default())).collect();
    for catalogue in &catalogues {
        is_made(&lineages, catalogue, &action("SELECT 1"));
    }
    assert_eq!(lineages.0.lock().unwrap().len(), MOST);
    drop((catalogue, catalogues));
    is_made(&lineages, &Arc::new(Catalogue::default()), &action("SELECT 1"));
    assert_eq!(lineages.0.lock().unwrap().len(), 1);
}

/// A piece of a message of a client would keep all of it.
#[test]
fn what_is_kept_is_a_copy() {
    let (lineages, catalogue) = (Lineages::default(), Arc::new(Catalogue::default()));
    let one = action("SELECT 1");
    is_made(&lineages, &catalogue, &one);
    let kept = lineages.0.lock().unwrap();
    assert!(kept.iter().flat_map(|one| one.lineages.keys()).all(|key| key.text.as_ptr() != one.text.as_ptr()));
}
