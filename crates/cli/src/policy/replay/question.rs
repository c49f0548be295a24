//! A record as the question that it was: whose session, what was asked, and what was said then.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use ::policy::{Being, Given, Reader, Word};
use model::{Certainty, Kind, Phase, Principal, ResourceName, Verb};
use serde::Deserialize;
use serde_json::Value;

use super::known::Known;
use crate::moment::to_second;
use crate::reading::Seen;

/// A session, as far as policies see it.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) person: String,
    pub(super) resource: String,
    given: Given,
}

/// What stands in the payload of its beginning.
#[derive(Deserialize)]
struct Who {
    principal: Principal,
    account: String,
    database: Option<String>,
    client: SocketAddr,
    program: Option<String>,
}

impl Session {
    /// That of a `session.start`.
    ///
    /// # Errors
    /// When it cannot be asked about, and why.
    pub(super) fn of(seen: &Seen, known: &Known) -> Result<Self, &'static str> {
        let closed = "who it was is erased or cannot be opened";
        let Who { principal, account, database, client, program } =
            serde_json::from_value(seen.object("who")).map_err(|_| closed)?;
        let resource: ResourceName = seen.text("resource").parse().map_err(|_| closed)?;
        let labels = known.labels(resource.as_str()).ok_or("the labels of its resource are not known (--gateway)")?;
        let (kind, human) = match &principal.kind {
            Kind::Human => (Being::Human, None),
            Kind::Service { owner } => (Being::Service, Some(owner)),
            Kind::Agent { on_behalf_of } => (Being::Agent, Some(on_behalf_of)),
        };
        let given = Given {
            person: principal.id.to_string(),
            kind,
            human: human.map(ToString::to_string),
            groups: principal.groups.clone(),
            human_groups: human.map(|human| known.groups(human)).unwrap_or_default(),
            resource: resource.clone(),
            protocol: seen.text("protocol").to_owned(),
            labels: BTreeMap::clone(labels),
            account,
            database,
            source: client.ip(),
            client: program,
            ..Given::default()
        };
        Ok(Self { person: principal.name, resource: resource.to_string(), given })
    }
}

/// What was said then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Then {
    pub(super) word: Word,
    pub(super) policies: Vec<String>,
}

impl Then {
    /// What a record says was decided; `None` when it decides nothing. What was held is counted where it began to wait.
    pub(super) fn of(seen: &Seen) -> Option<Self> {
        let word = match seen.kind() {
            "session.start" => Word::Allow,
            "command" if seen.body("approved").and_then(Value::as_bool) == Some(true) => return None,
            "command" => Word::Allow,
            "refusal" if seen.number("command").is_some() => return None,
            "refusal" => Word::Deny,
            "hold" => Word::Hold,
            _ => return None,
        };
        let ids = seen.body("policy").and_then(|policy| policy.get("ids")).and_then(Value::as_array);
        let ids = ids.into_iter().flatten().filter_map(Value::as_str);
        Some(Self { word, policies: ids.map(str::to_owned).collect() })
    }
}

/// A question, with what it is called.
pub(super) struct Asked {
    pub(super) given: Given,
    pub(super) name: String,
    pub(super) fingerprint: Option<String>,
    pub(super) text: String,
}

/// What a record asked.
///
/// # Errors
/// When that cannot be told any more, and why.
pub(super) fn asked(seen: &Seen, session: &Session, reader: Reader<'_>) -> Result<Asked, &'static str> {
    let given = Given { time: to_second(seen.time_us()), ..session.given.clone() };
    if seen.kind() == "session.start" {
        return Ok(Asked { given, name: "connect".to_owned(), fingerprint: None, text: String::new() });
    }
    let payload = seen.payload("text").ok_or("it has no text")?;
    let text = payload.bytes.as_ref().map_err(|_| "its text is erased or cannot be opened")?;
    let text = String::from_utf8(text.clone()).map_err(|_| "its text is not UTF-8")?;
    let read = reader(&given.protocol, text.as_bytes());
    let (verb, certainty) = (word::<Verb>(seen, "verb")?, word::<Certainty>(seen, "certainty")?);
    let given = Given { phase: word::<Phase>(seen, "phase")?, ..given };
    // What is no text of the protocol's own language (a function call) is asked as what it was known to be.
    let alone = match &read[..] {
        [alone] if certainty != Certainty::Opaque => Some(alone),
        _ => None,
    };
    let fingerprint = alone.and_then(|action| action.reading.as_ref()?.fingerprint.clone());
    let given = match alone {
        Some(_) => Given { command: Some(text.clone()), ..given },
        None => {
            let action = Some(verb.as_str().to_owned());
            Given { action, certainty, understood: Some(false), unbounded_write: true, ..given }
        }
    };
    Ok(Asked { given, name: seen.text("name").to_owned(), fingerprint, text })
}

fn word<T: for<'a> Deserialize<'a>>(seen: &Seen, key: &str) -> Result<T, &'static str> {
    let value = seen.body(key).cloned().unwrap_or_default();
    serde_json::from_value(value).map_err(|_| "it is of a newer gateway than this program")
}
