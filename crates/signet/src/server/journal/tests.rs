//! Tests of waiting for a journal that another has.

use std::cell::Cell;

use evidence::OpenError;

use super::{TRIES, patiently};

/// Tries to open what another has for so many pauses: the end, and how often it paused.
async fn opened(held: u32) -> (Result<(), OpenError>, u32) {
    let pauses = Cell::new(0);
    let open = || if pauses.get() < held { Err(OpenError::InUse("data".into())) } else { Ok(()) };
    let end = patiently(open, async || pauses.set(pauses.get() + 1)).await;
    (end, pauses.get())
}

#[tokio::test]
async fn a_journal_that_is_given_back_is_opened() {
    assert!(matches!(opened(0).await, (Ok(()), 0)));
    assert!(matches!(opened(3).await, (Ok(()), 3)));
    assert!(matches!(opened(TRIES).await, (Ok(()), TRIES)));
}

#[tokio::test]
async fn a_journal_that_stays_with_another_gateway_is_given_up() {
    assert!(matches!(opened(u32::MAX).await, (Err(OpenError::InUse(_)), TRIES)));
}

#[tokio::test]
async fn nothing_else_is_waited_for() {
    let tries = Cell::new(0);
    let open = || {
        tries.set(tries.get() + 1);
        Err::<(), _>(OpenError::Origin { found: "a".into(), wanted: "b".into() })
    };
    let end = patiently(open, async || panic!("it waited")).await;
    assert!(matches!(end, Err(OpenError::Origin { .. })));
    assert_eq!(tries.get(), 1);
}
