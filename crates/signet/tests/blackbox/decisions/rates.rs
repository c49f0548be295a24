//! How many rows somebody is shown in a time, over all their sessions and every way to be shown some.

use super::scene::Scene;
use crate::harness::client::Client;

const HUNDRED: &str = r#"@id("few") @rate("100 rows/1h") permit (principal, action, resource);"#;

fn lines(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with("row ")).count()
}

#[test]
fn two_sessions_at_once_are_shown_no_more_than_there_is() {
    let scene = Scene::with(HUNDRED);
    let door = scene.gateway.door();
    let copy = "COPY (SELECT 'row ' || g FROM generate_series(1, 80) g) TO STDOUT";
    let both = [(); 2].map(|()| Client::psql(&door).args(["-c", copy]).start());
    let [one, other] = both.map(|client| client.finish());
    assert_eq!(lines(&one.stdout) + lines(&other.stdout), 100, "{}\n{}", one.stderr, other.stderr);
    let said = [&one.stderr, &other.stderr].into_iter().filter(|said| said.contains("you have seen as many")).count();
    assert_eq!(said, 1, "{}\n{}", one.stderr, other.stderr);
    let more = Client::psql(&door).args(["-c", "SELECT 1"]).run();
    more.fails_with("policy few lets you see 100 rows of resource prod within 1 hour");
    assert!(more.stderr.contains("There are more from 20"), "{}", more.stderr);
    // Nobody is caught in a transaction, and others have what is theirs.
    Client::psql(&door).args(["-c", "BEGIN; COMMIT"]).run().ok();
    Client::psql(&scene.door_of("boss")).args(["-c", "SELECT 'row of boss'"]).run().prints("row of boss");
    scene.gateway.assert_recorded("refusal", "you have seen as many");
}

/// Rows, rows of a cursor, of a copy and of RETURNING: all count, and a batch is cut where they are used up.
#[test]
fn every_way_to_be_shown_rows_counts() {
    let scene = Scene::with(HUNDRED);
    let door = scene.gateway.door();
    let rows = |from: u32, to: u32| format!("SELECT 'row ' || g FROM generate_series({from}, {to}) g");
    let script = format!(
        "{};\nBEGIN;\nDECLARE c CURSOR FOR {};\nFETCH 20 FROM c;\nMOVE 5 FROM c;\nCOMMIT;\nCOPY ({}) TO STDOUT;\n\
         INSERT INTO kept SELECT 'x' FROM generate_series(1, 20) g RETURNING 'row ' || word;\n\
         PREPARE p AS {};\nEXECUTE p;\n{};\n",
        rows(1, 20),
        rows(1, 50),
        rows(1, 20),
        rows(1, 20),
        rows(1, 1)
    );
    let done = Client::psql(&door).stdin(script).run();
    assert_eq!(lines(&done.stdout), 100, "{}", done.stderr);
    assert!(done.stderr.contains("you have seen as many"), "{}", done.stderr);
}

/// A row that is too many aborts the transaction, as an error of the target does.
#[test]
fn what_runs_into_it_in_a_transaction_is_undone() {
    let scene = Scene::with(HUNDRED);
    let text = "BEGIN;\nINSERT INTO kept SELECT 'x' FROM generate_series(1, 101) g RETURNING word;\nCOMMIT;\n";
    Client::psql(&scene.gateway.door()).stdin(text).run().fails_with("you have seen as many");
    assert_eq!(super::scene::kept(&scene.server), "");
}
