//! Large things: one value of 50 MB, a result of 1 GB with memory flat.

use crate::harness::client::Running;
use crate::harness::{Client, Gateway, Postgres, Setup, direct};

/// How much more memory than at rest the gateway may take while a GB streams through it.
const ROOM_KIB: u64 = 48 * 1024;

fn start() -> (Postgres, Gateway) {
    let server = Postgres::start();
    let gateway = Setup::before(&server).start();
    (server, gateway)
}

/// The largest memory seen while the client ran.
fn watch(gateway: &Gateway, client: &mut Running) -> u64 {
    let mut most = 0;
    while client.running() {
        most = most.max(gateway.memory_kib());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    most
}

fn streams_flat(gateway: &Gateway, client: Client) -> String {
    if direct() {
        return client.run().ok().to_owned();
    }
    let before = gateway.memory_kib();
    let mut running = client.start();
    let most = watch(gateway, &mut running);
    let printed = running.finish().ok().to_owned();
    assert!(most > 0, "the client ended before anything was measured");
    assert!(most < before + ROOM_KIB, "memory grew from {before} to {most} KiB while the result streamed");
    printed
}

#[test]
fn a_value_of_50_mb() {
    let (_server, gateway) = start();
    Client::python("big_value.py", &gateway.door()).deadline(120).run().prints("ok");
}

#[test]
fn a_result_of_1_gb_streams() {
    let (_server, gateway) = start();
    let client = Client::python("big_result.py", &gateway.door()).args(["10000", "100000"]).deadline(180);
    assert_eq!(streams_flat(&gateway, client), "1000000000");
}

#[test]
fn a_copy_of_1_gb_streams() {
    let (_server, gateway) = start();
    let sql = "COPY (SELECT repeat('x', 9999) FROM generate_series(1, 100000)) TO STDOUT";
    let client =
        Client::new("sh", &gateway.door()).args(["-c", &format!("psql -X -q -c \"{sql}\" | wc -c")]).deadline(180);
    assert_eq!(streams_flat(&gateway, client), "1000000000");
}

/// The client does not read: the target must wait, and nothing may pile up in between.
#[test]
fn a_slow_reader_holds_the_target_back() {
    if direct() {
        return;
    }
    let (_server, gateway) = start();
    let before = gateway.memory_kib();
    let mut wire = crate::harness::wire::Wire::sign_in(&gateway.door());
    wire.send(&crate::harness::wire::query(
        "SELECT repeat('x', 100000) FROM generate_series(1, 5000) /* slow reader */",
    ));
    let mut most = before;
    for _ in 0..100 {
        most = most.max(gateway.memory_kib());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(most < before + ROOM_KIB, "memory grew from {before} to {most} KiB behind a reader that does not read");
    let rows = wire.messages().iter().filter(|message| message.tag == b'D').count();
    assert_eq!(rows, 5000);
}
