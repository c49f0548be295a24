//! Tests of what is left out of payloads, and of what then stands for it.

use bytes::Bytes;
use model::{
    Action, ActionText, Certainty, Class, CommandId, Credentials, Event, Facts, LEFT_OUT, Outcome, Phase, Public,
    Shown, Status, StreamId, Verb,
};
use tlog::merkle::sha256;

use super::Payload;
use crate::keys::Whole;

const TOKEN: &str = "sgt_0123456789abcdefghijABCDEFGHIJ012";

fn command(text: &'static str, parameters: Vec<Option<Bytes>>, credentials: Credentials) -> Event {
    let (verb, certainty, phase) = (Verb::Grant, Certainty::Lexed, Phase::Run);
    let action = Action {
        verb,
        name: "ALTER ROLE",
        certainty,
        phase,
        facts: Facts::default(),
        text: text.into(),
        parameters,
        credentials,
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    };
    let (stream, command, action) = (StreamId(0), CommandId(1), ActionText::from(&action));
    Event::Command {
        stream,
        command,
        action,
        policies: Vec::new(),
        observed: Vec::new(),
        policy_version: String::new(),
        approved: false,
    }
}

fn outcome(kept: &str, total: u64) -> Event {
    let shown = Shown { kept: Bytes::copy_from_slice(kept.as_bytes()), total, digest: [7; 32], in_parts: 0 };
    let outcome = Outcome::of(Status::Done);
    Event::Outcome { stream: StreamId(0), command: CommandId(1), outcome, duration_us: None, shown: Some(shown) }
}

fn text(payload: &Payload<'_>) -> String {
    String::from_utf8_lossy(&payload.bytes).into_owned()
}

fn assert_commits(payload: &Payload<'_>, exact: &[u8]) {
    let Whole { length, digest } = payload.whole.expect("nothing says that something was left out");
    assert_eq!((length, digest), (exact.len() as u64, sha256(exact)), "{}", text(payload));
}

#[test]
fn a_credential_is_left_out_and_the_exact_command_committed_to() {
    let typed = "ALTER ROLE x PASSWORD 'secret'";
    let parameters = vec![Some("open".into()), Some("hidden".into()), None];
    let credentials =
        Credentials { text: std::iter::once(22..30).collect(), parameters: vec![(1, 0..6)], ..Credentials::default() };
    let event = command(typed, parameters, credentials);
    let [command, bound] = &Payload::of(&event)[..] else { panic!() };
    assert_eq!(text(command), format!("ALTER ROLE x PASSWORD {LEFT_OUT}"));
    assert_commits(command, typed.as_bytes());
    assert_eq!(text(bound), format!("\0\0\0\x04open\0\0\0\x15{LEFT_OUT}\u{fffd}\u{fffd}\u{fffd}\u{fffd}"));
    assert_commits(bound, b"\0\0\0\x04open\0\0\0\x06hidden\xff\xff\xff\xff");
}

#[test]
fn what_is_whole_says_so() {
    let credentials = Credentials { text: std::iter::once(7..8).collect(), ..Credentials::default() };
    let event = command("SELECT 1", vec![Some("x".into())], credentials);
    let payloads = Payload::of(&event);
    assert!(payloads[0].whole.is_some() && payloads[1].whole.is_none(), "only the text had one");
    let event = command("SELECT 1", vec![Some("x".into())], Credentials::default());
    assert!(Payload::of(&event).iter().all(|payload| payload.whole.is_none()));
    assert!(Payload::of(&outcome("rows", 4))[0].whole.is_none());
}

#[test]
fn a_token_is_covered_where_a_command_shows_it() {
    let shown = format!("D\0row {TOKEN}\0");
    let event = outcome(&shown, shown.len() as u64);
    let [result] = &Payload::of(&event)[..] else { panic!() };
    assert_eq!(text(result), format!("D\0row {}\0", "*".repeat(TOKEN.len())), "a message must stay as long as it says");
    assert_commits(result, shown.as_bytes());
    // What is cut already commits to all of it.
    let event = outcome(&shown, 1000);
    let whole = Payload::of(&event)[0].whole.unwrap();
    assert_eq!((whole.length, whole.digest), (1000, [7; 32]));
    let event = Event::ResultPart { stream: StreamId(0), command: CommandId(1), part: 1, bytes: shown.clone().into() };
    let [part] = &Payload::of(&event)[..] else { panic!() };
    assert!(!text(part).contains(TOKEN));
    assert_commits(part, shown.as_bytes());
}

#[test]
fn a_token_in_a_wrong_place_is_kept_nowhere() {
    let event = Event::SigninRefused {
        client: "c".into(),
        protocol: "toy".into(),
        user: Some(format!("ada+{TOKEN}")),
        resource: Some(TOKEN.into()),
        reason: Public::new(Class::Denied, TOKEN),
    };
    let [signin] = &Payload::of(&event)[..] else { panic!() };
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&signin.bytes).unwrap()["user"], format!("ada+{LEFT_OUT}"));
    assert!(!text(signin).contains("sgt_"), "{}", text(signin));
}
