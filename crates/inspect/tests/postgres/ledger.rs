//! Everything that a server brings along stands in the lists that are shipped. What does not is taken for the worst while the
//! gateway runs, and fails here: somebody has to look at it.

use std::collections::{BTreeMap, BTreeSet};

use signet_inspect::Found;

use crate::holds::{inspector, source};
use crate::postgres::{Options, Postgres, Version};

const RELATIONS: &str = include_str!("../../../mask/src/system_relations.txt");
const FUNCTIONS: &str = include_str!("../../../sql/src/builtin/functions.txt");

/// What is masked of a relation is masked for one of these reasons.
const CLASSES: &[&str] = &["activity", "credentials", "files", "settings", "statistics", "statements", "values"];

async fn held(version: Version) -> Found {
    let server = Postgres::with(Options { version, ..Options::default() });
    source(&server).read(inspector(), None).await.unwrap().unwrap()
}

/// By schema and name: the columns that are masked, and why.
fn listed() -> BTreeMap<(&'static str, &'static str), (Vec<&'static str>, &'static str)> {
    let (mut all, mut schema) = (BTreeMap::new(), "");
    for line in RELATIONS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[') {
            schema = name.trim_end_matches(']');
            continue;
        }
        let (line, class) = line.split_once(" | ").unwrap_or((line, "harmless"));
        let (name, columns) = line.split_once(": ").unwrap_or((line, ""));
        let twice = all.insert((schema, name), (columns.split(' ').filter(|c| !c.is_empty()).collect(), class));
        assert!(twice.is_none(), "{schema}.{name} stands there twice");
    }
    all
}

#[test]
fn every_class_is_one_and_what_is_masked_has_one() {
    for ((schema, name), (columns, class)) in listed() {
        let known = if columns.is_empty() { class == "harmless" } else { CLASSES.contains(&class) };
        assert!(known, "{schema}.{name} with {columns:?} is {class}");
    }
}

#[tokio::test]
async fn every_relation_of_a_server_stands_in_the_list() {
    let (listed, mut seen) = (listed(), BTreeSet::new());
    let mut missing = Vec::new();
    for version in [Version::V15, Version::V18] {
        let held = held(version).await;
        for relation in held.relations.iter().filter(|relation| relation.id < 16_384) {
            // What keeps the long values of other relations is masked wholly.
            if relation.schema == "pg_toast" {
                continue;
            }
            let key = (relation.schema.as_str(), relation.name.as_str());
            match listed.get(&key) {
                None => missing.push(format!("{} {}.{}", held.server, key.0, key.1)),
                Some(_) => {
                    seen.insert((relation.schema.clone(), relation.name.clone()));
                }
            }
        }
    }
    let gone: Vec<_> = listed.keys().filter(|key| !seen.contains(&(key.0.to_owned(), key.1.to_owned()))).collect();
    assert!(missing.is_empty(), "in no list: {missing:#?}");
    assert!(gone.is_empty(), "on no server: {gone:?}");
}

#[tokio::test]
async fn every_function_of_a_server_stands_in_the_list() {
    let listed: BTreeSet<&str> = FUNCTIONS.lines().filter_map(|line| line.split(' ').next()).collect();
    let classes: BTreeSet<&str> = FUNCTIONS.lines().filter_map(|line| line.split(' ').nth(1)).collect();
    assert!(
        classes.iter().all(|class| "rvkd".contains(&class[..1]) && ["", "s"].contains(&&class[1..])),
        "{classes:?}"
    );
    for version in [Version::V15, Version::V18] {
        let held = held(version).await;
        let (mut missing, mut count) = (BTreeSet::new(), 0);
        for function in held.functions.iter().filter(|function| function.id < 16_384) {
            count += 1;
            let name = match function.schema.as_str() {
                "pg_catalog" => function.name.clone(),
                schema => format!("{schema}.{}", function.name),
            };
            if !listed.contains(name.as_str()) {
                missing.insert(name);
            }
        }
        assert!(count > 3000, "{count}");
        assert!(missing.is_empty(), "in no list, of {}: {missing:#?}", held.server);
    }
}
