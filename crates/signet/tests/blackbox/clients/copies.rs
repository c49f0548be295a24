//! COPY in the extended protocol, with all of a batch sent at once: the target swallows the Sync behind a COPY that reads data,
//! and answers it when the COPY fails before it reads. The gateway shows what the server does.

use crate::harness::pipeline::{completed, run, sync, tags};
use crate::harness::wire::{Wire, frame};
use crate::harness::{Client, Gateway, Postgres, Setup, direct};

const TABLES: &str = "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t";

fn scene() -> Option<(Postgres, Gateway)> {
    if direct() {
        return None;
    }
    let server = Postgres::start();
    Client::psql(&server.door()).args(["-c", TABLES]).run().ok();
    let gateway = Setup::before(&server).start();
    Some((server, gateway))
}

fn data(text: &str) -> Vec<u8> {
    frame(b'd', text.as_bytes())
}

fn done() -> Vec<u8> {
    frame(b'c', b"")
}

#[test]
fn into_a_view_with_its_sync_at_once() {
    let Some((server, gateway)) = scene() else { return };
    for door in [server.door(), gateway.door()] {
        let mut wire = Wire::sign_in(&door);
        wire.send(&[run("COPY v FROM STDIN"), sync()].concat());
        let messages = wire.messages();
        assert_eq!(tags(&messages), "12GEZ");
        assert_eq!(messages[3].field(b'C').as_deref(), Some("42809"));
        wire.send(&[run("SELECT 1"), sync()].concat());
        assert_eq!(tags(&wire.messages()), "12DCZ");
        // One that ends its data nevertheless is answered for each Sync.
        wire.send(&[run("COPY v FROM STDIN"), sync(), data("1\n"), done(), sync()].concat());
        assert_eq!([tags(&wire.messages()), tags(&wire.messages())], ["12GEZ", "Z"]);
        assert_eq!(tags(&wire.query("SELECT 2")), "TDCZ");
    }
    gateway.assert_recorded("outcome", "42809");
}

#[test]
fn into_a_table_its_sync_is_swallowed() {
    let Some((server, gateway)) = scene() else { return };
    for door in [server.door(), gateway.door()] {
        let mut wire = Wire::sign_in(&door);
        wire.send(&[run("COPY t FROM STDIN"), sync(), data("1\n"), done(), sync()].concat());
        let messages = wire.messages();
        assert_eq!((tags(&messages).as_str(), completed(&messages)), ("12GCZ", vec!["COPY 1".to_owned()]));
        wire.send(&[run("COPY t FROM STDIN"), sync()].concat());
        assert_eq!([(); 3].map(|()| wire.receive().unwrap().tag), [b'1', b'2', b'G']);
        wire.send(&[data("not a number\n"), data("2\n"), done(), sync()].concat());
        assert_eq!(tags(&wire.messages()), "EZ", "one Sync was swallowed, the other answered");
        // A Sync between the data comes too late to be swallowed: the COPY has failed before it.
        wire.send(&[run("COPY t FROM STDIN"), sync()].concat());
        assert_eq!([(); 3].map(|()| wire.receive().unwrap().tag), [b'1', b'2', b'G']);
        wire.send(&[data("not a number\n"), sync(), data("2\n"), done(), sync()].concat());
        assert_eq!([tags(&wire.messages()), tags(&wire.messages())], ["EZ", "Z"]);
        assert_eq!(tags(&wire.query("SELECT 2")), "TDCZ");
    }
}
