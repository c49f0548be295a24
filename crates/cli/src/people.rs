//! `signet people`, `groups` and `roles`: who there is, and what they belong to.

use std::io::Write;

use serde_json::{Value, json};

use crate::Terminal;
use crate::api::{Api, encoded};
use crate::arguments::{GroupsCommand, PeopleCommand, RolesCommand};
use crate::failure::Outcome;
use crate::table::{self, Table, cell, person};
use crate::terminal::plain;

/// Who is meant by a name: somebody of this gateway, or `ISSUER/SUBJECT`.
pub(crate) fn key(name: &str) -> Value {
    let (issuer, subject) = name.rsplit_once('/').unwrap_or(("local", name));
    json!({ "issuer": issuer, "subject": subject })
}

/// The same, in a path.
fn path(name: &str) -> String {
    let (issuer, subject) = name.rsplit_once('/').unwrap_or(("local", name));
    format!("{}/{}", encoded(issuer), encoded(subject))
}

fn said(terminal: &mut Terminal, line: &str) -> Outcome {
    Ok(writeln!(terminal.err, "{}", plain(line, 500))?)
}

pub(crate) fn people(api: &Api, command: PeopleCommand, terminal: &mut Terminal) -> Outcome {
    match command {
        PeopleCommand::List(form) => list(api, form.json, terminal),
        PeopleCommand::Add { person, name, service_of, agent_of, same_person_as, form } => {
            let kind = match (service_of, agent_of) {
                (Some(owner), _) => json!({ "service": { "owner": key(&owner) } }),
                (None, Some(of)) => json!({ "agent": { "on_behalf_of": key(&of) } }),
                (None, None) => json!("human"),
            };
            let wish = json!({
                "id": key(&person), "name": name.unwrap_or_else(|| person.clone()), "kind": kind,
                "same_person_as": same_person_as.as_deref().map(key),
            });
            let made = api.post("people", &wish)?;
            if form.json {
                return Ok(table::json(&made, terminal)?);
            }
            said(terminal, &format!("{person} is known; for a token: signet token create {person}"))
        }
        PeopleCommand::Disable { person } => able(api, &person, false, terminal),
        PeopleCommand::Enable { person } => able(api, &person, true, terminal),
        PeopleCommand::Remove { person, yes } => {
            if !yes {
                terminal.confirm(&format!("Remove {} with roles and memberships?", plain(&person, 128)), "--yes")?;
            }
            api.delete(&format!("people/{}", path(&person)), None)?;
            said(terminal, &format!("{person} is not known any more"))
        }
    }
}

fn list(api: &Api, as_json: bool, terminal: &mut Terminal) -> Outcome {
    let all = api.list("people")?;
    if as_json {
        return Ok(table::json(&Value::from(all), terminal)?);
    }
    let mut table = Table::new(&["PERSON", "NAME", "KIND", "ANSWERS", "GROUPS", "ROLES", "STATE"]);
    for one in &all {
        let of = |place: &str| cell(one, place);
        let state = if one.get("live").and_then(Value::as_bool) == Some(true) { "live" } else { "disabled" };
        let (kind, answers) = match one.get("kind").and_then(Value::as_object).and_then(|kind| kind.iter().next()) {
            Some((kind, of)) => (
                kind.clone(),
                of.as_object().and_then(|of| of.values().next()).map_or_else(String::new, |of| person(Some(of))),
            ),
            None => (of("kind"), of("same_person_as")),
        };
        table.row([person(one.get("id")), of("name"), kind, answers, of("groups"), of("roles"), state.to_owned()]);
    }
    Ok(table.print(terminal, "nobody is known")?)
}

fn able(api: &Api, person: &str, enabled: bool, terminal: &mut Terminal) -> Outcome {
    let verb = if enabled { "enable" } else { "disable" };
    api.patch(&format!("people/{}", path(person)), &json!({ "disabled": !enabled }))?;
    said(terminal, &format!("{person} is {verb}d"))
}

pub(crate) fn groups(api: &Api, command: GroupsCommand, terminal: &mut Terminal) -> Outcome {
    match command {
        GroupsCommand::List(form) => {
            let all = api.list("groups")?;
            if form.json {
                return Ok(table::json(&Value::from(all), terminal)?);
            }
            let mut table = Table::new(&["GROUP", "PERSON", "SINCE", "ADDED BY"]);
            for group in &all {
                for member in group.get("members").and_then(Value::as_array).into_iter().flatten() {
                    let of = |place: &str| cell(member, place);
                    table.row([cell(group, "name"), person(member.get("person")), of("since"), of("added_by")]);
                }
            }
            Ok(table.print(terminal, "there are no groups")?)
        }
        GroupsCommand::Add { group, person } => {
            api.put(&format!("groups/{}/members/{}", encoded(&group), path(&person)), &json!({}), None)?;
            said(terminal, &format!("{person} is in {group}"))
        }
        GroupsCommand::Remove { group, person } => {
            api.delete(&format!("groups/{}/members/{}", encoded(&group), path(&person)), None)?;
            said(terminal, &format!("{person} is not in {group} any more"))
        }
    }
}

pub(crate) fn roles(api: &Api, command: RolesCommand, terminal: &mut Terminal) -> Outcome {
    match command {
        RolesCommand::List(form) => {
            let all = api.list("people")?;
            if form.json {
                return Ok(table::json(&Value::from(all), terminal)?);
            }
            let mut table = Table::new(&["PERSON", "ROLES"]);
            for one in &all {
                table.row([person(one.get("id")), cell(one, "roles")]);
            }
            Ok(table.print(terminal, "nobody has a role")?)
        }
        RolesCommand::Give { person, role } => {
            api.put(&format!("roles/{}/{}", encoded(&role), path(&person)), &json!({}), None)?;
            said(terminal, &format!("{person} has the role {role}"))
        }
        RolesCommand::Take { person, role } => {
            api.delete(&format!("roles/{}/{}", encoded(&role), path(&person)), None)?;
            said(terminal, &format!("{person} does not have the role {role} any more"))
        }
    }
}
