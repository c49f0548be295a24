//! Tests of the commands, as they are typed: words in, stdout, stderr and exit code out.

#[path = "../../../web/src/tests/house.rs"]
mod asked;
mod asking;
mod connecting;
mod line;
mod logging;
mod pages;
mod policies;
mod recorded;
mod sessions;
mod tokens;
mod verifying;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use config::Config;
use wire::{ClientHelp, Manifest, Opening, Probe, Protocol, Reach, Stream};

use zeroize::Zeroizing;

use crate::{Input, Program, Terminal, run};

/// A protocol that can only tell how it is reached.
struct Toy;

static TOY: Manifest = Manifest {
    name: "toy",
    title: "Toy",
    default_port: 7,
    direct_tls: None,
    verbs: &[],
    plumbing: &[],
    clients,
    show: || Box::new(wire::Raw::default()),
};

fn clients(reach: &Reach<'_>) -> Vec<ClientHelp> {
    let database = reach.database.unwrap_or("none");
    let line = format!("{}@{}:{}/{}/{database}", reach.user, reach.host, reach.port, reach.resource);
    let argv = vec!["toy".to_owned(), line.clone(), format!("own={}", reach.dedicated), "it's here".to_owned()];
    let service = format!("[{}]\nhost={}\n", reach.resource, reach.host);
    vec![
        ClientHelp { name: "jdbc", about: "Java", argv: Vec::new(), text: format!("jdbc:toy:{line}") },
        ClientHelp { name: "toy", about: "The toy's own client", argv, text: String::new() },
        ClientHelp { name: "service", about: "A service file", argv: Vec::new(), text: service },
    ]
}

impl Protocol for Toy {
    fn manifest(&self) -> &'static Manifest {
        &TOY
    }

    fn stream(&self, _: Opening) -> Box<dyn Stream> {
        unreachable!("the commands open no streams")
    }

    fn probe(&self, _: Probe, _: Opening) -> Box<dyn Stream> {
        unreachable!("the commands open no streams")
    }

    fn read(&self, text: &[u8]) -> Vec<model::Action> {
        policies::read(text)
    }
}

struct TestProgram;

impl Program for TestProgram {
    fn protocols(&self) -> &'static [&'static dyn Protocol] {
        &[&Toy]
    }

    fn serve(&self, config: Config) -> anyhow::Result<()> {
        anyhow::bail!("served {}", config.file.display())
    }
}

/// A folder with a configuration; it goes when this is dropped.
struct Place(PathBuf);

const CONFIG: &str = r#"
data_dir = "data"
[journal]
segment_bytes = 1048576
[[listener]]
protocol = "toy"
listen = "0.0.0.0:7000"
advertise = "gw.example.com:7000"
resource = "prod"
[[listener]]
protocol = "toy"
listen = "127.0.0.1:7001"
[[resource]]
name = "prod"
protocol = "toy"
address = "127.0.0.1:5432"
database = "main"
[[resource.account]]
name = "app"
[[resource.account]]
name = "dba"
[[resource]]
name = "dev"
protocol = "toy"
address = "127.0.0.1:5433"
[[resource.account]]
name = "app"
[[person]]
name = "ada"
access = [{ resource = "*" }]
[[person]]
name = "eve"
"#;

impl Place {
    fn new() -> Self {
        Self::with(CONFIG)
    }

    fn with(config: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("signet-cli-{}-{count}", std::process::id()));
        fs::create_dir_all(path.join("data")).unwrap();
        fs::write(path.join("signet.toml"), config).unwrap();
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }

    /// `signet --config ... WORDS`.
    fn signet(&self, words: &[&str]) -> Done {
        let config = self.0.join("signet.toml").display().to_string();
        signet(&[&["--config", &config], words].concat())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How a command ended.
#[derive(Debug)]
struct Done {
    code: u8,
    out: String,
    err: String,
}

impl Done {
    #[track_caller]
    fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    #[track_caller]
    fn fails(&self, code: u8, cause: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.contains(cause), "{self:?}");
        assert_eq!(self.out, "", "a failure writes nothing to stdout");
    }
}

impl Done {
    /// As `fails`, for a command that showed something first.
    #[track_caller]
    fn fails_after(&self, code: u8, cause: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.contains(cause), "{self:?}");
    }
}

fn signet(words: &[&str]) -> Done {
    let (out, err) = (Shared::default(), Shared::default());
    let mut terminal = terminal(out.clone(), err.clone(), &[]);
    let words = ["signet"].iter().chain(words).map(Into::into);
    let code = run(&TestProgram, words, &mut terminal);
    Done { code, out: out.text(), err: err.text() }
}

/// Without a person at it, but for these lines, which somebody types.
pub(crate) fn terminal(out: impl Write + 'static, err: impl Write + 'static, typed: &[&str]) -> Terminal {
    let input = Typed(typed.iter().map(|line| (*line).to_owned()).collect());
    Terminal { out: Box::new(out), err: Box::new(err), input: Box::new(input), colour: false, tables: false }
}

struct Typed(VecDeque<String>);

impl Input for Typed {
    fn is_terminal(&self) -> bool {
        !self.0.is_empty()
    }

    fn line(&mut self) -> io::Result<Zeroizing<String>> {
        Ok(Zeroizing::new(self.0.pop_front().unwrap_or_default()))
    }

    fn secret(&mut self) -> io::Result<Zeroizing<String>> {
        self.line()
    }
}

#[derive(Clone, Default)]
pub(crate) struct Shared(Rc<RefCell<Vec<u8>>>);

impl Shared {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn wrong_words_are_a_usage_failure() {
    signet(&["frobnicate"]).fails(2, "unrecognized subcommand");
    signet(&["token", "create"]).fails(2, "PERSON");
    signet(&["token", "create", "ada", "--ttl", "soon"]).fails(2, "a duration is a number with a unit");
    assert!(signet(&["--version"]).ok().starts_with("signet "));
    assert!(signet(&["--help"]).ok().contains("connect"));
}

#[test]
fn a_configuration_is_checked() {
    let place = Place::new();
    assert!(place.signet(&["config", "check"]).ok().contains("is good"));
    place.signet(&["server"]).fails(1, "served");
    let bad =
        CONFIG.replace("\"toy\"", "\"tds\"").replace("eve", "e+e") + "[tls]\ncertificate = \"no\"\nkey = \"no\"\n";
    let place = Place::with(&bad);
    let done = place.signet(&["config", "check"]);
    done.fails(1, "e+e");
    assert!(done.err.matches("there is no protocol \"tds\"").count() == 4, "{}", done.err);
    assert!(done.err.contains("hint: Use one of: toy."), "{}", done.err);
    place.signet(&["server"]).fails(3, "hint:");
    let place = Place::with(&(CONFIG.to_owned() + "[tls]\ncertificate = \"no\"\nkey = \"no\"\n"));
    place.signet(&["config", "check"]).fails(1, "tls.certificate: cannot read");
    place.signet(&["connect", "prod", "--as", "ada", "--print"]).ok();
    signet(&["--config", "/nonexistent.toml", "config", "check"]).fails(1, "cannot read /nonexistent.toml");
    signet(&["--config", "/nonexistent.toml", "log"]).fails(3, "hint: Say where the file is");
}

#[test]
fn the_reference_is_printed() {
    assert_eq!(signet(&["config", "reference"]).ok(), config::reference());
}
