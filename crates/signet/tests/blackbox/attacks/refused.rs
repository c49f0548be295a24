//! A20 and its like: messages that belong to another conversation (replication, COPY outside of COPY).

use super::{assert_ends, scene};
use crate::harness::wire::{Wire, frame};

/// PostgreSQL itself ignores CopyData outside of COPY; whatever the gateway does, the session stays in step.
#[test]
fn a20_copy_messages_outside_of_copy_carry_nothing() {
    let Some((server, gateway)) = scene() else { return };
    for bytes in [frame(b'd', b"smuggled"), frame(b'c', b""), frame(b'f', b"smuggled\0")] {
        let mut wire = Wire::sign_in(&gateway.door());
        wire.send(&bytes);
        wire.send(&crate::harness::wire::query("SELECT 'mark-' || 'after'"));
        let messages = wire.messages();
        let answered = messages.iter().any(|message| message.text().contains("mark-after"));
        let refused = messages.iter().any(|message| message.tag == b'E') || messages.is_empty();
        assert!(answered || refused, "{messages:?}");
    }
    server.assert_never_saw("smuggled");
}

/// Walsender commands are only commands in a replication connection; here they must fail as SQL does.
#[test]
fn a20_walsender_commands_are_no_sql() {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = Wire::sign_in(&gateway.door());
    for command in ["IDENTIFY_SYSTEM", "START_REPLICATION 0/0", "BASE_BACKUP", "TIMELINE_HISTORY 1"] {
        let messages = wire.query(command);
        assert!(messages.iter().any(|message| message.tag == b'E'), "{command}: {messages:?}");
        assert!(!messages.iter().any(|message| message.tag == b'W'), "{command} opened COPY BOTH");
        gateway.assert_recorded("command", command);
    }
    server.assert_saw("syntax error");
}

/// Messages that only a server sends.
#[test]
fn a20_messages_of_the_server_are_refused_from_a_client() {
    let Some((server, gateway)) = scene() else { return };
    for tag in [b'W', b'G', b'R', b'Z', b'K', b'v'] {
        let mut wire = Wire::sign_in(&gateway.door());
        wire.send(&frame(tag, b"smuggled\0"));
        assert_ends(&mut wire);
    }
    server.assert_never_saw("smuggled");
    gateway.assert_recorded("violation", "");
}
