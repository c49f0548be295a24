//! The commands that ask a gateway, against a real one over HTTPS.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::runtime::Runtime;

use super::asked::House;
use super::{Done, Shared, TestProgram, terminal};
use crate::api::Api;
use crate::run;

/// For what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A gateway, and whoever is signed in there.
struct Office {
    folder: tempfile::TempDir,
    house: House,
    runtime: Runtime,
}

impl Office {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let house = runtime.block_on(House::new());
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.crt"), &house.ca).unwrap();
        Self { folder, house, runtime }
    }

    fn file(&self, person: &str) -> PathBuf {
        self.folder.path().join(format!("signet-{person}/credentials.toml"))
    }

    /// `signet WORDS` of somebody, who types these lines.
    fn typing(&self, person: &str, typed: &[&str], words: &[&str]) -> Done {
        let (out, err) = (Shared::default(), Shared::default());
        let mut terminal = terminal(out.clone(), err.clone(), typed);
        let credentials = self.file(person).display().to_string();
        let words = ["signet", "--credentials", &credentials].into_iter().chain(words.iter().copied());
        let code = run(&TestProgram, words.map(Into::into), &mut terminal);
        Done { code, out: out.text(), err: err.text() }
    }

    fn signet(&self, person: &str, words: &[&str]) -> Done {
        self.typing(person, &[], words)
    }

    fn login(&self, person: &str) {
        let ca = self.folder.path().join("ca.crt").display().to_string();
        let token = self.house.tokens[person].clone();
        let words = ["login", "--server", &self.house.url(), "--as", person, "--ca", &ca];
        self.typing(person, &[&token], &words).ok();
    }

    /// With these people signed in.
    fn with(people: &[&str]) -> Self {
        let office = Self::new();
        people.iter().for_each(|person| office.login(person));
        office
    }

    /// A command of ada waits; its id, when the gateway shows it.
    fn hold(&self, text: &'static str) -> (String, ports::Held) {
        let (id, held) = self.runtime.block_on(async { self.house.hold("ada", text) });
        while self.signet("grace", &["requests", "show", &id.to_string()]).code == 4 {}
        (id.to_string(), held)
    }
}

#[test]
fn a_login_is_checked_pinned_and_private() {
    let office = Office::new();
    let (url, token) = (office.house.url(), office.house.tokens["ada"].as_str());
    let login = ["login", "--server", &url, "--as", "ada"];
    office.signet("ada", &["status"]).fails(5, "you are not signed in");
    // Its authority is its own, and is compared by a person.
    office.typing("ada", &["n", token], &login).fails(1, "you did not say yes");
    assert!(!office.file("ada").exists());
    let done = office.typing("ada", &["y", token], &login);
    assert!(done.err.contains("signed in at"), "{done:?}");
    assert!(!format!("{done:?}").contains(token), "{done:?}");
    let mode = |path: PathBuf| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!((mode(office.file("ada")), mode(office.file("ada").parent().unwrap().into())), (0o600, 0o700));
    assert!(office.signet("ada", &["status"]).ok().contains("takes records"));
    office.signet("ada", &["logout"]).ok();
    office.signet("ada", &["status"]).fails(5, "hint: signet login");
    let wrong = [&login[..], &["--fingerprint", "00"]].concat();
    office.typing("ada", &[token], &wrong).fails(5, "not the expected one");
    let ca = office.folder.path().join("ca.crt").display().to_string();
    let pinned = [&login[..], &["--ca", &ca]].concat();
    office.typing("ada", &["sgt_wrong"], &pinned).fails(5, "no valid credential");
    office.typing("ada", &[&office.house.tokens["eve"]], &pinned).fails(5, "a token of eve, not of ada");
    office.typing("ada", &[token], &["login", "--server", "http://x", "--as", "ada"]).fails(2, "no https address");
}

#[test]
fn a_gateway_that_is_somebody_else_is_not_spoken_to() {
    let office = Office::with(&["ada"]);
    let other = Office::new();
    let text = fs::read_to_string(office.file("ada")).unwrap();
    fs::write(office.file("ada"), text.replace(&office.house.url(), &other.house.url())).unwrap();
    office.signet("ada", &["status"]).fails(7, "cannot be asked");
}

#[test]
fn what_would_be_masked_is_told_column_by_column() {
    let office = Office::with(&["olga", "ada"]);
    let words = ["mask", "explain", "SELECT id, number FROM cards", "--as", "ada", "--on", "prod"];
    let told = office.signet("olga", &words).ok();
    assert!(told.contains("column 1: shown\n"), "{told}");
    assert!(
        told.contains("column 2: masked\n    keep_last(4) by policy mask-cards (cards.number keep_last(4)): "),
        "{told}"
    );
    assert!(office.signet("olga", &[&words[..], &["--json"]].concat()).ok().contains("\"shown\": \"masked\""));
    office.signet("ada", &words).fails(5, "masks.explain");
}

#[test]
fn an_approver_sees_all_that_will_run() {
    let office = Office::with(&["ada", "grace"]);
    let (id, held) = office.hold("UPDATE accounts\n\n\n SET balance = 0 -- \u{202e}\u{200b}\u{1b}[2J");
    let shown = office.signet("grace", &["requests", "show", &id]).ok();
    for part in [
        "ada (ada)",
        "prod, account app, database shop",
        "127.0.0.1, program calls itself",
        "no reason was given",
        "LOCKS ARE HELD",
        "prod-needs-a-lead (version 1)",
        "group:leads",
        "4 lines, ",
        "    | UPDATE accounts\n    | \n    | \n    |  SET balance = 0 -- \\u{202e}\\u{200b}\\u{1b}[2J\n",
        "    $1 = a\\xff (2 bytes)\n    $2 = NULL\n",
    ] {
        assert!(shown.contains(part), "{part:?}\n{shown}");
    }
    assert!(!shown.chars().any(|letter| letter != '\n' && wire::is_hidden(letter)), "{shown:?}");
    assert!(office.signet("grace", &["requests"]).ok().contains("LOCKS ARE HELD"));
    // Nobody is asked here, and nothing is done.
    office.signet("grace", &["requests", "approve", &id]).fails_after(2, "nobody is here to be asked");
    office.typing("grace", &["n"], &["requests", "approve", &id]).fails_after(1, "you did not say yes");
    let done = office.typing("grace", &["y"], &["requests", "approve", &id]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.out.contains("    | UPDATE accounts\n") && done.err.contains("1 agreed"), "{done:?}");
    assert!(matches!(office.runtime.block_on(held.end), ports::HoldEnd::Approved { .. }));
}

#[test]
fn what_was_read_is_what_is_approved() {
    let office = Office::with(&["grace"]);
    let (id, _held) = office.hold("UPDATE t SET x = 1");
    let other = ["requests", "approve", &id, "--yes", "--digest", "0123"];
    office.signet("grace", &other).fails(6, "what was read is not what this request is for");
    let json = office.signet("grace", &["requests", "show", &id, "--json"]).ok();
    let request: serde_json::Value = serde_json::from_str(&json).unwrap();
    let digest = request["command"]["digest"].as_str().unwrap();
    office.signet("grace", &["requests", "approve", &id, "--yes", "--digest", digest]).ok();
}

#[test]
fn access_is_asked_for_rejected_and_withdrawn() {
    let office = Office::with(&["ada", "grace"]);
    let create = ["requests", "create", "prod", "--for", "2h", "--reason", "\u{202e}invoices", "--json"];
    let make = || {
        let made: serde_json::Value = serde_json::from_str(&office.signet("ada", &create).ok()).unwrap();
        made["id"].as_str().unwrap().to_owned()
    };
    let (first, second) = (make(), make());
    let shown = office.signet("grace", &["requests", "show", &first]).ok();
    assert!(shown.contains("2h from the approval on") && shown.contains("\\u{202e}invoices"), "{shown}");
    office.signet("ada", &["requests", "approve", &first, "--yes"]).fails(5, "Not allowed");
    office.signet("grace", &["requests", "reject", &first, "--reason", "not now"]).ok();
    assert!(office.signet("ada", &["requests", "show", &first]).ok().contains("not now"));
    office.signet("ada", &["requests", "withdraw", &second]).ok();
    office.signet("ada", &["requests", "withdraw", &second]).fails(6, "error:");
    office.signet("ada", &["requests", "show", "nothing"]).fails(4, "Not found");
    let listed = office.signet("ada", &["requests", "--state", "withdrawn"]).ok();
    assert!(listed.contains(&second) && !listed.contains(&first), "{listed}");
}

#[test]
fn what_is_masked_is_asked_for_and_shown_among_the_grants() {
    let office = Office::with(&["ada", "grace"]);
    let create = [
        "requests",
        "create",
        "--reveal",
        "mask-cards",
        "--on",
        "prod",
        "--for",
        "30m",
        "--reason",
        "a dispute",
        "--json",
    ];
    let made: serde_json::Value = serde_json::from_str(&office.signet("ada", &create).ok()).unwrap();
    let id = made["id"].as_str().unwrap();
    let shown = office.typing("grace", &["y"], &["requests", "approve", id]);
    assert!(shown.out.contains("SEEING WHAT IS MASKED is asked for"), "{shown:?}");
    assert!(shown.out.contains("cards.number keep_last(4)") && shown.code == 0, "{shown:?}");
    assert!(office.house.masking("ada").is_empty());
    let listed = office.signet("ada", &["grants", "list", "--live"]).ok();
    assert!(listed.contains("reveal") && listed.contains("mask-cards") && !listed.contains("nothing"), "{listed}");
    office.house.mask(7, "cards.number keep_last(4), people.ssn");
    let listed = office.signet("ada", &["grants", "list", "--live"]).ok();
    assert!(listed.contains("nothing: the policy masks something else now (mask-cards)"), "{listed}");
    let shown = office.signet("grace", &["requests", "show", id]).ok();
    assert!(shown.contains("cards.number keep_last(4)") && !shown.contains("ssn"), "{shown}");
    office.signet("ada", &["grants", "revoke", id, "--reason", "done"]).ok();
    office.house.mask(8, "cards.number keep_last(4)");
    assert_eq!(office.house.masking("ada"), ["mask-cards"]);
    office.signet("ada", &["requests", "create", "--reveal", "x", "--reason", "a"]).fails(2, "RESOURCE");
}

#[test]
fn a_glass_is_broken_by_two_others() {
    let office = Office::with(&["ada", "grace", "hugo", "olga"]);
    let request = ["break-glass", "request", "prod", "--for", "1h", "--reason", "fire", "--reviewer", "olga", "--json"];
    let made: serde_json::Value = serde_json::from_str(&office.signet("ada", &request).ok()).unwrap();
    let id = made["id"].as_str().unwrap();
    office.signet("ada", &["break-glass", "agree", id, "--yes"]).fails(5, "Not allowed");
    office.signet("grace", &["break-glass", "agree", id, "--yes"]).ok();
    let shown = office.typing("hugo", &["y"], &["break-glass", "agree", id]);
    assert!(shown.out.contains("BREAKING THE GLASS") && shown.code == 0, "{shown:?}");
    assert!(office.signet("ada", &["grants", "list", "--live"]).ok().contains("break_glass"));
    assert!(office.signet("olga", &["status"]).ok().contains("olga reviews it, due"));
    office.signet("ada", &["grants", "revoke", id, "--reason", "over"]).ok();
    office.signet("grace", &["break-glass", "review", id, "--findings", "fine"]).fails(5, "error:");
    office.signet("olga", &["break-glass", "review", id, "--findings", "as it should be"]).ok();
    assert!(office.signet("olga", &["break-glass", "reviews"]).ok().contains("done"));
}

#[test]
fn a_password_is_taken_warned_about_and_never_shown() {
    let office = Office::with(&["adam"]);
    let add = |url: &str, name: &str| ["resources", "add", url, "--name", name].map(str::to_owned).to_vec();
    let run = |typed: &[&str], words: &[String]| {
        office.typing("adam", typed, &words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let done = run(&[], &add("postgres://app:hunter2@db.example.com/shop", "one"));
    assert!(done.code == 0 && done.err.contains("warning: a password on the command line"), "{done:?}");
    let asked = run(&["hunter2"], &add("postgres://app@db.example.com/shop", "two"));
    assert!(asked.code == 0 && !asked.err.contains("warning"), "{asked:?}");
    let file = office.folder.path().join("password");
    fs::write(&file, "hunter2\n").unwrap();
    let mut words = add("postgres://app@db.example.com/shop", "three");
    words.extend([
        "--password-file".to_owned(),
        file.display().to_string(),
        "--label".to_owned(),
        "env=test".to_owned(),
    ]);
    let from_file = run(&[], &words);
    assert_eq!(from_file.code, 0, "{from_file:?}");
    run(&[], &add("postgres://app:hunter2@db.example.com/x", "prod"))
        .fails_after(6, "already, in the configuration file");
    let wrong = run(&[], &add("mysql://app:hunter2@db/x", "four"));
    wrong.fails(2, "the address is not understood");
    let (list, show) =
        (office.signet("adam", &["resources", "list"]), office.signet("adam", &["resources", "show", "three"]));
    let list = list.ok();
    for name in ["one", "two", "three", "prod"] {
        assert!(list.lines().any(|line| line.starts_with(&format!("{name}\tpostgres\tdb.example.com:5432"))), "{list}");
    }
    let show = show.ok();
    assert!(show.contains("env=test"), "{show}");
    assert!(!format!("{done:?}{asked:?}{from_file:?}{wrong:?}{list}{show}").contains("hunter2"));
    office.typing("adam", &["n"], &["resources", "remove", "one"]).fails_after(1, "you did not say yes");
    office.signet("adam", &["resources", "remove", "one", "--yes"]).ok();
    office.signet("adam", &["resources", "show", "one"]).fails(4, "Not found");
}

#[test]
fn people_groups_and_roles_are_looked_after() {
    let office = Office::with(&["adam", "eve"]);
    office.signet("adam", &["people", "add", "nina", "--name", "Nina N."]).ok();
    office.signet("adam", &["people", "add", "job", "--service-of", "nina"]).ok();
    office.signet("adam", &["groups", "add", "leads", "nina"]).ok();
    office.signet("adam", &["roles", "give", "nina", "approver"]).ok();
    office.signet("adam", &["roles", "give", "adam", "auditor"]).fails(5, "nobody gives a role to themselves");
    office.signet("adam", &["roles", "give", "nina", "emperor"]).fails(1, "role cannot be emperor");
    let people = office.signet("adam", &["people", "list"]).ok();
    assert!(people.contains("nina\tNina N.\thuman\t-\tleads\tapprover, user\tlive"), "{people}");
    assert!(people.contains("job\tjob\tservice\tnina\t"), "{people}");
    assert!(office.signet("adam", &["groups", "list"]).ok().contains("leads\tnina\t"));
    office.signet("adam", &["people", "disable", "nina"]).ok();
    let people = office.signet("adam", &["people", "list"]).ok();
    assert!(people.lines().any(|line| line.starts_with("nina\t") && line.ends_with("\tdisabled")), "{people}");
    office.signet("eve", &["people", "list"]).fails(5, "hint:");
}

#[test]
fn policies_are_handed_in_and_a_file_is_applied() {
    let office = Office::with(&["paul", "adam"]);
    let folder = office.folder.path().join("policies");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("a.cedar"), "@id(\"more\") permit (principal, action, resource);\n").unwrap();
    let folder = folder.display().to_string();
    let done = office.signet("paul", &["policy", "apply", &folder, "--yes"]);
    assert!(done.err.contains("+ a.cedar") && done.err.contains("local/paul vouches for it"), "{done:?}");
    assert!(office.signet("paul", &["policy", "apply", &folder]).err.contains("nothing would change"));
    assert!(office.signet("paul", &["policy", "history"]).ok().starts_with("1\t"));
    assert!(office.signet("paul", &["policy", "show", "1"]).ok().contains("@id(\"more\")"));
    office.signet("paul", &["policy", "reload"]).fails(6, "there is no folder of policies");
    let file = office.folder.path().join("estate.toml");
    fs::write(&file, "[[group]]\nname = \"ops\"\nmembers = [\"ada\"]\n").unwrap();
    let file = file.display().to_string();
    let plan = office.signet("adam", &["apply", "-f", &file, "--dry-run"]);
    assert!(plan.code == 8 && plan.out.contains("+ "), "{plan:?}");
    office.signet("adam", &["apply", "-f", &file, "--yes"]).ok();
    let again = office.signet("adam", &["apply", "-f", &file, "--dry-run"]);
    assert!(again.code == 0 && again.err.contains("nothing to do"), "{again:?}");
}

/// Tells what is written to it.
struct Telling(mpsc::Sender<Vec<u8>>);

impl Write for Telling {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes.to_vec()).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn who_watches_sees_each_request_until_they_may_not() {
    let office = Office::with(&["adam", "grace"]);
    let (tell, told) = mpsc::channel();
    let credentials = office.file("grace").display().to_string();
    let watching = thread::spawn(move || {
        let mut terminal = terminal(Telling(tell.clone()), Telling(tell), &[]);
        let words = ["signet", "--credentials", &credentials, "requests", "--watch"];
        run(&TestProgram, words.map(Into::into), &mut terminal)
    });
    let (_, held) = office.hold("UPDATE t SET x = 1");
    let mut shown = String::new();
    let mut until = |what: &str| {
        while !shown.contains(what) {
            shown.push_str(&String::from_utf8(told.recv_timeout(PATIENCE).unwrap()).unwrap());
        }
    };
    until("    | UPDATE t SET x = 1\n");
    drop(held);
    until("WITHDRAWN");
    let admin = Api::open(Some(office.file("adam"))).unwrap();
    let tokens = admin.list("tokens?person=local/grace").unwrap();
    admin.delete(&format!("tokens/{}", tokens[0]["id"].as_str().unwrap()), None).unwrap();
    until("you may not watch any more");
    assert_eq!(watching.join().unwrap(), 5);
}

#[test]
fn a_gateway_that_cannot_record_or_is_gone_says_so() {
    let mut office = Office::with(&["ada"]);
    office.house.journal.down.store(true, Ordering::SeqCst);
    assert!(office.signet("ada", &["status"]).ok().contains("TAKES NO RECORDS"));
    let create = ["requests", "create", "prod", "--reason", "r"];
    office.signet("ada", &create).fails(1, "the evidence journal takes no records");
    let serving = office.house.serving.take().unwrap();
    office.runtime.block_on(serving.stop());
    office.signet("ada", &["status"]).fails(7, "cannot be asked");
}

#[test]
fn tokens_are_made_listed_and_revoked_over_the_interface() {
    let office = Office::with(&["ada", "adam"]);
    let made = office.signet("ada", &["tokens", "create", "--ttl", "1h"]);
    assert!(made.code == 0 && made.out.starts_with("sgt_") && made.err.contains("not shown again"), "{made:?}");
    let listed = office.signet("ada", &["tokens", "list", "--json"]).ok();
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let mut ids = listed.as_array().unwrap().iter().map(|token| token["id"].as_str().unwrap());
    let id = ids.find(|id| made.err.contains(id)).unwrap();
    assert!(!office.signet("ada", &["tokens", "list"]).ok().contains(made.out.trim()));
    office.signet("ada", &["tokens", "list", "--everybody"]).fails(5, "Not allowed");
    assert!(office.signet("adam", &["tokens", "list", "--of", "ada"]).ok().contains(id));
    office.signet("ada", &["tokens", "revoke", id]).ok();
    office.signet("ada", &["tokens", "revoke", "none"]).fails(4, "Not found");
    assert!(office.signet("adam", &["tokens", "create", "grace", "--json"]).ok().contains("sgt_"));
}

#[test]
fn live_sessions_and_completions() {
    let office = Office::with(&["adam"]);
    let live = office.signet("adam", &["sessions", "live"]);
    assert!(live.code == 0 && live.err.contains("nobody is there"), "{live:?}");
    let none = uuid::Uuid::nil().to_string();
    office.signet("adam", &["sessions", "kill", &none, "--reason", "r"]).fails(4, "Not found");
    assert!(super::signet(&["completions", "bash"]).ok().contains("_signet"));
}
