//! Bodies about streams: PostgreSQL in full swing, its beginnings on both sides, and the toy protocol.

use testkit::driver::{ada, opening};
use testkit::plumbing::is_harmless;
use testkit::toy::{Toy, client::command, frame as toy};
use wire::{Opening, Side};

use super::bench::Bench;
use super::choices::Choices;
use super::mutate::{Script, damage, mutate};
use super::scripts::{frame, greeting, length_at, packet, scripts, startup};

/// Damaged conversations with every kind of answer, cancels, stops and ends among them.
pub(super) fn relay(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let all = scripts();
    let mut script = all[choices.below(all.len())].clone();
    if choices.once_in(2) {
        script.extend(all[choices.below(all.len())].clone());
    }
    mutate(&mut script, &all, length_at, &mut choices);
    let mut bench = Bench::new(&postgres::Postgres, Opening { principal: Some(ada()), ..opening() });
    bench.out.harmless = is_harmless;
    bench.say(Side::Client, &startup(), &mut choices);
    bench.say(Side::Target, &greeting(), &mut choices);
    converse(&mut bench, script, &mut choices);
    is_readable(&bench);
    if bytes.is_empty() {
        bench.went_well();
    }
}

/// Damaged conversations come out the same when each frame arrives at once and when it arrives in pieces.
pub(super) fn cuts(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let all = scripts();
    let mut script = all[choices.below(all.len())].clone();
    script.extend(all[choices.below(all.len())].clone());
    mutate(&mut script, &all, length_at, &mut choices);
    script.insert(0, (Side::Client, startup()));
    script.insert(1, (Side::Target, greeting()));
    let answers: Vec<u8> = (0..60).map(|_| choices.byte()).collect();
    let whole = calmly(&script, &answers);
    let pieces = script.iter().flat_map(|(side, frame)| {
        let mut cut = Vec::new();
        let mut left = frame.as_slice();
        while !left.is_empty() {
            let (piece, rest) = left.split_at(1 + choices.below(left.len()));
            cut.push((*side, piece.to_vec()));
            left = rest;
        }
        cut
    });
    let cut = calmly(&pieces.collect(), &answers);
    assert_eq!(cut.violated, whole.violated, "whether it is broken depends on the cut");
    assert!(cut.sent(Side::Target) == whole.sent(Side::Target), "what the target is sent depends on the cut");
    let (one, other) = (cut.sent(Side::Client), whole.sent(Side::Client));
    // Of a large frame that breaks in its middle more or less has passed when that is seen.
    let same = one == other || (cut.violated && (one.starts_with(other) || other.starts_with(one)));
    assert!(same, "what the client is sent depends on the cut: {} {}", one.escape_ascii(), other.escape_ascii());
}

fn calmly(script: &Script, answers: &[u8]) -> Bench {
    let mut answers = Choices::new(answers);
    let mut bench = Bench::new(&postgres::Postgres, Opening { principal: Some(ada()), ..opening() });
    bench.out.harmless = is_harmless;
    bench.calm = true;
    for (side, bytes) in script {
        bench.say(*side, bytes, &mut answers);
    }
    bench
}

/// What a client of PostgreSQL is sent is made of whole frames (only a large one may have been broken off), and it is told
/// that the target is ready no more often than it asked.
fn is_readable(bench: &Bench) {
    let mut said = frames(bench.out.said[0].get(startup().len()..).unwrap_or_default()).0;
    said.retain(|tag| b"QSF".contains(tag));
    let sent = bench.sent(Side::Client);
    let (tags, left) = frames(sent);
    // Nothing of ours stands in a frame that was broken off.
    let theirs = left.is_empty() || bench.out.said[1].windows(left.len()).any(|part| part == left);
    assert!(theirs && (left.is_empty() || left.len() >= 5), "half a frame was sent: {}", left.escape_ascii());
    let ready = tags.iter().filter(|tag| **tag == b'Z').count();
    assert!(ready <= 1 + said.len(), "ready {ready} times, asked {} times", said.len());
}

/// The tags of whole frames, and what is left behind them.
fn frames(bytes: &[u8]) -> (Vec<u8>, &[u8]) {
    let (mut tags, mut left) = (Vec::new(), bytes);
    while let Some(header) = left.get(..5) {
        let length = u32::from_be_bytes(header[1..].try_into().unwrap()) as usize;
        let Some(rest) = left.get(length.saturating_add(1)..).filter(|_| length >= 4) else { break };
        tags.push(header[0]);
        left = rest;
    }
    (tags, left)
}

/// Says a script in its order, now and then the other side's next frame first.
pub(super) fn converse(bench: &mut Bench, mut script: Script, choices: &mut Choices<'_>) {
    while let Some((side, _)) = script.first().cloned() {
        let other = choices.once_in(8).then(|| script.iter().position(|(other, _)| *other != side)).flatten();
        let (side, frame) = script.remove(other.unwrap_or(0));
        bench.say(side, &frame, choices);
    }
    bench.finish(choices);
}

/// The first packets of a client, and its sign-in.
pub(super) fn sign_in(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let mut bench = Bench::new(&postgres::Postgres, Opening { tls_offered: choices.once_in(2), ..opening() });
    bench.out.harmless = is_harmless;
    let mut first = vec![startup()];
    match choices.below(6) {
        1 => first.insert(0, packet(&80_877_103_u32.to_be_bytes())),
        2 => first.insert(0, packet(&80_877_104_u32.to_be_bytes())),
        3 => first.insert(0, packet(&[&80_877_102_u32.to_be_bytes()[..], &[9; 8]].concat())),
        4 => first = vec![packet(b"\0\x03\0\x02user\0ada\0_pq_.later\0on\0options\0-c geqo=off\0\0")],
        _ => {}
    }
    for mut packet in first {
        wound(&mut packet, &mut choices);
        bench.say(Side::Client, &packet, &mut choices);
    }
    let gs2: &[u8] = [&b"n,,"[..], b"y,,", b"p=tls-server-end-point,,"][choices.below(3)];
    let text = [gs2, b"n=,r=fyko+d2lbbFgONRv9qkxdawL"].concat();
    let length = u32::try_from(text.len()).unwrap().to_be_bytes();
    let mut initial = frame(b'p', &[&b"SCRAM-SHA-256\0"[..], &length, &text].concat());
    wound(&mut initial, &mut choices);
    bench.say(Side::Client, &initial, &mut choices);
    let nonce = after(bench.sent(Side::Client), b"r=");
    let channel = if gs2 == b"y,," { "eSws" } else { "biws" };
    let proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    let mut last = frame(b'p', &[format!("c={channel},r=").as_bytes(), &nonce, b",p=", proof.as_bytes()].concat());
    wound(&mut last, &mut choices);
    bench.say(Side::Client, &last, &mut choices);
    target_sign_in(&mut bench, &mut choices);
    if bytes.is_empty() {
        bench.went_well();
    }
}

/// The target's side of a sign-in: with a password in clear, with SCRAM, or none at all.
fn target_sign_in(bench: &mut Bench, choices: &mut Choices<'_>) {
    let say = |bench: &mut Bench, mut bytes: Vec<u8>, choices: &mut Choices<'_>| {
        wound(&mut bytes, choices);
        bench.say(Side::Target, &bytes, choices);
    };
    if choices.once_in(4) {
        say(bench, b"S".to_vec(), choices);
    }
    match choices.below(4) {
        1 => say(bench, frame(b'R', &[0, 0, 0, 3]), choices),
        2 => {
            say(bench, frame(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0SCRAM-SHA-256-PLUS\0\0"), choices);
            let nonce = after(bench.sent(Side::Target), b"r=");
            let rounds = ["4096", "1", "0", "4294967296", "99999999999999999999"][choices.below(5)];
            let first = [&b"\0\0\0\x0br="[..], &nonce, b"theirs,s=c2FsdA==,i=", rounds.as_bytes()].concat();
            say(bench, frame(b'R', &first), choices);
            say(bench, frame(b'R', b"\0\0\0\x0cv=bm90IHRoZSByaWdodCBzaWduYXR1cmUgYXQgYWxsISE="), choices);
        }
        3 => say(bench, frame(b'E', b"SFATAL\0VFATAL\0C28P01\0Mno\0\0"), choices),
        _ => {}
    }
    say(bench, greeting(), choices);
    let goodbye = scripts()[choices.below(4)].clone();
    converse(bench, goodbye, choices);
}

/// Damages a message now and then.
fn wound(bytes: &mut Vec<u8>, choices: &mut Choices<'_>) {
    while choices.once_in(4) {
        damage(bytes, choices);
    }
}

/// What stands behind a word, to the next comma or NUL: how each side reads the other's nonce.
fn after(bytes: &[u8], word: &[u8]) -> Vec<u8> {
    let found = bytes.windows(word.len()).rposition(|window| window == word).map(|at| at + word.len());
    let rest = &bytes[found.unwrap_or(bytes.len())..];
    rest.iter().copied().take_while(|byte| byte.is_ascii_graphic() && *byte != b',').collect()
}

/// The toy protocol, whose damage shows faults of the bench as well.
pub(super) fn toy_stream(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let done = |state: u8| (Side::Target, toy::write(toy::tag::DONE, &[state]).to_vec());
    let said = |word: &str| (Side::Client, command(word).to_vec());
    let all: Vec<Script> = vec![
        vec![said("get a"), said("set b 1"), done(0), done(0)],
        vec![said("begin t"), done(1), said("set a 1"), done(1), said("commit u"), done(0)],
        vec![said("what is this"), said("get odd"), (Side::Target, toy::error(0, "no").to_vec()), done(0)],
    ];
    let mut script = all[choices.below(all.len())].clone();
    mutate(&mut script, &all, |_| 0, &mut choices);
    let mut bench = Bench::new(&Toy, Opening { principal: Some(ada()), ..opening() });
    bench.settles = false;
    bench.say(Side::Client, &toy::write(toy::tag::HELLO, b"ada\0prod\0"), &mut choices);
    bench.say(Side::Target, &toy::write(toy::tag::HELLO, b""), &mut choices);
    bench.say(Side::Target, &toy::write(toy::tag::KEY, b"the target's own"), &mut choices);
    converse(&mut bench, script, &mut choices);
    if bytes.is_empty() {
        bench.went_well();
    }
}
