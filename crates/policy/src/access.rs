//! The permits that stand for `access` entries of the configuration, so that there is no second way to be let in.

use std::fmt::Write;

use model::{PrincipalId, Recording, ResourceName};

use crate::compile::File;
use crate::words::principal;

/// One account of one resource that a person of the configuration may use.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    /// Who.
    pub person: &'a PrincipalId,
    /// On what.
    pub resource: &'a ResourceName,
    /// As which upstream account.
    pub account: &'a str,
    /// How much of what they are shown is recorded.
    pub record: Recording,
}

/// The file of their permits. Each is named `access:PERSON:RESOURCE:ACCOUNT`.
pub fn access<'a>(entries: impl IntoIterator<Item = Access<'a>>) -> File {
    let mut text = String::new();
    for Access { person, resource, account, record } in entries {
        let id = format!("access:{}:{resource}:{account}", person.subject);
        let record = match record {
            Recording::Whole => "full".to_owned(),
            Recording::UpTo(bytes) => format!("{}B", bytes.max(1)),
        };
        // Rust's escapes of texts are Cedar's.
        let _ = writeln!(
            text,
            "@id({id:?}) @record({record:?})\npermit (principal == Person::{:?}, action, resource == Resource::{:?})\n\
             when {{ context.account == {account:?} }};\n",
            principal(person),
            resource.as_str(),
        );
    }
    File { name: "configuration".to_owned(), text }
}
