//! The reference page, made from the documented structures themselves.

use std::fmt::Write;

use serde_json::{Map, Value};

use crate::document::Document;

/// A configuration that shows every section; a test reads it.
pub const EXAMPLE: &str = include_str!("example.toml");

const HEAD: &str = "# Configuration

One TOML file. `signet --config FILE`, or the environment variable `SIGNET_CONFIG`, says where it is. An unknown key is an
error. Relative paths start at the folder of the file. Durations are numbers with units: `500ms`, `30s`, `15m`, `8h`,
`1h30m`, `30d`. `signet config check` names every problem with its remedy; nothing is taken over while the gateway runs:
restart it after a change.

This page is made by `signet config reference`; a test keeps it true.
";

/// The reference page in Markdown.
pub fn reference() -> String {
    let schema = schemars::schema_for!(Document);
    let root = schema.as_value();
    let mut page = HEAD.to_owned();
    let mut sections = vec![Section { path: String::new(), many: false, about: String::new(), object: root }];
    let mut at = 0;
    while let Some(section) = sections.get(at).cloned() {
        let below = section.write(root, &mut page);
        at += 1;
        for (offset, section) in below.into_iter().enumerate() {
            sections.insert(at + offset, section);
        }
    }
    let _ = write!(page, "\n## An example\n\n```toml\n{EXAMPLE}```\n");
    page
}

/// One table of the file.
#[derive(Clone)]
struct Section<'a> {
    path: String,
    many: bool,
    about: String,
    object: &'a Value,
}

impl<'a> Section<'a> {
    /// Writes the table of its keys, and gives the sections below it.
    fn write(&self, root: &'a Value, page: &mut String) -> Vec<Section<'a>> {
        let title = match (self.path.as_str(), self.many) {
            ("", _) => "At the top".to_owned(),
            (path, true) => format!("`[[{path}]]`"),
            (path, false) => format!("`[{path}]`"),
        };
        let about = if self.about.is_empty() { String::new() } else { format!("{}\n\n", self.about) };
        let _ = write!(page, "\n## {title}\n\n{about}| key | type | default | meaning |\n|---|---|---|---|\n");
        let mut below = Vec::new();
        for (name, property) in self.ordered() {
            match self.below(root, name, property) {
                Some(section) => below.push(section),
                None => self.row(root, name, property, page),
            }
        }
        below
    }

    /// Keys that must be there first, then by name.
    fn ordered(&self) -> Vec<(&'a String, &'a Value)> {
        let none = &Value::Null;
        let properties = self.object.get("properties").unwrap_or(none);
        let mut ordered: Vec<_> = properties.as_object().into_iter().flat_map(Map::iter).collect();
        ordered.sort_by_key(|(name, _)| (!self.required(name), *name));
        ordered
    }

    fn required(&self, name: &str) -> bool {
        let required = self.object.get("required").and_then(Value::as_array);
        required.is_some_and(|names| names.iter().any(|required| required == name))
    }

    /// The section that a key opens, if it does.
    fn below(&self, root: &'a Value, name: &str, property: &'a Value) -> Option<Section<'a>> {
        let many = property.get("items").is_some();
        let object = resolve(root, property.get("items").unwrap_or(property));
        object.get("properties")?;
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Some(Section { path, many, about: about(property), object })
    }

    fn row(&self, root: &Value, name: &str, property: &Value, page: &mut String) {
        let default = match property.get("default") {
            _ if self.required(name) => "required".to_owned(),
            None | Some(Value::Null) => "none".to_owned(),
            Some(value) => format!("`{value}`"),
        };
        let target = resolve(root, property);
        let meaning = [about(property), choices(target)].join("");
        let kind = kind(root, property);
        let _ = writeln!(page, "| `{name}` | {kind} | {default} | {} |", meaning.replace('|', "\\|"));
    }
}

/// Follows a reference within the schema, and the way in which an optional key is written down.
fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
        return path.strip_prefix('#').and_then(|path| root.pointer(path)).unwrap_or(schema);
    }
    let variants = schema.get("anyOf").and_then(Value::as_array);
    let some = variants.and_then(|variants| variants.iter().find(|variant| !is_null(variant)));
    some.map_or(schema, |variant| resolve(root, variant))
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

fn about(schema: &Value) -> String {
    schema.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " ")
}

/// What each of a fixed set of values means.
fn choices(schema: &Value) -> String {
    let mut text = String::new();
    for choice in schema.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
        if let Some(value) = written(choice) {
            let _ = write!(text, " {value}: {}", about(choice));
        }
    }
    text
}

/// How one of a fixed set of values is written.
fn written(choice: &Value) -> Option<String> {
    if let Some(word) = choice.get("const") {
        return Some(format!("`{word}`"));
    }
    let (key, _) = choice.get("properties")?.as_object()?.iter().next()?;
    Some(format!("`{{ {key} = \"...\" }}`"))
}

fn kind(root: &Value, schema: &Value) -> String {
    let target = resolve(root, schema);
    if let Some(choices) = target.get("oneOf").and_then(Value::as_array) {
        return choices.iter().filter_map(written).collect::<Vec<_>>().join(" or ");
    }
    if let Some(items) = target.get("items") {
        return format!("list of {}", kind(root, items));
    }
    let word = match target.get("type") {
        Some(Value::Array(words)) => words.iter().find(|word| *word != "null").and_then(Value::as_str),
        other => other.and_then(Value::as_str),
    };
    match (word.unwrap_or("value"), target.get("format").and_then(Value::as_str)) {
        ("string", Some(format)) => format.to_owned(),
        ("object", _) => "table of strings".to_owned(),
        (word, _) => word.to_owned(),
    }
}
