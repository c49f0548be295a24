//! Stock clients under the packs: what a tool sends by itself is no reason to refuse it, and what a pack is for, it does.

mod batch;
mod migrations;
mod psql;
mod replayed;
mod startup;

use std::fs;

use crate::harness::place::repository;
use crate::harness::scene::Scene;

/// The text of a pack, adapted to the people of the scene.
fn pack(name: &str) -> String {
    let text = fs::read_to_string(repository().join(format!("crates/policy/packs/{name}.cedar"))).unwrap();
    text.replace("group:change-approvers", "group:dba-leads")
}

/// A gateway under that pack, beside what lets everybody in.
fn under(name: &str) -> Scene {
    Scene::with(&pack(name))
}
