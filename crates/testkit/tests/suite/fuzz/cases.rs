//! Cases that the runner found, each made as small as it goes; and those that every body must pass first.

use std::sync::Arc;

use model::{Action, Phase};
use testkit::driver::{Cuts, Decision, Event, HoldEnds, Reason, TrustedDesk, ada, opening};
use testkit::peer::Said;
use testkit::recording::replay;
use wire::{Opening, Side};

use super::scripts::{frame, greeting, startup};
use super::{doors, files, streams};

/// Without a choice nothing is damaged: what is plain must go well, or the bodies prove nothing.
#[test]
fn plain_cases_go_well() {
    for body in [
        streams::relay,
        streams::cuts,
        streams::sign_in,
        streams::toy_stream,
        doors::proxy,
        files::journal,
        files::configuration,
    ] {
        body(&[]);
    }
}

/// Found with `SIGNET_SEED=41 SIGNET_CASE=293826` of `postgres_conversations`: a client vanishes while the first command of its
/// pipeline is held. That one is taken back, so nothing behind it may run: what stood behind it was asked about, went out,
/// and Sync made it last, without its first half. In the found case it even went out behind the goodbye.
#[test]
fn nothing_runs_behind_a_held_command_whose_client_vanished() {
    let mut pipeline = Vec::new();
    for number in [b'1', b'2'] {
        let text = [&b"\0INSERT INTO t VALUES ("[..], &[number], b")\0\0\0"].concat();
        pipeline.extend(frame(b'P', &text));
        pipeline.extend(frame(b'B', &[0; 8]));
        pipeline.extend(frame(b'E', &[0; 5]));
    }
    pipeline.extend(frame(b'S', b""));
    let said = [(Side::Client, startup()), (Side::Target, greeting()), (Side::Client, pipeline)]
        .map(|(side, bytes)| (side, Said::Bytes(0, bytes.into())));
    let decide = Box::new(|action: &Action| match action.phase {
        Phase::Run if action.text.ends_with(b"(1)") => Decision::Hold(HoldEnds::Left),
        _ => Decision::Allow,
    });
    let opening = Opening { principal: Some(ada()), ..opening() };
    let run = replay(Arc::new(postgres::Postgres), opening, &said, Box::new(TrustedDesk), decide, Cuts::Whole);
    let withdrew = run.events.iter().position(|event| matches!(event, Event::Withdrew(_))).unwrap();
    let later: Vec<_> = run.events[withdrew..]
        .iter()
        .filter(|event| matches!(event, Event::Sent(Side::Target, _, _, Reason::Command(_))))
        .collect();
    assert!(later.is_empty(), "what stood behind it went to the target: {later:?}");
}
