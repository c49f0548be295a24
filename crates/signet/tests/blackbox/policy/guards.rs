//! A22: settings that bound or log are a verb of their own, which a policy denies while it allows all others.

use model::Verb;

use super::{assert_denied, assert_goes_on, scene};
use crate::harness::desk::{allow, deny};
use crate::harness::pipeline::{completed, run, sync};

#[test]
fn a22_settings_that_bound_or_log_are_denied_by_their_verb() {
    let Some((server, inside, mut wire)) = scene() else { return };
    inside.policy.replace(|action| if action.verb == Verb::SessionGuard { deny() } else { allow() });
    let guarded = [
        "SET statement_timeout = 0",
        "SET LOCAL lock_timeout = 0",
        "RESET idle_in_transaction_session_timeout",
        "SET \"Log_Statement\" = 'none'",
        "/* x */ set session log_min_duration_statement to -1",
        "SET row_security = off",
        "SET session_replication_role = replica",
        "SET default_transaction_read_only = off",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "SET app.tenant = '2'",
        "SELECT 1; SET log_duration = off",
    ];
    for sql in guarded {
        assert_denied(&wire.query(sql));
        wire.send(&[run(sql.trim_start_matches("SELECT 1; ")), sync()].concat());
        assert_denied(&wire.messages());
    }
    for sql in ["SET search_path TO public", "SET TIME ZONE 'UTC'", "SET extra_float_digits = 3"] {
        assert_eq!(completed(&wire.query(sql)), ["SET"], "{sql}");
    }
    assert_goes_on(&mut wire);
    assert!(inside.recorded("refusal", "session_guard") >= guarded.len());
    for name in ["statement_timeout", "log_min_duration", "row_security", "app.tenant"] {
        server.assert_never_saw(name);
    }
}
