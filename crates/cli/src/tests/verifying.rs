//! `signet verify`: its own exit codes come through, and it needs no configuration.

use std::fs;

use super::{Place, signet};

/// A log without records, and the key that signed that.
const EMPTY: &str = "signet.test/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u{2014} signet.test/log HdcDXDuCPKWDFKcaazPr3SxjeYpNoOAKxAPCPUcfl/bgnlWaCoKL6I5AnvkZBDLarbFG/zifciKyu9Cb4MytMjcKhQ4=\n";
const KEY: &str = "signet.test/log+1dd7035c+AcqTrBcFGHBx1nuDx/8O/oEI6OxFMFdddyaHkzPb2r58";

#[test]
fn the_exit_code_is_that_of_the_verdict() {
    let place = Place::with("not a configuration");
    let log = place.path().join("data").display().to_string();
    let missing = place.signet(&["verify", &log, "--key", KEY]);
    assert_eq!(missing.code, 20, "{missing:?}");
    fs::write(place.path().join("data/checkpoint"), EMPTY).unwrap();
    let empty = place.signet(&["verify", &log, "--key", KEY]).ok();
    assert!(empty.starts_with("OK: the log \"signet.test/log\" has no records yet"), "{empty}");
    let untrusted = place.signet(&["verify", &log]);
    assert_eq!(untrusted.code, 30, "{untrusted:?}");
    assert!(untrusted.out.contains("UNTRUSTED: checkpoint: no key was given"), "{untrusted:?}");
    signet(&["verify", &log, "--key", "nonsense"]).fails(2, "--key: neither a key nor a file");
    signet(&["verify", "/nowhere/log"]).fails(70, "/nowhere/log");
}
