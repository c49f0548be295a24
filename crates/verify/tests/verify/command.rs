//! The command itself: pins that are saved, JSON, wrong use, and logs behind an address.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use tlog::json;

use crate::forge::{sign, signing_key};
use crate::scene::{Scene, Verdict};

fn verify(arguments: &[&str]) -> Verdict {
    let output = Command::new(env!("CARGO_BIN_EXE_signet-verify")).args(arguments).output().unwrap();
    Verdict::of(&output)
}

#[test]
fn a_pin_is_saved_when_all_holds_and_else_not() {
    let mut scene = Scene::new();
    let pin = scene.beside("saved").to_str().unwrap().to_owned();
    scene.argue("--save-pin", &pin);
    assert_eq!(scene.rust().code, 0);
    assert_eq!(fs::read(&pin).unwrap(), scene.take("checkpoint"));
    scene.argue("--pin", &pin);
    assert_eq!(scene.rust().code, 0);
    scene.entries[400].later_us += 1;
    scene.forge();
    let fork = scene.rust();
    assert_eq!(fork.code, 60);
    let roots = fork.said.lines().filter(|line| line.trim() == "567").count();
    assert_eq!(roots, 2, "both checkpoints are printed: {}", fork.said);
    assert_ne!(fs::read(&pin).unwrap(), scene.take("checkpoint"));
}

#[test]
fn json_says_what_was_found() {
    let mut scene = Scene::new();
    scene.arguments.push("--json".to_owned());
    let said = scene.rust().said;
    let whole = json::parse(said.trim_end().as_bytes()).unwrap();
    let number = |key: &str| whole.get(key).unwrap().as_integer().unwrap();
    assert_eq!((number("code"), number("size"), number("records")), (0, 567, 567));
    assert_eq!((number("runs"), number("sessions"), number("open_chains")), (2, 41, 2));
    assert_eq!(whole.get("verdict").unwrap().as_str(), Some("OK"));
    scene.edit("tile/0/001", |bytes| bytes[64] ^= 1);
    let said = scene.rust().said;
    let tampered = json::parse(said.trim_end().as_bytes()).unwrap();
    let failure = &tampered.get("failures").unwrap().as_array().unwrap()[0];
    assert_eq!(failure.get("verdict").unwrap().as_str(), Some("TAMPERED"));
    assert_eq!(failure.get("place").unwrap().as_str(), Some("tile/0/001"));
}

#[test]
fn failures_are_listed_to_the_thousandth() {
    let scene = Scene::new();
    let mut tiles: Vec<PathBuf> = vec!["tile/0/000".into(), "tile/0/001".into(), "tile/0/002.p/55".into()];
    tiles.drain(..).for_each(|tile| scene.edit(tile.to_str().unwrap(), |bytes| bytes.fill(0)));
    for pack in ["payload/000", "payload/001", "payload/002"] {
        scene.edit(pack, |bytes| bytes.fill(0));
    }
    let verdict = scene.rust();
    let told = verdict.said.lines().filter(|line| line.starts_with("TAMPERED: ")).count();
    assert_eq!((verdict.code, told), (10, 1_000 + 1), "the first thousand and the verdict");
    assert!(verdict.said.contains(" more failures\n"), "{}", verdict.said);
}

#[test]
fn wrong_use_is_told() {
    let scene = Scene::new();
    let log = scene.log();
    let log = log.to_str().unwrap();
    for arguments in [&[][..], &[log, "--max-age", "soon"], &[log, "--key", "nonsense"], &[log, "--keys", "x"]] {
        assert_eq!(verify(arguments).code, 2, "{arguments:?}");
    }
    let key = scene.beside("key");
    fs::write(&key, scene.arguments[1].clone() + "\n").unwrap();
    assert_eq!(verify(&[log, "--key", key.to_str().unwrap()]).code, 0);
}

/// Serves the files of a folder until the process ends; everything under `/broken/` fails, and under `/endless/` no file is
/// missing.
fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let path = lines.next().and_then(|line| line.split(' ').nth(1).map(str::to_owned)).unwrap_or_default();
            while lines.next().is_some_and(|line| !line.is_empty()) {}
            let file = fs::read(folder.join(path.trim_start_matches('/')));
            let (status, body) = match file {
                _ if path.contains("/broken/") => ("503 Not Now", Vec::new()),
                Ok(body) => ("200 OK", body),
                Err(_) if path.contains("/endless/") => ("200 OK", Vec::new()),
                Err(_) => ("404 Not Found", Vec::new()),
            };
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(&[head.into_bytes(), body].concat());
        }
    });
    address
}

#[test]
fn a_log_behind_an_address_is_verified_the_same() {
    let scene = Scene::new();
    let address = serve(scene.log());
    let key = scene.arguments[1].clone();
    let over = |place: &str| verify(&[&format!("{address}{place}"), "--key", &key]);
    let whole = over("/");
    assert_eq!(whole.code, 0, "{whole:#?}");
    assert!(whole.said.contains("OK: all 567 records"), "{whole:#?}");
    assert_eq!(over("/broken/").code, 70);
    assert_eq!(over("/nothing").code, 20);
    let mut endless = scene.checkpoint.clone();
    endless.size = 1 << 53;
    scene.put("endless/checkpoint", sign(&endless.to_string(), &signing_key()).as_bytes());
    let endless = over("/endless/");
    assert!(endless.code == 20 && endless.said.contains("nothing was looked for behind this"), "{endless:#?}");
    scene.remove("payload/001");
    assert_eq!(over("").code, 20);
    scene.edit("tile/entries/000", |bytes| bytes[100] ^= 1);
    assert_eq!(over("").code, 10);
    assert_eq!(verify(&["http://127.0.0.1:1/", "--key", &key]).code, 70);
}

/// Any one bit of any covered file, flipped: never is all well.
#[test]
fn no_flipped_bit_goes_unseen() {
    let seed = std::env::var("SIGNET_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(4_u64);
    println!("SIGNET_SEED={seed}");
    let mut state = seed.wrapping_mul(2) + 1;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    let files = ["checkpoint", "tile/entries/000", "tile/entries/001", "tile/entries/002.p/55", "tile/0/000"];
    let more = ["tile/0/001", "tile/0/002.p/55", "tile/1/000.p/2", "payload/000", "payload/001"];
    let mut scene = Scene::new();
    scene.open();
    let files: Vec<&str> = files.into_iter().chain(more).collect();
    for _ in 0..150 {
        let path = files[below(files.len())];
        let before = scene.take(path);
        let (at, bit) = (below(before.len()), below(8));
        scene.edit(path, |bytes| bytes[at] ^= 1 << bit);
        let verdict = scene.rust();
        assert!([10, 20, 30, 50].contains(&verdict.code), "{path} byte {at} bit {bit}: {verdict:#?}");
        scene.put(path, &before);
    }
    assert_eq!(scene.rust().code, 0);
}
