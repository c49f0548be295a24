//! The data path: the only crate with sockets between clients and targets. `session.rs` is the place to begin reading.
//!
//! accept -> identify -> authorise -> connect -> relay -> seal, one file a step, one pump over legs. The engine knows no
//! protocol and no policy, storage or directory: those come as `wire::Protocol` and the traits of `ports`.

mod accept;
mod authorise;
mod binding;
mod chain;
mod clock;
mod connect;
mod fault;
mod gateway;
mod half_open;
mod house;
mod identify;
mod interrupts;
mod kdf;
mod leg;
mod limits;
mod memory;
mod metrics;
mod prefixed;
mod proxy_header;
mod pump;
mod relay;
mod seal;
mod session;
mod sessions;
mod source;
mod streams;
mod tasks;
mod tls;

pub use connect::{Dialer, Dialled, TcpDialer};
pub use fault::Cause;
pub use gateway::{Gateway, ListenError, Listener, Network};
pub use house::{House, Random};
pub use leg::{Arrival, ByteLeg, Departure, Io, Lanes, Leg};
pub use limits::EngineLimits;
pub use metrics::Metrics;
pub use seal::Receipt;
pub use sessions::{Activity, LiveSession, LiveSessions};
pub use streams::Trunk;
pub use tasks::spawn;
pub use tls::{ClientTls, TlsError, secure};
