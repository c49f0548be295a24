//! kill -9 under load, while a start mends what the kill before left, and at the very first start. `SIGNET_KILLS` says how
//! often (default 20), `SIGNET_SEED` when.

use std::time::{Duration, Instant};

use testkit::random::{Random, Seeded, seed};

use super::load::Client;
use super::moments::Moment;
use super::scene::Scene;
use crate::harness::direct;
use crate::harness::wire::Ending;

const CLIENTS: usize = 6;

/// Kills of one log, which is then verified to its last payload. So the time of a kill does not grow with their number.
const KILLS_OF_A_LOG: u64 = 20;

/// Starts in a row that are killed.
const MOST_AT_ONE_START: u64 = 2;

#[test]
fn no_kill_loses_what_happened_or_was_shown() {
    if direct() {
        return;
    }
    let kills: u64 = std::env::var("SIGNET_KILLS").map_or(20, |kills| kills.parse().unwrap());
    let seeded = Seeded(seed());
    eprintln!("SIGNET_SEED={} SIGNET_KILLS={kills}", seeded.0);
    let mut random = Random::new(seeded.0);
    let (mut scene, mut starts, begun) = (Scene::new(), Starts::default(), Instant::now());
    let mut killed = 0;
    while killed < kills {
        killed += kill_in_one_log(&mut scene, &mut starts, &mut random, KILLS_OF_A_LOG.min(kills - killed));
    }
    assert!(scene.ledger.commands.len() as u64 > kills * 10, "no load at all: {}", scene.told());
    assert!(scene.ledger.unknown > 0, "no command was ever cut: {}", scene.told());
    eprintln!("{killed} kills in {:?}: {}", begun.elapsed(), scene.told());
}

/// Begins another log, kills its gateway so often, and verifies all of it; gives how often.
fn kill_in_one_log(scene: &mut Scene, starts: &mut Starts, random: &mut Random, kills: u64) -> u64 {
    scene.gateway.kill_hard();
    scene.forget();
    let mut killed = starts.launch(scene, random);
    scene.begun();
    while killed < kills {
        let clients = kill_once(scene, random);
        killed += 1 + starts.launch(scene, random);
        scene.judge(&clients);
    }
    scene.verifies_opened();
    killed
}

/// Loads the gateway and kills it at some moment; gives what the clients saw.
fn kill_once(scene: &mut Scene, random: &mut Random) -> Vec<Client> {
    let load = scene.load(CLIENTS);
    load.wait_for(random.below(40));
    let moment = Moment::choose(random);
    moment.wait(&scene.gateway.data(), &mut scene.pins);
    scene.gateway.kill_hard();
    let clients = load.broken();
    for client in &clients {
        assert!(matches!(client.ending, Some(Ending::Closed)), "{moment:?}: {:?}", client.ending);
    }
    clients
}

/// Starts of the gateway, some of which are killed before they are done.
struct Starts {
    /// How long the last one took that was not.
    took: Duration,
}

impl Default for Starts {
    fn default() -> Self {
        Self { took: Duration::from_millis(300) }
    }
}

impl Starts {
    /// Gives how many kills came before.
    fn launch(&mut self, scene: &mut Scene, random: &mut Random) -> u64 {
        let mut killed = 0;
        scene.pins.look(&scene.gateway.data());
        while killed < MOST_AT_ONE_START && random.once_in(3) {
            scene.gateway.spawn();
            std::thread::sleep(self.took.mul_f64(random.below(1_000) as f64 / 1_000.0));
            scene.gateway.kill_hard();
            scene.pins.look(&scene.gateway.data());
            killed += 1;
        }
        let start = Instant::now();
        scene.gateway.launch();
        self.took = start.elapsed();
        killed
    }
}
