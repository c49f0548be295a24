//! What the log does not say: labels of resources, and groups of the humans behind services and agents.

use std::collections::BTreeMap;

use config::Config;
use model::PrincipalId;
use serde_json::Value;

use crate::api::Api;
use crate::failure::Outcome;

/// Labels and groups as they are now.
#[derive(Default)]
pub(super) struct Known {
    labels: BTreeMap<String, BTreeMap<String, String>>,
    groups: BTreeMap<String, Vec<String>>,
}

impl Known {
    /// What the configuration says.
    pub(super) fn of(config: &Config) -> Self {
        let resource = |(name, target): (&model::ResourceName, &config::Target)| {
            (name.to_string(), target.resource.labels.clone())
        };
        Self {
            labels: config.targets.iter().map(resource).collect(),
            groups: config.people.values().map(|person| (person.name.clone(), person.groups.clone())).collect(),
        }
    }

    /// What the gateway says besides.
    pub(super) fn ask(&mut self, api: &Api) -> Outcome {
        for resource in api.list("resources")? {
            let labels = resource.get("labels").and_then(Value::as_object).into_iter().flatten();
            let labels = labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
            self.labels.insert(named(&resource), labels.collect());
        }
        for person in api.list("people")? {
            let groups = person.get("groups").and_then(Value::as_array).into_iter().flatten();
            let groups = groups.filter_map(|group| Some(group.as_str()?.to_owned())).collect();
            self.groups.insert(named(&person), groups);
        }
        Ok(())
    }

    /// The labels of a resource; none of one that is not known.
    pub(super) fn labels(&self, resource: &str) -> Option<&BTreeMap<String, String>> {
        self.labels.get(resource)
    }

    /// The groups of a human who stands behind somebody.
    pub(super) fn groups(&self, human: &PrincipalId) -> Vec<String> {
        let known = self.groups.get(&human.subject).filter(|_| human.issuer == "local");
        known.cloned().unwrap_or_default()
    }

    #[cfg(test)]
    pub(super) fn with(resource: &str, labels: &[(&str, &str)]) -> Self {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Self { labels: [(resource.to_owned(), labels)].into(), groups: BTreeMap::new() }
    }
}

fn named(item: &Value) -> String {
    item.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
}
