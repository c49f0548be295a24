//! Checks of `[limits]`.

use crate::Limits;
use crate::problem::Problems;

pub(super) fn check(limits: &Limits, problems: &mut Problems) {
    let times = [
        ("handshake_timeout", Some(limits.handshake_timeout.0)),
        ("connect_timeout", Some(limits.connect_timeout.0)),
        ("idle_timeout", limits.idle_timeout.duration()),
        ("max_session", limits.max_session.duration()),
    ];
    for (key, time) in times {
        if time.is_some_and(|time| time.is_zero()) {
            problems.add(format!("limits.{key}"), "it is zero, so no session could live", "Write a time such as 30s.");
        }
    }
    let counts = [
        ("max_half_open", limits.max_half_open, 1),
        ("max_connections", limits.max_connections, 1),
        ("handshake_frame_bytes", limits.handshake_frame_bytes, 1_024),
        ("frame_bytes", limits.frame_bytes, 4_096),
        ("frame_memory_bytes", limits.frame_memory_bytes, limits.frame_bytes),
        ("statements_per_message", limits.statements_per_message, 1),
        ("pipelined_commands", limits.pipelined_commands, 1),
        ("prepared_names", limits.prepared_names, 1),
        ("kdf_iterations", usize::try_from(limits.kdf_iterations).unwrap_or(usize::MAX), 4_096),
    ];
    for (key, value, least) in counts {
        if value < least {
            problems.add(
                format!("limits.{key}"),
                format!("{value} is too small for anything to work"),
                format!("Write at least {least}, or leave it out."),
            );
        }
    }
}
