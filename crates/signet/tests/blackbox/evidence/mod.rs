//! What the evidence is worth when the gateway is killed or its disk fails. The judges are the target's own log, what the
//! clients saw byte by byte, and the verifier of the public log with every checkpoint that was ever shown as its pin.

mod asks;
mod cases;
mod faults;
mod kills;
mod ledger;
mod load;
mod moments;
mod pins;
mod scene;
mod syncs;
mod target;
