//! PostgreSQL as a subject of the conformance suite, against a small scripted server, and recorded traffic.

mod client;
mod target;
mod wire;

use std::sync::Arc;

use ::wire::{Opening, Protocol, Side};
use bytes::{Bytes, BytesMut};
use model::Action;
use testkit::conformance::{Subject, say, setup};
use testkit::driver::{
    Cuts, Decide, Decision, Desk, Event, HoldEnds, Reason, Run, TrustedDesk, ada, allow_all, denied, opening, run,
};
use testkit::peer::{Heard, Peer, Said};
use testkit::replay;

use client::{Client, sql};
use target::{CANARY, Server};

struct Postgres;

impl Subject for Postgres {
    fn protocol(&self) -> Arc<dyn Protocol> {
        Arc::new(postgres::Postgres)
    }

    fn scenes(&self) -> Vec<Vec<&'static str>> {
        vec![
            vec!["q SELECT 1", "q INSERT INTO t VALUES (1)", "q SELECT 2"],
            vec!["q BEGIN", "q INSERT INTO t VALUES (1)", "q SELECT 2", "q COMMIT", "q INSERT INTO t VALUES (3)"],
            vec!["x INSERT INTO t VALUES (1)", "x SELECT 1; INSERT INTO t VALUES (2); SELECT 2", "q SELECT 3"],
            vec!["q BEGIN", "x INSERT INTO t VALUES (1); SELECT fail_1", "x SELECT 1", "q COMMIT", "x SELECT 2"],
            vec!["q INSERT INTO t VALUES (1); SELECT 1", "x BEGIN", "q INSERT INTO t VALUES (2)", "x COMMIT"],
            vec!["q SELECT odd", "q SELECT fail_2", "q INSERT INTO t VALUES (7)"],
        ]
    }

    fn failing(&self, word: &str) -> String {
        let digits: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        format!("{} SELECT fail_{digits}", &word[..1])
    }

    fn client(&self, words: &[&str]) -> Box<dyn Peer> {
        Box::new(Client::new(words))
    }

    fn target(&self) -> Box<dyn Peer> {
        Box::new(Server::default())
    }

    fn belongs(&self, action: &Action, word: &str) -> bool {
        let text = String::from_utf8_lossy(&action.text).into_owned();
        let text = text.trim_matches(|c: char| c == '\0' || c == ';' || c.is_whitespace());
        !text.is_empty() && sql(word).contains(text)
    }

    fn answers(&self, to_client: &[u8]) -> Result<Vec<String>, String> {
        let mut bytes = BytesMut::from(to_client);
        let (mut answers, mut answer, mut started) = (Vec::new(), Vec::new(), false);
        while let Some(frame) = wire::take(&mut bytes)? {
            match frame.tag {
                b'Z' if !started => started = true,
                b'Z' => {
                    let state = frame.body.first().copied().map(char::from);
                    answers.push(format!("{} {state:?}", answer.join(" ")));
                    answer.clear();
                }
                b'D' => answer.push("row".to_owned()),
                b'C' => answer.push(frame.strings().join("")),
                b'E' => answer.push("error".to_owned()),
                b'd' => answer.push("line".to_owned()),
                b'R' | b'S' | b'K' | b'T' | b'N' | b'A' | b'H' | b'c' | b'1' | b'2' | b'!' => {}
                other => return Err(format!("a message {:?} that no client knows", char::from(other))),
            }
        }
        if bytes.is_empty() { Ok(answers) } else { Err("half a message".to_owned()) }
    }

    fn refusals(&self, to_client: &[u8]) -> usize {
        let mut bytes = BytesMut::from(to_client);
        let mut refusals = 0;
        while let Ok(Some(frame)) = wire::take(&mut bytes) {
            let ours = frame.strings().iter().any(|text| text.starts_with("Mrefused: "));
            refusals += usize::from(frame.tag == b'E' && ours);
        }
        refusals
    }

    fn oversized(&self, side: Side, greets: bool) -> Vec<u8> {
        match (side, greets) {
            (Side::Client, true) => vec![0x7f, 0xff, 0xff, 0xff],
            (Side::Client, false) => vec![b'Q', 0x7f, 0xff, 0xff, 0xff],
            (Side::Target, true) => vec![b'R', 0x7f, 0xff, 0xff, 0xff],
            (Side::Target, false) => vec![b'Z', 0x7f, 0xff, 0xff, 0xff],
        }
    }

    fn unknown_of_target(&self) -> (&'static str, Vec<u8>) {
        ("q SELECT odd", target::unknown().to_vec())
    }

    fn unknown_of_client(&self) -> &'static str {
        "u"
    }

    fn endless(&self) -> Option<&'static str> {
        Some("q SELECT endless")
    }

    fn rows(&self, to_client: &[u8]) -> usize {
        let mut bytes = BytesMut::from(to_client);
        std::iter::from_fn(|| wire::take(&mut bytes).ok().flatten()).filter(|frame| frame.tag == b'D').count()
    }

    fn canaries(&self) -> (Vec<&'static str>, Vec<&'static str>, &'static str) {
        let words = vec![
            "q SELECT secret",
            "q SELECT 1; FETCH secret",
            "q SELECT leaky",
            "q SELECT noisy",
            "q COPY secret TO STDOUT",
            "q COPY secret TO STDOUT (FORMAT csv)",
            "x SELECT secret",
            "x SELECT leaky",
            "x COPY secret TO STDOUT",
            "b SELECT secret",
            "e SELECT secret",
        ];
        (words, vec!["secret"], CANARY)
    }

    fn desk(&self) -> Box<dyn Desk> {
        Box::new(TrustedDesk)
    }

    fn opening(&self) -> Opening {
        Opening { principal: Some(ada()), ..opening() }
    }
}

testkit::conformance!(Postgres);

#[test]
fn a_pipeline_with_one_refused_statement_leaves_no_row() {
    let words = ["x INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); INSERT INTO t VALUES (3)"];
    for refused in [1, 2, 3] {
        let text = format!("INSERT INTO t VALUES ({refused})");
        let decide =
            Box::new(
                move |action: &Action| {
                    if action.text.ends_with(text.as_bytes()) { Decision::Deny(denied()) } else { Decision::Allow }
                },
            );
        let run = say(&Postgres, &words, Cuts::Seeded(refused), decide);
        assert_eq!(run.effects, [""; 0], "the implicit transaction was not rolled back");
        let answers = Postgres.answers(&run.bytes(Side::Client, 0)).unwrap();
        assert!(answers[0].ends_with("error Some('I')"), "{answers:?}");
    }
    assert_eq!(say(&Postgres, &words, Cuts::Whole, allow_all()).effects.len(), 3);
}

#[test]
fn a_transaction_with_one_refused_statement_ends_in_rollback() {
    let words = ["q BEGIN", "q INSERT INTO t VALUES (1)", "q INSERT INTO t VALUES (2)", "q COMMIT"];
    let decide = Box::new(|action: &Action| {
        if action.text.ends_with(b"(2)") || action.text.ends_with(b"(2)\0") {
            Decision::Deny(denied())
        } else {
            Decision::Allow
        }
    });
    let run = say(&Postgres, &words, Cuts::Whole, decide);
    let answers = Postgres.answers(&run.bytes(Side::Client, 0)).unwrap();
    assert_eq!(answers[2..], ["error Some('E')", "ROLLBACK Some('I')"]);
    assert!(run.effects.is_empty());
}

/// A run in which both sides say what stands here, each when nothing else can happen any more.
fn scripted(said: Vec<(Side, Bytes)>, decide: Decide) -> Run {
    let mut setup = setup(&Postgres, &[], Cuts::Whole, decide);
    setup.client = Box::new(replay::Silent);
    setup.target = Box::new(replay::Silent);
    let mut greeting = Vec::new();
    Server::default().hears(Heard::Bytes(0, &client::startup()), &mut greeting);
    setup.script.push_back((Side::Client, Said::Bytes(0, client::startup())));
    setup.script.extend(greeting.into_iter().map(|said| (Side::Target, said)));
    setup.script.extend(said.into_iter().map(|(side, bytes)| (side, Said::Bytes(0, bytes))));
    run(setup)
}

fn plumbed(run: &Run, name: &str) -> usize {
    let is = |event: &&Event| matches!(event, Event::Sent(Side::Target, _, _, Reason::Plumbing(of)) if *of == name);
    run.events.iter().filter(is).count()
}

/// Between the CommandComplete of a BEGIN and its ReadyForQuery the transaction is open, although nobody has said so yet.
#[test]
fn a_refusal_right_behind_a_begin_fails_the_transaction() {
    for begin in ["q BEGIN", "x BEGIN"] {
        let mut said: Vec<_> = client::messages(begin).into_iter().map(|message| (Side::Client, message)).collect();
        if begin.starts_with('x') {
            said.push((Side::Target, [wire::frame(b'1', b""), wire::frame(b'2', b"")].concat().into()));
        }
        said.push((Side::Target, wire::frame(b'C', &wire::strings(&["BEGIN"]))));
        said.extend(client::messages("q INSERT INTO t VALUES (2)").into_iter().map(|message| (Side::Client, message)));
        let decide: Decide = Box::new(|action| match action.name {
            "INSERT" => Decision::Deny(denied()),
            _ => Decision::Allow,
        });
        let run = scripted(said, decide);
        assert_eq!(
            plumbed(&run, "refused query"),
            1,
            "{begin}: the refusal was answered here, the transaction lives on"
        );
    }
}

/// A question that is answered after its pipeline failed: the target drops everything up to Sync, so nothing of it may be
/// sent any more, and nothing may be waited for.
#[test]
fn a_hold_that_ends_after_its_pipeline_failed_sends_nothing() {
    for ends in [HoldEnds::Approved, HoldEnds::Refused(denied())] {
        let pipeline = client::messages("x INSERT INTO t VALUES (1); SELECT 2");
        let said = vec![
            (Side::Client, client::messages("q BEGIN").concat().into()),
            (Side::Target, [wire::frame(b'C', &wire::strings(&["BEGIN"])), wire::frame(b'Z', b"T")].concat().into()),
            (Side::Client, pipeline.concat().into()),
            (Side::Target, wire::error(b'E', "26000", "no such statement")),
        ];
        let about = format!("{ends:?}");
        let run = scripted(
            said,
            Box::new(move |action| match action.name {
                "INSERT" => Decision::Deny(denied()),
                "SELECT" => Decision::Hold(ends.clone()),
                _ => Decision::Allow,
            }),
        );
        assert_eq!(plumbed(&run, "refused bind"), 1, "{about}");
        let forwarded = run.bytes(Side::Target, 0);
        assert!(!forwarded.windows(8).any(|bytes| bytes == b"SELECT 2"), "{about}: forwarded into a failed pipeline");
    }
}

#[test]
fn recorded_traffic_is_replayed_cut_anywhere() {
    for words in Postgres.scenes() {
        let played = say(&Postgres, &words, Cuts::Whole, allow_all());
        let again = replay::replays(&Postgres, &played.fed, testkit::random::seed(), 40);
        assert_eq!(again.bytes(Side::Client, 0), played.bytes(Side::Client, 0));
    }
}
