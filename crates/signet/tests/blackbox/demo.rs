//! `signet demo` as a newcomer types it: the tour checks its own claims, and nothing is left behind.

use std::fs::{self, File};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::gateway::binary;
use crate::harness::place::{TempDir, signal};
use crate::harness::{direct, until};

fn demo(folder: &TempDir) -> Command {
    let mut demo = Command::new(binary());
    demo.arg("demo").env("TMPDIR", folder.path()).stdin(Stdio::null());
    demo
}

fn assert_tidy(folder: &TempDir) {
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "the demo left {left:?}");
}

#[test]
fn the_tour_holds_in_eighty_columns() {
    if direct() {
        return;
    }
    let (folder, began) = (TempDir::new("tour"), Instant::now());
    let output = demo(&folder).arg("--tour").output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let told = format!("{shown}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}");
    for step in 1..=6 {
        assert!(shown.lines().any(|line| line.starts_with(&format!("{step}  "))), "no step {step}\n{told}");
    }
    assert!(shown.matches(" ✓ ").count() >= 18 && !shown.contains('✗'), "{told}");
    assert!(!shown.contains('\x1b'), "colours without a terminal\n{told}");
    let wide: Vec<_> = shown.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:?}");
    eprintln!("the tour took {:?}", began.elapsed());
    assert_tidy(&folder);
}

#[test]
fn it_stays_until_somebody_ends_it_and_tidies_up() {
    if direct() {
        return;
    }
    let (folder, screen) = (TempDir::new("demo"), TempDir::new("screen"));
    let shown = File::create(screen.join("shown")).unwrap();
    let mut demo = demo(&folder).stdout(shown).spawn().unwrap();
    let shown = until("the demo to be up", Duration::from_secs(60), || {
        assert!(demo.try_wait().unwrap().is_none(), "it ended at once");
        let shown = fs::read_to_string(screen.join("shown")).unwrap();
        shown.contains("demo --tour").then_some(shown)
    });
    let ports: Vec<u16> = shown.split("on 127.0.0.1:").skip(1).map(first_number).collect();
    assert_eq!(ports.len(), 2, "PostgreSQL and the gateway\n{shown}");
    assert!(ports.iter().all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok()), "{shown}");
    let typed = |begin: &str| shown.lines().map(str::trim).find(|line| line.starts_with(begin)).unwrap();
    let words = format!("{} && {} -Atc 'SELECT 6 * 7'", typed(". "), typed("psql "));
    let output = Command::new("sh").args(["-c", &words]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "42", "{}", String::from_utf8_lossy(&output.stderr));
    signal(demo.id(), "INT");
    assert!(demo.wait().unwrap().success());
    assert!(ports.iter().all(|port| TcpStream::connect(("127.0.0.1", *port)).is_err()), "somebody listens still");
    assert_tidy(&folder);
}

fn first_number(text: &str) -> u16 {
    text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}
