//! System calls that fail from outside, by strace: whichever it is, nothing is forwarded or shown without its record, clients are
//! told natively, and the next start finds one history and goes on with it.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::cases::{Case, Expected, Found, all};
use super::load::{Client, Load};
use super::scene::Scene;
use crate::harness::wire::Ending;
use crate::harness::{Client as Program, direct, soak, until};

const CLIENTS: usize = 3;

#[test]
fn no_call_that_fails_loses_what_happened_or_was_shown() {
    if direct() {
        return;
    }
    let (mut scene, begun, mut count) = (Scene::new(), Instant::now(), 0);
    scene.gateway.kill_hard();
    for case in all() {
        let soaked = if soak() { case.soak } else { &[] };
        for nth in case.everyday.iter().chain(soaked) {
            Fault { case, nth: *nth }.strike(&mut scene);
            count += 1;
        }
    }
    scene.gateway.launch();
    scene.judge(&[]);
    scene.verifies_opened();
    eprintln!("{count} failures in {:?}: {}", begun.elapsed(), scene.told());
}

/// One call that fails.
struct Fault {
    case: &'static Case,
    nth: u32,
}

impl Fault {
    /// Lets it fail, and judges what is left. No gateway runs before or after.
    fn strike(&self, scene: &mut Scene) {
        let torn = match self.case.found {
            Found::Killed => None,
            Found::Nothing => {
                scene.forget();
                None
            }
            Found::Torn => Some(tear(&segment(scene))),
        };
        let trace = scene.gateway.data().with_file_name("trace");
        scene.gateway.wrap(self.strace(scene, torn, &trace.display().to_string()));
        scene.gateway.spawn();
        let up = scene.gateway.comes_up().is_ok();
        let clients = if up { self.serve(scene, &trace) } else { Vec::new() };
        scene.gateway.kill_hard();
        assert!(struck(&trace), "{}: the call did not come", self.told());
        assert!(up || self.case.expected == Expected::Closes, "{}: it did not start", self.told());
        fs::remove_file(&trace).unwrap();
        scene.gateway.wrap(Vec::new());
        scene.gateway.launch();
        if self.case.found == Found::Nothing {
            scene.begun();
        }
        scene.judge(&clients);
        scene.gateway.kill_hard();
    }

    fn strace(&self, scene: &Scene, torn: Option<PathBuf>, trace: &str) -> Vec<String> {
        let Case { calls, error, paths, .. } = self.case;
        let mut words: Vec<String> =
            ["strace", "-D", "-f", "-q", "--seccomp-bpf", "-o", trace].map(String::from).into();
        for path in *paths {
            let path = match *path {
                "SEGMENT" => segment(scene),
                "TORN" => torn.clone().expect("something torn"),
                path => scene.gateway.data().join(path),
            };
            words.extend(["-P".to_owned(), path.display().to_string()]);
        }
        words.extend(["-e".to_owned(), format!("trace={calls}")]);
        words.extend(["-e".to_owned(), format!("inject={calls}:error={error}:when={}", self.nth)]);
        words
    }

    /// A gateway that came up works until the call fails, and then does what it must.
    fn serve(&self, scene: &mut Scene, trace: &PathBuf) -> Vec<Client> {
        let load = scene.load(CLIENTS);
        until(&format!("{} to fail", self.told()), Duration::from_secs(30), || {
            scene.pins.look(&scene.gateway.data());
            struck(trace).then_some(())
        });
        match self.case.expected {
            Expected::Closes => self.closes(scene, load),
            Expected::GoesOn => self.goes_on(scene, load),
        }
    }

    fn closes(&self, scene: &Scene, load: Load) -> Vec<Client> {
        let what = format!("every session to be ended after {}", self.told());
        until(&what, Duration::from_secs(20), || load.is_over().then_some(()));
        let clients = load.broken();
        for client in &clients {
            let told = matches!(client.ending, Some(Ending::Refused { .. }));
            assert!(told, "{}: silence instead of a native error: {:?}", self.told(), client.ending);
        }
        assert_ne!(scene.gateway.health(), Some(200), "{}: nobody is alarmed", self.told());
        let mark = format!("uid-late-{}.", scene.ledger.records());
        let done = Program::psql(&scene.gateway.door()).args(["-c", &format!("SELECT '{mark}'")]).run();
        assert!(!done.status.success(), "{}: a session began\n{}", self.told(), done.report());
        scene.server.assert_never_saw(&mark);
        clients
    }

    /// It is tried again, and something new is shown.
    fn goes_on(&self, scene: &mut Scene, load: Load) -> Vec<Client> {
        let what = format!("a checkpoint after {}", self.told());
        scene.pins.look(&scene.gateway.data());
        until(&what, Duration::from_secs(20), || scene.pins.look(&scene.gateway.data()).then_some(()));
        let clients = load.stop();
        for client in &clients {
            assert!(client.ending.is_none(), "{}: {:?}", self.told(), client.ending);
        }
        assert_eq!(scene.gateway.health(), Some(200), "{}", self.told());
        clients
    }

    fn told(&self) -> String {
        let Case { calls, error, paths, found, .. } = self.case;
        format!("{error} of call {} of {calls} for {} (found: {found:?})", self.nth, paths[0])
    }
}

/// Whether the trace has the call that failed.
fn struck(trace: &PathBuf) -> bool {
    fs::read_to_string(trace).is_ok_and(|text| text.contains("(INJECTED)"))
}

/// The segment that a start goes on in.
fn segment(scene: &Scene) -> PathBuf {
    let entries = fs::read_dir(scene.places().journal).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|ending| ending == "journal")).max().expect("a segment")
}

/// Half of a record behind the last whole one, as a loss of power leaves it; gives where the next start keeps it.
fn tear(segment: &PathBuf) -> PathBuf {
    let bytes = fs::read(segment).unwrap();
    let end = (bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1).next_multiple_of(64);
    let file = File::options().write(true).open(segment).unwrap();
    file.write_all_at(&[0xaa; 37], end as u64).unwrap();
    segment.with_extension(format!("torn-{end}"))
}
