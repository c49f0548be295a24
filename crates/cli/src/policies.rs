//! `signet policy apply`, `history`, `show` and `reload`: the policies of the gateway where one is signed in.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::Terminal;
use crate::api::Api;
use crate::arguments::GatewayPolicyCommand;
use crate::failure::{Code, Failure, Outcome};
use crate::table::{self, Table, cell};
use crate::terminal::{Colour, lines, plain};

pub(crate) fn run(api: &Api, command: GatewayPolicyCommand, terminal: &mut Terminal) -> Outcome {
    match command {
        GatewayPolicyCommand::Apply { folder, yes, form } => apply(api, &folder, yes, form.json, terminal),
        GatewayPolicyCommand::History(form) => history(api, form.json, terminal),
        GatewayPolicyCommand::Show { number, form } => show(api, number, form.json, terminal),
        GatewayPolicyCommand::Reload(form) => in_force(&api.post("policy/reload", &json!({}))?, form.json, terminal),
    }
}

/// Shows which files change, asks, and hands them in; only while the newest version is the one that was compared with.
fn apply(api: &Api, folder: &Path, yes: bool, as_json: bool, terminal: &mut Terminal) -> Outcome {
    let files = read(folder)?;
    let (before, tag) = match api.read("policy") {
        Ok(answer) => (answer.body, answer.tag),
        Err(failure) if failure.code == Code::NotFound => (Value::Null, None),
        Err(failure) => return Err(failure),
    };
    let there = before.get("files").and_then(Value::as_object);
    let text = |name: &str| there.and_then(|there| there.get(name)).and_then(Value::as_str);
    let mut changes = 0_usize;
    for (name, new) in &files {
        let (mark, colour) = match text(name) {
            None => ('+', Colour::Green),
            Some(old) if old != new => ('~', Colour::Yellow),
            Some(_) => continue,
        };
        changes += 1;
        let line = terminal.paint(colour, &plain(&format!("{mark} {name}"), usize::MAX));
        writeln!(terminal.err, "{line}")?;
    }
    for name in there.into_iter().flat_map(|there| there.keys()).filter(|name| !files.contains_key(*name)) {
        changes += 1;
        let line = terminal.paint(Colour::Red, &plain(&format!("- {name}"), usize::MAX));
        writeln!(terminal.err, "{line}")?;
    }
    if changes == 0 && !before.is_null() {
        return Ok(writeln!(terminal.err, "nothing would change: version {} is the same", cell(&before, "number"))?);
    }
    if !yes {
        terminal.confirm("Put these policies in force?", "--yes")?;
    }
    in_force(&api.put("policy", &json!({ "files": files }), tag.as_deref())?, as_json, terminal)
}

fn in_force(policy: &Value, as_json: bool, terminal: &mut Terminal) -> Outcome {
    if as_json {
        return Ok(table::json(policy, terminal)?);
    }
    let line = format!("version {} is in force; {} vouches for it", cell(policy, "number"), cell(policy, "author"));
    Ok(writeln!(terminal.err, "{}", plain(&line, 500))?)
}

fn history(api: &Api, as_json: bool, terminal: &mut Terminal) -> Outcome {
    let all = api.list("policy/versions")?;
    if as_json {
        return Ok(table::json(&Value::from(all), terminal)?);
    }
    let mut table = Table::new(&["VERSION", "WHEN", "AUTHOR", "SOURCE", "DIGEST"]);
    for version in &all {
        let of = |place: &str| cell(version, place);
        let author = if of("author") == "-" { "UNATTRIBUTED".to_owned() } else { of("author") };
        let digest = of("digest").chars().take(16).collect();
        table.row([of("number"), of("at"), author, of("source"), digest]);
    }
    Ok(table.print(terminal, "no policy was ever kept; to hand some in: signet policy apply FOLDER")?)
}

fn show(api: &Api, number: Option<u64>, as_json: bool, terminal: &mut Terminal) -> Outcome {
    let path = number.map_or_else(|| "policy".to_owned(), |number| format!("policy/versions/{number}"));
    let policy = api.get(&path)?;
    if as_json {
        return Ok(table::json(&policy, terminal)?);
    }
    let facts = ["number", "at", "author", "source", "digest"].map(|fact| format!("{fact} {}", cell(&policy, fact)));
    let head = plain(&facts.join("  "), usize::MAX);
    writeln!(terminal.out, "{}", terminal.paint(Colour::Cyan, &head))?;
    for (name, text) in policy.get("files").and_then(Value::as_object).into_iter().flatten() {
        writeln!(terminal.out, "{}", terminal.paint(Colour::Cyan, &format!("// {}", plain(name, 200))))?;
        for line in lines(text.as_str().unwrap_or_default().as_bytes()) {
            writeln!(terminal.out, "{line}")?;
        }
    }
    Ok(())
}

/// The policies of a folder: name and text.
fn read(folder: &Path) -> Outcome<BTreeMap<String, String>> {
    let wrong = |path: &Path, error: std::io::Error| Failure::new(Code::Failed, format!("{}: {error}", path.display()));
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|error| wrong(folder, error))? {
        let path = entry.map_err(|error| wrong(folder, error))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".cedar") && !name.starts_with('.') {
            files.insert(name.to_owned(), fs::read_to_string(&path).map_err(|error| wrong(&path, error))?);
        }
    }
    if files.is_empty() {
        let failure = Failure::new(Code::NotFound, format!("{} holds no policies", folder.display()));
        return Err(failure.hint("Files of policies end in .cedar; signet policy init makes some."));
    }
    Ok(files)
}
