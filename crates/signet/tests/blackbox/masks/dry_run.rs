//! A mask that is only observed: nothing is masked, and the record and `signet mask explain` say what would have been.

use super::{STRUCTURE, straight};
use crate::harness::client::Client;
use crate::harness::direct;
use crate::harness::scene::Scene;

const OBSERVED: &str = r#"@id("mask-people") @mask("customers.ssn") @observe("2099-12-31")
forbid (principal, action == Action::"reveal", resource == Resource::"prod");
"#;

#[test]
fn a_mask_that_is_observed_reports_and_does_not_mask() {
    if direct() {
        return;
    }
    let scene = Scene::made(OBSERVED, &[], |setup| setup);
    straight(&scene, STRUCTURE);
    let shown = Client::psql(&scene.gateway.door()).args(["-c", "SELECT name, ssn FROM customers"]).run();
    assert_eq!(shown.ok().trim(), "Ada|canary-ssn");
    scene.gateway.assert_recorded("command", "\"observed\":[\"mask-people\"]");
    let watcher = scene.person("watcher");
    let told = watcher.ok(&["mask", "explain", "SELECT name, ssn FROM customers", "--as", "ada", "--on", "prod"]);
    let (now, then) = told.split_once("only observed for now").expect(&told);
    assert!(!now.contains("by policy mask-people"), "{told}");
    assert!(then.contains("column 1: shown") && then.contains("by policy mask-people"), "{told}");
}
