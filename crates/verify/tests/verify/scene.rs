//! A log on disk with its keys, and the two verifiers that are run over it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use tempfile::TempDir;
use tlog::checkpoint::Checkpoint;

use crate::forge::{self, Entry, Leaf, publish, sequence, sign, signing_key, story, verifier_key, write_keys};

/// A log that may be attacked.
pub struct Scene {
    folder: TempDir,
    pub entries: Vec<Entry>,
    pub leaves: Vec<Leaf>,
    pub checkpoint: Checkpoint,
    /// Arguments besides the folder.
    pub arguments: Vec<String>,
}

impl Scene {
    /// The story, published and signed; the verifiers have the key.
    pub fn new() -> Self {
        static STORY: OnceLock<(Vec<Entry>, Vec<Leaf>)> = OnceLock::new();
        let (entries, leaves) = STORY.get_or_init(|| {
            let entries = story();
            let leaves = sequence(&entries);
            (entries, leaves)
        });
        Self::of(entries.clone(), leaves.clone())
    }

    /// A log of other entries.
    pub fn of(entries: Vec<Entry>, leaves: Vec<Leaf>) -> Self {
        let checkpoint = Checkpoint { origin: String::new(), size: 0, root: [0; 32] };
        let arguments = vec!["--key".to_owned(), verifier_key(&signing_key()).to_string()];
        let folder = TempDir::new().unwrap();
        let mut scene = Self { folder, entries, leaves, checkpoint, arguments };
        scene.publish();
        scene
    }

    pub fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes all files anew from the leaves, and signs.
    pub fn publish(&mut self) {
        let _ = fs::remove_dir_all(self.log());
        fs::create_dir_all(self.log()).unwrap();
        self.checkpoint = publish(&self.log(), &self.leaves);
        self.sign(&signing_key());
    }

    /// The same from the entries, as somebody could who has the key.
    pub fn forge(&mut self) {
        self.leaves = sequence(&self.entries);
        self.publish();
    }

    /// Signs the checkpoint as it stands.
    pub fn sign(&self, key: &SigningKey) {
        self.put("checkpoint", sign(&self.checkpoint.to_string(), key).as_bytes());
    }

    pub fn put(&self, path: &str, bytes: &[u8]) {
        let path = self.log().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn take(&self, path: &str) -> Vec<u8> {
        fs::read(self.log().join(path)).unwrap()
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.log().join(path)).unwrap();
    }

    /// Changes a file.
    pub fn edit(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = self.take(path);
        change(&mut bytes);
        self.put(path, &bytes);
    }

    /// Changes the text of the checkpoint file.
    pub fn edit_checkpoint(&self, change: impl FnOnce(String) -> String) {
        let text = String::from_utf8(self.take("checkpoint")).unwrap();
        self.put("checkpoint", change(text).as_bytes());
    }

    pub fn argue(&mut self, name: &str, value: impl Into<String>) {
        self.arguments.extend([name.to_owned(), value.into()]);
    }

    /// Gives the verifiers this note as the pin.
    pub fn pin(&mut self, note: &str) {
        let path = self.beside("pin");
        fs::write(&path, note).unwrap();
        self.argue("--pin", path.to_str().unwrap());
    }

    /// A checkpoint of the first so many leaves, signed.
    pub fn older(&self, size: usize) -> String {
        let folder = TempDir::new().unwrap();
        sign(&publish(folder.path(), &self.leaves[..size]).to_string(), &signing_key())
    }

    /// Writes the keys of all chains, and lets the verifiers open payloads.
    pub fn open(&mut self) {
        write_keys(&self.beside("keys"), self.entries.iter().map(|entry| entry.sid.clone()));
        let master = self.beside("master");
        fs::write(&master, STANDARD.encode(forge::master()) + "\n").unwrap();
        self.argue("--master-key", master.to_str().unwrap());
    }

    /// Position of the first entry of this type in this chain.
    pub fn find(&self, kind: &str, sid: &str) -> usize {
        self.entries.iter().position(|entry| entry.kind == kind && entry.sid == sid).unwrap()
    }

    /// The verifier in Rust.
    pub fn rust(&self) -> Verdict {
        self.run(&mut Command::new(env!("CARGO_BIN_EXE_signet-verify")))
    }

    /// The verifier in Python.
    pub fn python(&self) -> Verdict {
        self.run(Command::new("/usr/bin/python3").arg(repository().join("tools/verify.py")))
    }

    fn run(&self, program: &mut Command) -> Verdict {
        let output = program.arg(self.log()).args(&self.arguments).output().expect("the verifier runs");
        Verdict::of(&output)
    }
}

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// How a verifier ended, and what it said.
#[derive(Debug)]
pub struct Verdict {
    pub code: i32,
    pub said: String,
}

impl Verdict {
    pub fn of(output: &Output) -> Self {
        let said = [&output.stdout[..], &output.stderr].concat();
        Self { code: output.status.code().unwrap_or(-1), said: String::from_utf8_lossy(&said).into_owned() }
    }
}
