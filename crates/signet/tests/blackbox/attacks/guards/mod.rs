//! A8-A16, A19, A21, A22, A27, A28, A36, A37: ways past a guard, one line of the corpus each. Each does its harm when it is sent
//! straight to the server. Through the gateway it is refused in the protocol's own form, nothing happens at the target,
//! and the refusal is on record.

mod bombs;
mod case;
mod state;
mod talk;

use std::fs;

use case::{Case, Said};
use state::{Database, session};
use talk::Talk;

use crate::harness::client::Client;
use crate::harness::direct;
use crate::harness::place::{TempDir, repository};
use crate::harness::postgres::{Options, PASSWORD, Postgres, Version};
use crate::harness::scene::Scene;
use crate::harness::setup::Setup;
use crate::harness::wire::Message;

const SAMPLE: &str = include_str!("sample.sql");

/// What reads under `read-only`, and what changes few rows under `destructive`: one line each.
const HARMLESS: &str = include_str!("harmless.txt");

/// A gateway under one pack, and both databases of its server: the target, and one for what goes straight.
struct Ground {
    scene: Scene,
    target: Database,
    straight: Database,
    _folder: TempDir,
}

impl Ground {
    fn under(pack: &str, version: Version, looks: bool) -> Self {
        let text = fs::read_to_string(repository().join(format!("crates/policy/packs/{pack}.cedar"))).unwrap();
        // What waits for somebody is refused at once here.
        let text = text.replace("@expires(\"30m\")", "@expires(\"30m\") @wait(\"resubmit\")");
        let folder = TempDir::new("guards");
        fs::write(folder.join("password"), PASSWORD).unwrap();
        let server = Postgres::with(Options {
            version,
            settings: vec!["max_prepared_transactions = 9".into()],
            ..Options::default()
        });
        let scene = Scene::prepared(server, &text, |setup| if looks { inspecting(setup, &folder) } else { setup });
        let door = scene.server.door();
        Client::psql(&door).args(["-c", "CREATE DATABASE straight"]).run().ok();
        for name in ["postgres", "straight"] {
            let sample = SAMPLE.replace("DATABASE", name);
            Client::psql(&door.database(name)).stdin(sample).args(["-f", "-"]).run().ok();
        }
        let (target, straight) = (Database::open(&door, "postgres"), Database::open(&door, "straight"));
        Self { scene, target, straight, _folder: folder }
    }

    /// What is wrong when it goes straight to the server: nothing, when it does harm there.
    fn harmless(&mut self, case: &Case) -> Option<String> {
        self.straight.reset();
        let (before, door) = (self.straight.state(), self.straight.door.clone());
        let mut talk = Talk::begin(&door, &mut self.straight.wire);
        talk.say(&case.before);
        let was = (case.harm == "session").then(|| session(&mut talk));
        let messages = talk.say(&case.text);
        let harm = match case.harm.as_str() {
            "answer" => tagged(&messages, b"Dd"),
            "done" => !tagged(&messages, b"E"),
            "session" => Some(session(&mut talk)) != was,
            _ => {
                drop(talk);
                let after = self.straight.state();
                if case.harm == "prepared" && before != after {
                    self.straight.forget();
                }
                before.get(&case.harm).unwrap() != after.get(&case.harm).unwrap()
            }
        };
        (!harm).then(|| format!("does no harm at the server, so it proves nothing: {}", said(&messages)))
    }

    /// What is wrong when it goes through the gateway: nothing, when it is refused and nothing has happened.
    fn comes_through(&mut self, case: &Case, text: &[Said]) -> Option<String> {
        self.target.reset();
        let (before, door) = (self.target.state(), self.scene.gateway.door());
        let mut talk = Talk::begin(&door, &mut self.target.wire);
        let prelude = talk.say(&case.before);
        let was = (case.harm == "session").then(|| session(&mut talk));
        let messages = talk.say(text);
        let harm = match case.harm.as_str() {
            "answer" => tagged(&messages, b"Dd"),
            "done" => tagged(&messages, b"C"),
            "session" => Some(session(&mut talk)) != was,
            _ => false,
        };
        drop(talk);
        let after = self.target.state();
        let heard = || format!("{} {}", said(&prelude), said(&messages));
        let changed = before.iter().find(|(part, was)| after.get(*part) != Some(was));
        if let Some((part, _)) = changed {
            return Some(format!("changed {part}: {}", heard()));
        }
        let refused = prelude.iter().chain(&messages).any(is_refusal);
        let ended = case.is('s') && messages.last().is_none_or(|message| message.tag != b'Z');
        let problem = match () {
            () if harm => "did its harm",
            () if !refused && !ended => "was not refused",
            () => return None,
        };
        Some(format!("{problem}: {}", heard()))
    }
}

/// With an account by which the gateway looks names up.
fn inspecting(setup: Setup, folder: &TempDir) -> Setup {
    let look = "[[resource.account]]\nname = \"look\"\nuser = \"app_user\"\ninspection = true\n";
    let file = folder.join("password");
    Setup { more: format!("{}\n{look}secret = {{ file = \"{}\" }}\n", setup.more, file.display()), ..setup }
}

fn tagged(messages: &[Message], tags: &[u8]) -> bool {
    messages.iter().any(|message| tags.contains(&message.tag))
}

/// An error of the protocol that is the gateway's own: that a policy denies it, or that somebody would have to agree.
fn is_refusal(message: &Message) -> bool {
    let field = |name| message.field(name).unwrap_or_default();
    let words =
        ["denied by polic", "needs the approval of", "needs approval", "too many of your requests wait for approval"];
    message.tag == b'E' && words.iter().any(|words| field(b'M').contains(words))
}

fn said(messages: &[Message]) -> String {
    let told = messages.iter().map(|message| match message.tag {
        b'E' => format!("E[{} {}]", message.field(b'C').unwrap(), message.field(b'M').unwrap()),
        tag => char::from(tag).to_string(),
    });
    told.collect()
}

/// Every line with that letter, each in a session of its own, as SQL and where it can be as a prepared statement too.
fn nothing_comes_through(pack: &str, letters: &[char], version: Version, looks: bool) {
    if direct() {
        return;
    }
    let mut ground = Ground::under(pack, version, looks);
    let port = ground.scene.server.port;
    let here =
        |case: &Case| letters.iter().any(|letter| case.is(*letter)) && (!case.is('8') || version == Version::V18);
    let cases: Vec<Case> = case::all(ground.target.name, port).into_iter().filter(here).collect();
    let straight = case::all(ground.straight.name, port).into_iter().filter(here);
    let (mut problems, mut sessions) = (Vec::new(), Vec::new());
    for (case, straight) in cases.iter().zip(straight) {
        if !case.is('s') {
            problems.extend(ground.harmless(&straight).map(|problem| format!("{}: {problem}", case.name)));
        }
        let prepared = case.prepared().map(|text| {
            vec![Said::Parse { name: String::new(), text }, Said::Bind(String::new()), Said::Execute, Said::Sync]
        });
        let mut through = Vec::new();
        for text in [Some(case.text.clone()), prepared].into_iter().flatten() {
            through.extend(ground.comes_through(case, &text));
            sessions.push((case.name.clone(), case.is('k') || case.is('s')));
        }
        match (case.is('k'), through.is_empty()) {
            (false, false) => problems.push(format!("{}: {}", case.name, through.join("\n  "))),
            (true, true) => problems.push(format!("{}: comes through no more; take off its k", case.name)),
            _ => {}
        }
    }
    assert!(problems.is_empty(), "{} of {}:\n{}", problems.len(), cases.len(), problems.join("\n"));
    are_recorded(&ground.scene, &sessions);
}

/// Each session has a refusal on record, but for those of which it is known that they need not.
fn are_recorded(scene: &Scene, sessions: &[(String, bool)]) {
    let journal = scene.gateway.journal();
    let begun = journal.of_kind("session.start").map(|record| record.session());
    let refused: std::collections::BTreeSet<&str> = journal.of_kind("refusal").map(|record| record.session()).collect();
    let without: Vec<&String> = begun
        .zip(sessions)
        .filter(|(session, (_, excused))| !excused && !refused.contains(session))
        .map(|(_, (name, _))| name)
        .collect();
    assert!(without.is_empty(), "no refusal on record: {without:?}");
    assert_eq!(journal.of_kind("session.start").count(), sessions.len());
}

#[test]
fn nothing_writes_past_read_only_by_the_text_alone() {
    nothing_comes_through("read-only", &['r'], Version::V18, false);
}

#[test]
fn nothing_writes_past_read_only_by_names() {
    nothing_comes_through("read-only", &['n'], Version::V15, true);
}

#[test]
fn nothing_is_destroyed_past_destructive_by_the_text_alone() {
    nothing_comes_through("destructive", &['d'], Version::V15, false);
}

#[test]
fn nothing_is_destroyed_past_destructive_by_names() {
    nothing_comes_through("destructive", &['d'], Version::V18, true);
}

/// What the packs are not about goes through, so that none of the above is refused because all is.
#[test]
fn what_is_harmless_goes_through() {
    if direct() {
        return;
    }
    for (pack, looks) in [("read-only", false), ("read-only", true), ("destructive", false), ("destructive", true)] {
        let mut ground = Ground::under(pack, Version::V15, looks);
        let door = ground.scene.gateway.door();
        let lines = HARMLESS.lines().filter_map(|line| line.split_once('\t'));
        let texts: Vec<&str> = lines.filter(|(where_, _)| where_.contains(&pack[..1])).map(|(_, text)| text).collect();
        assert!(texts.len() >= 30, "{} lines for {pack}", texts.len());
        let mut talk = Talk::begin(&door, &mut ground.target.wire);
        let refused: Vec<String> = texts
            .iter()
            .map(|text| (text, talk.say(&[Said::Query(text.as_bytes().to_vec())])))
            .filter(|(_, messages)| tagged(messages, b"E"))
            .map(|(text, messages)| format!("{text}: {}", said(&messages)))
            .collect();
        assert!(refused.is_empty(), "under {pack}, names looked up {looks}:\n{}", refused.join("\n"));
    }
}
