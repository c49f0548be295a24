//! What a run of the program says of itself first.

use std::fs::File;
use std::io::{self, Read};

use config::Config;
use model::Event;
use sha2::{Digest, Sha256};

use crate::terminal::hex;

/// Which program runs, by which configuration.
///
/// # Errors
/// When the program's own file cannot be read.
pub fn started(config: &Config) -> io::Result<Event> {
    Ok(Event::GatewayStarted {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        build: program()?,
        config: config.digest(),
    })
}

/// SHA-256 of the program that runs, hexadecimal.
fn program() -> io::Result<String> {
    let mut file = File::open("/proc/self/exe")?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hex(&hash.finalize())),
            read => hash.update(piece.get(..read).unwrap_or_default()),
        }
    }
}
