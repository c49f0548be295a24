//! The Cedar schema, made from the shared nouns: whatever is not in it fails the load.

use std::fmt::Write;
use std::sync::LazyLock;

use cedar_policy::Schema;
use model::Verb;

use crate::attributes::{ATTRIBUTES, closed};
use crate::words::{COMMAND, CONNECT, REVEAL};

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the text is made of our own words alone, and a test reads it")]
    schema_text().parse().expect("our schema is one of Cedar's")
});

/// The schema that all policies are checked against.
pub(crate) fn schema() -> &'static Schema {
    &SCHEMA
}

/// The schema in Cedar's own syntax, for editors and people.
pub fn schema_text() -> String {
    let mut text = String::from(ENTITIES);
    for (kind, words) in closed() {
        let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        let _ = writeln!(text, "entity {} enum [{}];", kind.name(), words.join(", "));
    }
    let _ = write!(text, "\n// What a command is.\ntype Statement = {{\n{}}};\n", attributes(true));
    action(&mut text, &format!("\"{CONNECT}\""), "Begin a session.", "");
    let _ = write!(text, "\n// All commands.\naction \"{COMMAND}\";\n");
    let commands: Vec<String> = Verb::ALL.iter().map(|verb| format!("\"{}\"", verb.as_str())).collect();
    let statement = "    \"statement\": Statement,\n";
    let names = format!("{} in [\"{COMMAND}\"]", commands.join(", "));
    action(&mut text, &names, "Commands, by their most consequential effect.", statement);
    let about = "Be shown the result of a command without masks. Asked with every command; nothing needs to permit it.";
    action(&mut text, &format!("\"{REVEAL}\""), about, statement);
    text
}

const ENTITIES: &str = "\
// Groups of people, services and agents.
entity Group;
// A human: Person::\"ISSUER/SUBJECT\"; people of the configuration file have the issuer `local`.
entity Person in [Group] { issuer: String, subject: String };
// A program with an owner.
entity Service in [Group] { issuer: String, subject: String, owner: Person };
// An AI agent that acts for a human.
entity Agent in [Group] { issuer: String, subject: String, on_behalf_of: Person };
// The value of the label `env` of resources.
entity Env;
// Any label of resources: Label::\"KEY=VALUE\".
entity Label;
// A target: Resource::\"NAME\". Its labels are also its tags: resource.hasTag(\"team\") && resource.getTag(\"team\") == \"x\".
entity Resource in [Env, Label] { name: String, protocol: String } tags String;

";

fn attributes(of_statement: bool) -> String {
    let mut text = String::new();
    for about in ATTRIBUTES.iter().filter(|about| about.of_statement == of_statement) {
        let mark = if about.optional { "?" } else { "" };
        let _ = writeln!(text, "    // {}\n    \"{}\"{mark}: {},", about.meaning, about.name, about.kind);
    }
    text
}

fn action(text: &mut String, names: &str, about: &str, more: &str) {
    let _ = write!(
        text,
        "\n// {about}\naction {names} appliesTo {{\n  principal: [Person, Service, Agent],\n  resource: [Resource],\n  \
         context: {{\n{}{more}  }}\n}};\n",
        attributes(false)
    );
}
