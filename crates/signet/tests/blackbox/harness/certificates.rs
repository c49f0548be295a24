//! A certificate authority of the test's own, made by openssl.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A certificate with its key, and the authority that signed it.
pub struct Certificate {
    pub authority: PathBuf,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Makes an authority and one server certificate for `names` (`DNS:localhost,IP:127.0.0.1`) in `dir`.
pub fn issue(dir: &Path, name: &str, names: &str) -> Certificate {
    let file = |suffix: &str| dir.join(format!("{name}{suffix}"));
    let made = Certificate { authority: file("-ca.crt"), certificate: file(".crt"), key: file(".key") };
    let ca_key = file("-ca.key");
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    openssl(&[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "7",
        "-subj",
        "/CN=test authority",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
        "-keyout",
        &path(&ca_key),
        "-out",
        &path(&made.authority),
    ]);
    openssl(&[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "7",
        "-subj",
        "/CN=test server",
        "-addext",
        &format!("subjectAltName={names}"),
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-addext",
        "extendedKeyUsage=serverAuth",
        "-CA",
        &path(&made.authority),
        "-CAkey",
        &path(&ca_key),
        "-keyout",
        &path(&made.key),
        "-out",
        &path(&made.certificate),
    ]);
    fs::remove_file(ca_key).unwrap();
    made
}

fn openssl(arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
