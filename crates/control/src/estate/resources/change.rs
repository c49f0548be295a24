//! What differs between a target as it was and as it is to be, and what that takes.

use std::fmt::Write;

use aws_lc_rs::digest::{self, SHA256};
use store::ResourceRow;

use crate::roles::{self, Rule};

/// The fields that differ, as they are called in records.
pub(super) fn fields(before: &ResourceRow, after: &ResourceRow) -> Vec<&'static str> {
    let same = [
        ("protocol", before.protocol == after.protocol),
        ("address", before.address == after.address),
        ("tls", before.tls == after.tls),
        ("tls_name", before.tls_name == after.tls_name),
        ("tls_ca", before.tls_ca == after.tls_ca),
        ("default_database", before.default_database == after.default_database),
        ("accounts", before.accounts == after.accounts),
        ("labels", before.labels == after.labels),
        ("server_names", before.server_names == after.server_names),
        ("record_whole", before.record_whole == after.record_whole),
    ];
    same.into_iter().filter(|(_, same)| !same).map(|(field, _)| field).collect()
}

/// The rules for a change of those fields: policies go by labels. One that changes nothing is a change, too.
pub(super) fn rules(fields: &[&str]) -> Vec<&'static Rule> {
    let mut rules = Vec::new();
    if fields.contains(&"labels") {
        rules.push(&roles::RESOURCES_LABEL);
    }
    if fields != ["labels"] {
        rules.push(&roles::RESOURCES_CHANGE);
    }
    rules
}

/// Whether what is sent to the one reaches whom it reached as the other.
pub(super) fn same_way(one: &ResourceRow, other: &ResourceRow) -> bool {
    let way = |row: &ResourceRow| {
        (row.protocol.clone(), row.address.clone(), row.tls, row.tls_name.clone(), row.tls_ca.clone())
    };
    way(one) == way(other)
}

/// SHA-256 in hexadecimal digits, for what is too long for a record.
pub(super) fn digest(bytes: &[u8]) -> String {
    digest::digest(&SHA256, bytes).as_ref().iter().fold(String::new(), |mut text, byte| {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
