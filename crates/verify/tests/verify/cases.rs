//! A table of attacks: each is made on a copy of the log, and both verifiers must find it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::scene::Scene;

/// One attack.
pub struct Case {
    /// Its number in the reference, and what it does.
    pub name: &'static str,
    /// The exit code of both verifiers.
    pub code: i32,
    /// What `signet-verify` must say, besides.
    pub says: &'static str,
    pub attack: fn(&mut Scene),
}

/// Makes every attack of a table, and tells all that were not found.
pub fn run(cases: &[Case]) {
    let mut wrong = Vec::new();
    for case in cases {
        let mut scene = Scene::new();
        if catch_unwind(AssertUnwindSafe(|| (case.attack)(&mut scene))).is_err() {
            wrong.push(format!("{}: the attack itself failed", case.name));
            continue;
        }
        let (rust, python) = (scene.rust(), scene.python());
        if rust.code != case.code || !rust.said.contains(case.says) {
            wrong.push(format!("{}: expected {} and {:?}: signet-verify {rust:#?}", case.name, case.code, case.says));
        }
        if python.code != case.code {
            wrong.push(format!("{}: expected {}: verify.py {python:#?}", case.name, case.code));
        }
    }
    assert!(wrong.is_empty(), "{} wrong of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
