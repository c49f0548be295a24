//! What an attack could have changed: the state of a database and its server in parts, each as a digest of its own.

use std::collections::BTreeMap;

use super::talk::{Talk, run, value_of};
use crate::harness::door::Door;
use crate::harness::wire::{PROTOCOL_3_0, Wire};

pub type State = BTreeMap<String, String>;

const STATE: &str = "
SELECT json_build_object(
 'rows', (SELECT md5(string_agg(r, ',')) FROM (
    SELECT t::text AS r FROM goods t UNION ALL SELECT t::text FROM twin t UNION ALL SELECT t::text FROM free t
    UNION ALL SELECT t::text FROM waited t ORDER BY 1) q),
 'objects', (SELECT md5(string_agg(o, ',' ORDER BY o)) FROM (
    SELECT concat(relname, relkind, relacl) AS o FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat(proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT tgname FROM pg_trigger UNION ALL SELECT rulename FROM pg_rewrite
    UNION ALL SELECT c::text FROM pg_cast c UNION ALL SELECT typname FROM pg_type
    UNION ALL SELECT concat(attrelid, attname) FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0) q),
 'large', (SELECT concat(string_agg(concat(loid, data), ',' ORDER BY loid, pageno),
    (SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_largeobject_metadata)) FROM pg_largeobject),
 'sequence', (SELECT concat(last_value, is_called) FROM numbers),
 'slots', concat((SELECT string_agg(slot_name, ',' ORDER BY slot_name) FROM pg_replication_slots),
    (SELECT string_agg(roname, ',' ORDER BY roname) FROM pg_replication_origin)),
 'prepared', (SELECT coalesce(string_agg(gid, ',' ORDER BY gid), '') FROM pg_prepared_xacts WHERE database = current_database()),
 'settings', pg_read_file('postgresql.auto.conf'),
 'files', (SELECT coalesce(string_agg(f, ',' ORDER BY f), '') FROM pg_ls_dir('.') f WHERE f LIKE 'stolen%'),
 'victim', (SELECT count(*)::text FROM pg_stat_activity WHERE application_name = 'victim of ' || current_database()),
 'roles', concat((SELECT string_agg(a::text, ',' ORDER BY a::text) FROM pg_authid a),
    (SELECT string_agg(s::text, ',' ORDER BY s::text) FROM pg_db_role_setting s)))::text";

/// Before each attack, what one of those before it may have taken straight at the server.
const RESET: &str = "
DELETE FROM goods; INSERT INTO goods VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3);
DELETE FROM twin WHERE id > 2;
SELECT lo_from_bytea(4242, 'large') WHERE NOT EXISTS (SELECT FROM pg_largeobject_metadata WHERE oid = 4242)";

const SESSION: &str = "SELECT concat_ws(',', current_user, session_user, current_setting('role'), current_setting('log_statement'), \
    current_setting('session_replication_role'), current_setting('statement_timeout'), current_setting('work_mem'))";

/// A database, seen by its superuser around any gateway, and a session in it that is nobody's business.
pub struct Database {
    pub name: &'static str,
    pub door: Door,
    pub wire: Wire,
    _victim: Wire,
}

impl Database {
    pub fn open(door: &Door, name: &'static str) -> Self {
        let door = door.database(name);
        let mut wire = Wire::sign_in(&door);
        run(&mut wire, "SET lock_timeout = '5s'");
        let victim = format!("victim of {name}");
        let victim = Wire::sign_in_with(&door, PROTOCOL_3_0, &[("application_name", &victim)]).unwrap();
        Self { name, door, wire, _victim: victim }
    }

    pub fn reset(&mut self) {
        run(&mut self.wire, RESET);
    }

    pub fn state(&mut self) -> State {
        serde_json::from_str(&value_of(&self.wire.query(STATE))).unwrap()
    }

    /// A transaction that an attack has prepared holds its locks.
    pub fn forget(&mut self) {
        run(&mut self.wire, &format!("ROLLBACK PREPARED 'stolen in {}'", self.name));
    }
}

/// Who a session is, and what it has set; a transaction that has failed is over then.
pub fn session(talk: &mut Talk<'_>) -> String {
    let messages = talk.query(SESSION);
    if messages.iter().any(|message| message.tag == b'D') {
        return value_of(&messages);
    }
    talk.query("ROLLBACK");
    value_of(&talk.query(SESSION))
}
