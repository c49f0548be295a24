//! Decisions that were made already. The key holds everything that the policies can see, byte by byte, so that two questions
//! share an answer only when no policy can tell them apart. It lives and dies with its version of the policies.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use model::{Kind, PrincipalId};

use crate::ask::Question;
use crate::attributes::Value;
use crate::combine::Outcome;
use crate::set::Parts;

/// Decisions kept; with more, all are forgotten.
const MOST: usize = 4096;
/// Bytes of a key; a question with a longer one is decided anew each time.
const LONGEST: usize = 2048;

/// Decisions by key.
#[derive(Debug, Default)]
pub(crate) struct Cache(RwLock<HashMap<Key, Arc<Outcome>>>);

/// What a decision can hang on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key(Vec<u8>);

impl Cache {
    /// The answer to that question, made by `decide` when it is not known.
    pub(crate) fn answer(&self, key: Key, decide: impl FnOnce() -> Outcome) -> Arc<Outcome> {
        if key.0.len() > LONGEST {
            return Arc::new(decide());
        }
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(outcome) = known {
            return outcome;
        }
        let outcome = Arc::new(decide());
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&outcome));
        outcome
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Key {
    /// The key of a question to these policies.
    pub(crate) fn of(parts: Parts<'_>, question: &Question<'_>) -> Self {
        let mut key = Self(Vec::with_capacity(256));
        let who = question.who;
        key.number(u64::from(parts.part.stage));
        key.text(question.deed().name());
        key.principal(&who.principal.id);
        match &who.principal.kind {
            Kind::Human => key.0.push(0),
            Kind::Service { owner } => key.human(1, owner, question),
            Kind::Agent { on_behalf_of } => key.human(2, on_behalf_of, question),
        }
        key.texts(question.groups);
        key.text(who.resource.name.as_str());
        key.text(&who.resource.protocol);
        key.length(who.resource.labels.len());
        for (name, value) in &who.resource.labels {
            key.text(name);
            key.text(value);
        }
        for about in parts.mentions().each() {
            key.value(about.attribute.of(question));
        }
        key.texts(question.lifted);
        key
    }

    fn human(&mut self, kind: u8, id: &PrincipalId, question: &Question<'_>) {
        self.0.push(kind);
        self.principal(id);
        self.texts(question.human_groups);
    }

    fn principal(&mut self, id: &PrincipalId) {
        self.text(&id.issuer);
        self.text(&id.subject);
    }

    fn value(&mut self, value: Option<Value<'_>>) {
        let Some(value) = value else { return self.0.push(0) };
        self.0.push(1);
        match value {
            Value::Text(text) => self.text(&text),
            Value::Texts(texts) => self.texts(&texts),
            Value::Number(number) => self.0.extend(number.to_be_bytes()),
            Value::Flag(flag) => self.0.push(u8::from(flag)),
            Value::Address(IpAddr::V4(address)) => self.bytes(&address.octets()),
            Value::Address(IpAddr::V6(address)) => self.bytes(&address.octets()),
            Value::Moment(seconds) => self.number(seconds),
            Value::Word(_, word) => self.text(word),
            Value::Words(_, words) => {
                self.length(words.len());
                words.iter().for_each(|word| self.text(word));
            }
        }
    }

    fn texts(&mut self, texts: &[String]) {
        self.length(texts.len());
        texts.iter().for_each(|text| self.text(text));
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// With their length before them, so that no two lists of fields look the same.
    fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    fn length(&mut self, length: usize) {
        self.number(u64::try_from(length).unwrap_or(u64::MAX));
    }

    fn number(&mut self, number: u64) {
        self.0.extend(number.to_be_bytes());
    }
}
