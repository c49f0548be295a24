//! The verbs of statements that their first words decide.

use model::Verb;

use crate::lexer::{Kind, Lexer};
use crate::statement::SessionEffects;

/// Phrases, and their verbs. Among phrases that fit, the longest counts. The phrase is the statement's name.
const TABLE: &[(&str, Verb)] = &[
    ("ABORT", Verb::Transaction),
    ("ALTER", Verb::Ddl),
    ("ALTER DATABASE", Verb::Ddl),
    ("ALTER DEFAULT PRIVILEGES", Verb::Grant),
    ("ALTER FUNCTION", Verb::Ddl),
    ("ALTER GROUP", Verb::Grant),
    ("ALTER POLICY", Verb::Grant),
    ("ALTER PROCEDURE", Verb::Ddl),
    ("ALTER ROLE", Verb::Grant),
    ("ALTER SCHEMA", Verb::Ddl),
    ("ALTER SEQUENCE", Verb::Ddl),
    // It sets, among all else, commands that the server runs.
    ("ALTER SYSTEM", Verb::Unknown),
    ("ALTER TABLE", Verb::Ddl),
    ("ALTER TYPE", Verb::Ddl),
    ("ALTER USER", Verb::Grant),
    ("ALTER VIEW", Verb::Ddl),
    ("ANALYSE", Verb::Ddl),
    ("ANALYZE", Verb::Ddl),
    ("BEGIN", Verb::Transaction),
    ("CALL", Verb::Call),
    ("CHECKPOINT", Verb::Ddl),
    ("CLOSE", Verb::Session),
    ("CLUSTER", Verb::Ddl),
    ("COMMENT", Verb::Ddl),
    ("COMMIT", Verb::Transaction),
    ("COMMIT PREPARED", Verb::Transaction),
    ("CREATE", Verb::Ddl),
    ("CREATE DATABASE", Verb::Ddl),
    ("CREATE EXTENSION", Verb::Ddl),
    ("CREATE FUNCTION", Verb::Ddl),
    ("CREATE GROUP", Verb::Grant),
    ("CREATE INDEX", Verb::Ddl),
    ("CREATE MATERIALIZED VIEW", Verb::Ddl),
    ("CREATE POLICY", Verb::Grant),
    ("CREATE PROCEDURE", Verb::Ddl),
    ("CREATE ROLE", Verb::Grant),
    ("CREATE RULE", Verb::Ddl),
    ("CREATE SCHEMA", Verb::Ddl),
    ("CREATE SEQUENCE", Verb::Ddl),
    ("CREATE TABLE", Verb::Ddl),
    ("CREATE TRIGGER", Verb::Ddl),
    ("CREATE TYPE", Verb::Ddl),
    ("CREATE USER", Verb::Grant),
    ("CREATE VIEW", Verb::Ddl),
    ("DEALLOCATE", Verb::Session),
    ("DELETE", Verb::Write),
    ("DISCARD", Verb::Session),
    ("DISCARD ALL", Verb::SessionIdentity),
    ("DO", Verb::Call),
    ("DROP", Verb::Ddl),
    ("DROP DATABASE", Verb::Ddl),
    ("DROP FUNCTION", Verb::Ddl),
    ("DROP GROUP", Verb::Grant),
    ("DROP INDEX", Verb::Ddl),
    ("DROP OWNED", Verb::Grant),
    ("DROP POLICY", Verb::Grant),
    ("DROP ROLE", Verb::Grant),
    ("DROP SCHEMA", Verb::Ddl),
    ("DROP TABLE", Verb::Ddl),
    ("DROP USER", Verb::Grant),
    ("DROP VIEW", Verb::Ddl),
    ("END", Verb::Transaction),
    ("EXECUTE", Verb::Call),
    ("FETCH", Verb::Session),
    ("GRANT", Verb::Grant),
    ("IMPORT FOREIGN SCHEMA", Verb::Ddl),
    ("INSERT", Verb::Write),
    ("LISTEN", Verb::Session),
    // It runs the start code of a library inside the server.
    ("LOAD", Verb::Call),
    ("LOCK", Verb::Write),
    ("MERGE", Verb::Write),
    ("MOVE", Verb::Session),
    ("NOTIFY", Verb::Session),
    ("REASSIGN", Verb::Grant),
    ("REFRESH", Verb::Ddl),
    ("REINDEX", Verb::Ddl),
    ("RELEASE", Verb::Transaction),
    ("REVOKE", Verb::Grant),
    ("ROLLBACK", Verb::Transaction),
    ("ROLLBACK PREPARED", Verb::Transaction),
    ("SAVEPOINT", Verb::Transaction),
    ("SECURITY LABEL", Verb::Grant),
    ("START TRANSACTION", Verb::Transaction),
    ("TRUNCATE", Verb::Write),
    ("UNLISTEN", Verb::Session),
    ("UPDATE", Verb::Write),
    ("VACUUM", Verb::Ddl),
];

/// Words between CREATE and what it creates that change nothing about the verb.
const MODIFIERS: &[&str] =
    &["OR", "REPLACE", "TEMP", "TEMPORARY", "UNLOGGED", "GLOBAL", "LOCAL", "RECURSIVE", "CONSTRAINT", "UNIQUE"];

/// Name and verb by the first words, and what follows from the name for the session.
pub(super) fn look_up(tokens: Lexer<'_>) -> Option<(&'static str, Verb, SessionEffects)> {
    let mut words: [&[u8]; 3] = [&[]; 3];
    let plain = tokens.map_while(|token| token.ok().filter(|token| token.kind == Kind::Word));
    let telling = plain.take(8).enumerate().filter(|(at, word)| *at == 0 || !word.is_any(MODIFIERS));
    words.iter_mut().zip(telling).for_each(|(slot, (_, word))| *slot = word.text);

    let (name, verb) =
        TABLE.iter().filter(|(phrase, _)| fits(phrase, &words)).max_by_key(|(phrase, _)| phrase.len())?;
    let effects = SessionEffects {
        prepares: matches!(*name, "DEALLOCATE" | "DISCARD" | "DISCARD ALL" | "EXECUTE" | "DECLARE" | "CLOSE")
            || *verb >= Verb::Call,
        transaction: matches!(verb, Verb::Transaction | Verb::Unknown),
    };
    Some((name, *verb, effects))
}

fn fits(phrase: &str, words: &[&[u8]]) -> bool {
    let mut words = words.iter();
    phrase.split(' ').all(|wanted| words.next().is_some_and(|word| word.eq_ignore_ascii_case(wanted.as_bytes())))
}
