//! Tests of what is found. `~` stands in for what is left out; what is expected is written down by hand.

use super::{Found, MOST, find, in_value};

fn without(text: &[u8], found: &Found) -> String {
    let (mut kept, mut at) = (String::new(), 0);
    for range in &found.text {
        assert!(range.start >= at && range.end <= text.len() && range.start < range.end, "{found:?}");
        kept.push_str(&String::from_utf8_lossy(&text[at..range.start]));
        kept.push('~');
        at = range.end;
    }
    kept + &String::from_utf8_lossy(&text[at..])
}

/// In each reading in which the text is as it is meant.
fn left_out(text: &str) -> String {
    without(text.as_bytes(), &find(text.as_bytes(), Some(true)))
}

fn assert_all(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(left_out(text), *expected, "{text}");
    }
}

#[test]
fn passwords_of_roles() {
    assert_all(&[
        ("ALTER ROLE x PASSWORD 'se''cret' LOGIN", "ALTER ROLE x PASSWORD ~ LOGIN"),
        ("create user x with encrypted password E'se\\'cret'", "create user x with encrypted password ~"),
        ("CREATE ROLE x PASSWORD U&'s\\0065cret' UESCAPE '\\'", "CREATE ROLE x PASSWORD ~ UESCAPE '\\'"),
        ("ALTER USER x PASSWORD $$secret$$", "ALTER USER x PASSWORD ~"),
        ("ALTER USER x PASSWORD $a$se$$cret$a$;SELECT 1", "ALTER USER x PASSWORD ~;SELECT 1"),
        (
            "ALTER ROLE x PASSWORD/* 'no' */\n'se'\n 'cret' VALID UNTIL 'y'",
            "ALTER ROLE x PASSWORD/* 'no' */\n~ VALID UNTIL 'y'",
        ),
        ("ALTER GROUP x PASSWORD'secret'", "ALTER GROUP x PASSWORD~"),
        ("ALTER USER x PASSWORD secret", "ALTER USER x PASSWORD ~"),
        ("ALTER USER x PASSWORD \"secret\"", "ALTER USER x PASSWORD ~"),
        ("ALTER USER x PASSWORD NULL", "ALTER USER x PASSWORD NULL"),
        ("CREATE USER token LOGIN", "CREATE USER token LOGIN"),
        ("ALTER ROLE x PASSWORD ''; DROP TABLE t; SELECT ''", "ALTER ROLE x PASSWORD ~; DROP TABLE t; SELECT ''"),
        (
            "ALTER ROLE x PASSWORD 'one'; ALTER ROLE y PASSWORD 'two'",
            "ALTER ROLE x PASSWORD ~; ALTER ROLE y PASSWORD ~",
        ),
    ]);
}

#[test]
fn options_and_settings() {
    assert_all(&[
        (
            "CREATE USER MAPPING FOR x SERVER s OPTIONS (user 'bob', password 'secret')",
            "CREATE USER MAPPING FOR x SERVER s OPTIONS (user 'bob', password ~)",
        ),
        (
            "ALTER USER MAPPING FOR x SERVER s OPTIONS (SET password 'secret', ADD \"sslpassword\" 'two', DROP password)",
            "ALTER USER MAPPING FOR x SERVER s OPTIONS (SET password ~, ADD \"sslpassword\" ~, DROP password)",
        ),
        ("SET app.api_key = 'secret'; SET app.name = 'x'", "SET app.api_key = ~; SET app.name = 'x'"),
        ("SET app.client_secret TO 'secret'", "SET app.client_secret TO ~"),
        ("SELECT set_config('app.token', 'secret', false)", "SELECT set_config('app.token', ~, false)"),
        ("UPDATE t SET passwd = 'secret', name = 'x' WHERE id = 1", "UPDATE t SET passwd = ~, name = 'x' WHERE id = 1"),
        (
            "SELECT * FROM t WHERE data->>'token' = 'secret' AND x = 'y'",
            "SELECT * FROM t WHERE data->>'token' = ~ AND x = 'y'",
        ),
        ("SELECT f(password => 'secret', x => 'y')", "SELECT f(password => ~, x => 'y')"),
        ("COPY t FROM 's3://x' CREDENTIALS 'secret'", "COPY t FROM 's3://x' CREDENTIALS ~"),
    ]);
}

#[test]
fn connection_strings() {
    assert_all(&[
        (
            "CREATE SUBSCRIPTION s CONNECTION 'host=h password=secret dbname=d' PUBLICATION p",
            "CREATE SUBSCRIPTION s CONNECTION 'host=h password=~ dbname=d' PUBLICATION p",
        ),
        ("SELECT dblink('password = ''se\\''cret'' host=h', 'q')", "SELECT dblink('password = ~ host=h', 'q')"),
        ("SELECT dblink($$password='se cret' host=h$$)", "SELECT dblink($$password=~ host=h$$)"),
        ("SELECT dblink('password=se\\ cret host=h')", "SELECT dblink('password=~ host=h')"),
        ("SELECT dblink('postgres://u:s@ecret@h:1/d?x=y')", "SELECT dblink('postgres://u:~@h:1/d?x=y')"),
        ("SELECT 'postgres://h:1/d?password=secret'", "SELECT 'postgres://h:1/d?password=~'"),
        ("SELECT '{\"password\": \"se\\\"cret\", \"x\": \"y\"}'", "SELECT '{\"password\": ~, \"x\": \"y\"}'"),
        ("SELECT h('Authorization: Bearer 0123456789abcdef')", "SELECT h('Authorization: Bearer ~')"),
        ("-- password=secret\nSELECT 1 /* token: secret*/ + 1", "-- password=~\nSELECT 1 /* token: ~*/ + 1"),
    ]);
}

#[test]
fn code_inside_literals() {
    assert_all(&[
        (
            "DO $$ BEGIN EXECUTE 'ALTER ROLE x PASSWORD ''secret'''; PERFORM 1; END $$",
            "DO $$ BEGIN EXECUTE 'ALTER ROLE x PASSWORD ~'; PERFORM 1; END $$",
        ),
        ("DO 'BEGIN ALTER ROLE x PASSWORD ''secret''; END'", "DO 'BEGIN ALTER ROLE x PASSWORD ~; END'"),
        (
            "DO $$ BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', 'x', 'secret'); f('y'); END $$",
            "DO $$ BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', ~, ~); f('y'); END $$",
        ),
        (
            "SELECT 'ALTER ROLE x PASSWORD ' || quote_literal('secret')",
            "SELECT 'ALTER ROLE x PASSWORD ' || quote_literal(~)",
        ),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $f$ SELECT dblink($$password=secret x$$) $f$",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $f$ SELECT dblink($$password=~ x$$) $f$",
        ),
    ]);
}

/// What runs stays readable, whatever it is called.
#[test]
fn code_is_never_left_out() {
    for text in [
        "SELECT password FROM users WHERE name = 'bob'",
        "SELECT token, 'x' FROM t",
        "DO $$ DECLARE password text; BEGIN password := evil('x'); END $$",
        "DO $$ BEGIN password = evil(); END $$",
        "/* password='*/ DROP TABLE t /*'*/",
        "SELECT 'reset your password', 'bob'",
        "CREATE TABLE t (password text, secret int)",
        "SELECT 'https://host:1/a@b'",
        "SELECT 1 -- password",
        "ALTER TABLE t RENAME password TO secret",
    ] {
        let shown = left_out(text);
        for word in ["DROP TABLE t", "evil(", "bob", "'x'", "password", "host:1/a@b"] {
            assert_eq!(shown.contains(word), text.contains(word), "{shown}");
        }
    }
    assert_eq!(left_out("--password='\n/* '*/ DROP TABLE t"), "--password=~\n/* '*/ DROP TABLE t");
}

/// What cannot be lexed is looked through as bytes.
#[test]
fn opaque_text() {
    assert_all(&[
        ("ALTER ROLE x PASSWORD 'secret", "ALTER ROLE x PASSWORD ~"),
        ("SELECT 1x; ALTER ROLE x PASSWORD 'se''cret' LOGIN", "SELECT 1x; ALTER ROLE x PASSWORD ~ LOGIN"),
        ("SELECT 1x; ALTER ROLE x PASSWORD e'se\\'cret' LOGIN", "SELECT 1x; ALTER ROLE x PASSWORD ~ LOGIN"),
        ("SELECT 1x; ALTER ROLE x PASSWORD$a$secret$a$ LOGIN", "SELECT 1x; ALTER ROLE x PASSWORD~ LOGIN"),
        ("SELECT 1x; ALTER ROLE x PASSWORD $a$secret", "SELECT 1x; ALTER ROLE x PASSWORD ~"),
        ("SELECT 1x; ALTER ROLE x PASSWORD'secret'", "SELECT 1x; ALTER ROLE x PASSWORD~"),
        ("\0; ALTER ROLE x PASSWORD 'secret'", "\0; ALTER ROLE x PASSWORD ~"),
    ]);
}

/// While it is uncertain what a backslash is, both readings count.
#[test]
fn both_readings() {
    let text = b"ALTER ROLE x PASSWORD 'a\\' || 'secret' || ''";
    let (with, without_escapes) = (find(text, Some(false)), find(text, Some(true)));
    let both = find(text, None);
    for one in [with, without_escapes] {
        assert!(
            one.text.iter().all(|range| both.text.iter().any(|all| all.start <= range.start && range.end <= all.end))
        );
    }
}

#[test]
fn parameters() {
    let numbers = |text: &str| find(text.as_bytes(), Some(true)).parameters;
    assert_eq!(numbers("UPDATE t SET password = $2, name = $1, token=$10, secret = ($2)"), [2, 10]);
    assert_eq!(numbers("SELECT set_config('app.token', $1, false), $2"), [1]);
    assert_eq!(numbers("INSERT INTO t (password) VALUES ($1)"), [0; 0]);
    assert_eq!(in_value(b"host=h password=secret x=y postgres://u:secret@h"), [16..22, 40..46]);
    assert_eq!(in_value(b"secret"), []);
}

#[test]
fn many_are_one() {
    let text = "password='x' ".repeat(MOST + 5);
    let found = find(format!("SELECT $${text}$$").as_bytes(), Some(true));
    assert_eq!(found.text.len(), MOST);
    assert_eq!(found.text.last().unwrap().end, text.len() + "SELECT $$$$".len());
    let in_code = text.replace("='x' ", " = 'x' OR ");
    assert_eq!(find(format!("SELECT {in_code}").as_bytes(), Some(true)).text.len(), MOST);
}

/// Twice the text is twice the work at most: what does not end is looked at once.
#[test]
fn nothing_is_read_again_and_again() {
    for piece in ["password $a", "password '", "password=''", "x://:", "PASSWORD E'", "/*password", "token:", "bearer "]
    {
        let text = piece.repeat((256 << 10) / piece.len());
        for setting in [Some(true), Some(false), None] {
            find(text.as_bytes(), setting);
        }
        in_value(text.as_bytes());
    }
}
