//! A large log is verified in little memory.

use std::process::Command;

use tempfile::TempDir;

use crate::forge::{GATEWAY, Story, publish, sequence, sign, signing_key, verifier_key};

/// A log of so many sessions of fourteen records, one behind the other.
fn log(sessions: u64) -> TempDir {
    let mut story = Story::default();
    story.genesis();
    for number in 1..=sessions {
        story.session(number, 6, GATEWAY);
        if number.is_multiple_of(500) {
            story.heads(GATEWAY, 1);
        }
    }
    // Without ciphertexts it is made sooner.
    story.0.iter_mut().for_each(|entry| entry.payloads.clear());
    let folder = TempDir::new().unwrap();
    let checkpoint = publish(folder.path(), &sequence(&story.0));
    std::fs::write(folder.path().join("checkpoint"), sign(&checkpoint.to_string(), &signing_key())).unwrap();
    folder
}

/// The most memory that verifying takes, in KiB.
fn memory(log: &TempDir) -> i64 {
    let watch = "import resource, subprocess, sys\n\
        subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n\
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let key = verifier_key(&signing_key()).to_string();
    let program = env!("CARGO_BIN_EXE_signet-verify");
    let mut watcher = Command::new("/usr/bin/python3");
    watcher.args(["-c", watch, program]).arg(log.path()).args(["--key", &key]);
    let output = watcher.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

#[test]
fn memory_does_not_grow_with_the_records() {
    let sessions = if std::env::var_os("SIGNET_SOAK").is_some() { 100_000 } else { 4_000 };
    let (small, large) = (memory(&log(100)), memory(&log(sessions)));
    println!("{small} KiB for 1,400 records, {large} KiB for {}", sessions * 14);
    // What stays of a session is its id; of a record, nothing. The records alone have 6 KiB a session.
    let allowed = 2_048 + i64::try_from(sessions).unwrap() * 64 / 1_024;
    assert!(large - small < allowed, "{small} KiB, then {large} KiB");
}
