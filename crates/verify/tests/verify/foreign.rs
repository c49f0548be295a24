//! Programs that know nothing of Signet accept the log and reject what they can see of tampering: the Go module behind the
//! checksum database, and `aics-tlog`. Each runs under a timeout, and a timeout is a rejection.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::forge::{other_key, sign, signing_key, verifier_key};
use crate::scene::{Scene, repository};

/// What the drivers end with when they reject, and what `timeout` ends with.
const REJECTED: [i32; 2] = [3, 124];

struct Program {
    name: &'static str,
    words: Vec<PathBuf>,
    /// Where it was built.
    _folder: Option<TempDir>,
}

impl Program {
    /// The driver in Go, built with the module that Debian has.
    fn go() -> Self {
        let folder = TempDir::new().unwrap();
        let driver = folder.path().join("driver");
        let source = repository().join("crates/verify/tests/go/main.go");
        let built = Command::new("go")
            .args(["build", "-o"])
            .args([&driver, &source])
            .env("GO111MODULE", "off")
            .env("GOPATH", "/usr/share/gocode")
            .env("GOCACHE", folder.path().join("cache"))
            .env("GOFLAGS", "")
            .output()
            .expect("go is missing: run scripts/setup.sh test");
        assert!(built.status.success(), "run scripts/setup.sh test: {}", String::from_utf8_lossy(&built.stderr));
        Self { name: "x/mod/sumdb", words: vec![driver], _folder: Some(folder) }
    }

    /// The driver in Python, with what `scripts/setup.sh` installed.
    fn aics() -> Self {
        let asked = Command::new(repository().join("scripts/where.sh")).arg("aics").output().unwrap();
        assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
        let python = String::from_utf8(asked.stdout).unwrap().trim_end().into();
        Self {
            name: "aics-tlog",
            words: vec![python, repository().join("crates/verify/tests/python/aics.py")],
            _folder: None,
        }
    }

    fn run(&self, scene: &Scene, older: Option<&str>) -> Output {
        let mut command = Command::new("timeout");
        command.arg("60").args(&self.words).arg(scene.log()).arg(verifier_key(&signing_key()).to_string());
        if let Some(older) = older {
            let path = scene.beside("older");
            fs::write(&path, older).unwrap();
            command.arg(path);
        }
        command.output().unwrap()
    }

    fn accepts(&self, scene: &Scene, older: Option<&str>) {
        let output = self.run(scene, older);
        assert_eq!(output.status.code(), Some(0), "{}: {output:?}", self.name);
    }

    fn rejects(&self, what: &str, scene: &Scene, older: Option<&str>) {
        let output = self.run(scene, older);
        let code = output.status.code().unwrap_or_default();
        assert!(REJECTED.contains(&code), "{} accepts {what}, or fails itself: {output:?}", self.name);
    }
}

type Tampering = fn(&Scene);

/// What every verifier of tlog-tiles can see.
const TAMPERINGS: &[(&str, Tampering)] = &[
    ("a flipped bit of an entry", |scene| scene.edit("tile/entries/001", |bytes| bytes[500] ^= 1)),
    ("a flipped bit of the last entry", |scene| {
        scene.edit("tile/entries/002.p/55", |bytes| *bytes.last_mut().unwrap() ^= 1);
    }),
    ("two entries swapped", |scene| {
        scene.edit("tile/entries/001", |bytes| {
            let first = 2 + usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
            let second = 2 + usize::from(u16::from_be_bytes([bytes[first], bytes[first + 1]]));
            bytes[..first + second].rotate_left(first);
        });
    }),
    ("an entry more", |scene| {
        scene.edit("tile/entries/001", |bytes| bytes.extend_from_slice(&[0, 2, b'{', b'}']));
    }),
    ("a flipped bit of a tile of level 0", |scene| scene.edit("tile/0/001", |bytes| bytes[64] ^= 1)),
    ("a flipped bit of a tile of level 1", |scene| scene.edit("tile/1/000.p/2", |bytes| bytes[3] ^= 1)),
    ("a missing tile", |scene| scene.remove("tile/0/000")),
    ("another root", |scene| scene.edit_checkpoint(|text| text.replace("\n567\n", "\n567\nA"))),
    ("another size", |scene| scene.edit_checkpoint(|text| text.replace("\n567\n", "\n566\n"))),
    ("somebody else's signature", |scene| scene.sign(&other_key())),
];

fn agrees(program: &Program) {
    let scene = Scene::new();
    program.accepts(&scene, None);
    program.accepts(&scene, Some(&scene.older(300)));
    let mut forked = scene.checkpoint.clone();
    forked.size = 300;
    forked.root[5] ^= 1;
    let forked = sign(&forked.to_string(), &signing_key());
    program.rejects("a fork", &scene, Some(&forked));
    for (what, tamper) in TAMPERINGS {
        let scene = Scene::new();
        tamper(&scene);
        program.rejects(what, &scene, None);
        assert_ne!(scene.rust().code, 0, "{what}");
    }
}

#[test]
fn the_go_checksum_database_agrees() {
    agrees(&Program::go());
}

#[test]
fn aics_tlog_agrees() {
    agrees(&Program::aics());
}
