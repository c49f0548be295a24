//! Runs PostgreSQL's regression suite, and drivers that pipeline and prepare, which it does not, through an in-process gateway
//! whose streams are recorded.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Instant;

use engine::{Gateway, Listener};
use model::{Class, Public};
use testkit::recording::{Recorder, Recording};
use wire::Route;

use super::house::{PASSWORD, USER, house};
use crate::harness::place::{TempDir, repository};
use crate::harness::{Client, Door, soak};

/// The server of the matched set, which trusts everybody; stopped when dropped.
struct Trusting {
    dir: TempDir,
    port: u16,
}

impl Trusting {
    fn start() -> Self {
        let dir = TempDir::new("recorded");
        let status = pgsuite().arg("start").arg(dir.path()).args(["--auth", "trust"]).status().unwrap();
        assert!(status.success(), "the matched server did not start");
        let environment = fs::read_to_string(dir.join("env")).unwrap();
        let port = environment.lines().find_map(|line| line.strip_prefix("PGPORT=")).unwrap().parse().unwrap();
        Self { dir, port }
    }
}

impl Drop for Trusting {
    fn drop(&mut self) {
        let _ = pgsuite().arg("stop").arg(self.dir.path()).status();
    }
}

fn pgsuite() -> Command {
    Command::new(repository().join("scripts/pgsuite.sh"))
}

/// The sessions of the suite (its sample, or all of it in the long proofs) and of the drivers.
pub fn sessions(seed: u64) -> Vec<Recording> {
    let server = Trusting::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let recorder: &'static Recorder = Box::leak(Box::new(Recorder::new(postgres::Postgres)));
    let (gateway, address) = runtime.block_on(async {
        let gateway = Gateway::new(house(server.port, seed));
        let address = gateway.listen(listener(recorder)).await.unwrap();
        (gateway, address)
    });
    let mut run = pgsuite();
    run.arg("regress").arg("--output").arg(server.dir.join("output"));
    run.args(["--port", &address.port().to_string(), "--user", USER, "--password", PASSWORD]);
    if !soak() {
        run.arg("--sample");
    }
    let output = run.env("PGSSLMODE", "disable").output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}");
    let begun = Instant::now();
    drivers(address.port());
    eprintln!("the drivers took {:?}", begun.elapsed());
    let ended = runtime.block_on(gateway.drain(Public::new(Class::Shutdown, "the recording is over")));
    assert!(ended, "a session did not end");
    recorder.take()
}

/// The extended protocol in all its ways: named and unnamed statements, pipelines, binary values, COPY, cancels.
fn drivers(port: u16) {
    let door = Door {
        host: "127.0.0.1".to_owned(),
        port,
        user: USER.to_owned(),
        password: PASSWORD.to_owned(),
        database: "postgres".to_owned(),
        sslmode: "disable",
        sslrootcert: None,
    };
    // Beside each other: most of their time is waiting.
    std::thread::scope(|scope| {
        scope.spawn(|| {
            Client::postgres_tool("pgbench", &door).args(["-i", "-q", "-s", "1"]).run().ok();
            for mode in ["extended", "prepared"] {
                Client::postgres_tool("pgbench", &door).args(["-M", mode, "-n", "-c", "2", "-t", "25"]).run().ok();
            }
        });
        scope.spawn(|| Client::python("psycopg_tour.py", &door).run().prints("ok"));
        scope.spawn(|| Client::python("asyncpg_tour.py", &door).run().prints("ok"));
        scope.spawn(|| Client::node("tour.js", &door).run().prints("ok"));
    });
}

fn listener(recorder: &'static Recorder) -> Listener {
    Listener {
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
        protocol: recorder,
        route: Route::Fixed("prod".parse().unwrap()),
        plaintext_allowed: true,
        tls: None,
        proxy_from: Vec::new(),
    }
}
