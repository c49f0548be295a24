//! Tests of what answers, on records made by hand.

use model::{Mentions, Name};
use serde_json::{Value, json};
use wire::{Manifest, Opening, Probe, Protocol, Raw, Stream};

use super::answer::Answer;
use super::question::{Asked, Question};
use crate::arguments::Narrowed;
use crate::reading::People;

/// A protocol whose commands are the names that they touch: `SCHEMA.NAME COLUMN ...`, or `?`.
struct Names;

static NAMES: Manifest = Manifest {
    name: "names",
    title: "Names",
    default_port: 7,
    direct_tls: None,
    verbs: &[],
    plumbing: &[],
    clients: |_| Vec::new(),
    show: || Box::new(Raw::default()),
};

impl Protocol for Names {
    fn manifest(&self) -> &'static Manifest {
        &NAMES
    }

    fn stream(&self, _: Opening) -> Box<dyn Stream> {
        unreachable!("the commands open no streams")
    }

    fn probe(&self, _: Probe, _: Opening) -> Box<dyn Stream> {
        unreachable!("the commands open no streams")
    }

    fn mentions(&self, text: &[u8]) -> Mentions {
        let text = String::from_utf8_lossy(text).into_owned();
        let mut words = text.split(' ');
        let name = words.next().unwrap_or_default();
        let (schema, relation) = match name.split_once('.') {
            Some((schema, relation)) => (Some(schema.to_owned()), relation),
            None => (None, name),
        };
        let columns: Vec<String> = words.map(str::to_owned).collect();
        let all_columns = columns.iter().any(|column| column == "*");
        Mentions {
            known: name != "?",
            relations: vec![Name { schema, name: relation.to_owned() }],
            columns,
            all_columns,
        }
    }
}

fn records() -> Vec<Value> {
    let of = |session: &str, kind: &str, more: Value| {
        let mut record = json!({ "type": kind, "session": session, "time_us": 1_782_907_200_123_456_u64 });
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        record
    };
    let began = |session, person, resource| {
        of(
            session,
            "session.start",
            json!({ "protocol": "names", "resource": resource, "principal": { "name": person } }),
        )
    };
    let command = |session, number: u64, text| of(session, "command", json!({ "command": number, "text": text }));
    vec![
        began("s1", "ada", "prod"),
        began("s2", "bob", "test"),
        command("s1", 1, "customers ssn name"),
        command("s2", 1, "public.customers *"),
        of("s1", "outcome", json!({ "command": 1, "outcome": { "status": "done", "rows": 3, "masked": 6 } })),
        command("s1", 2, "archive.customers name"),
        command("s1", 3, "?"),
        of("s1", "refusal", json!({ "command": 4, "text": "customers name", "reason": { "message": "no" } })),
        of(
            "s1",
            "hold.end",
            json!({ "command": 4, "how": "approved", "by": [{ "issuer": "local", "subject": "grace" }] }),
        ),
        json!({ "type": "admin.act", "run": "r", "time_us": 5, "act": "people.add", "by": { "person": { "subject": "gus" } } }),
    ]
}

/// What is told, without the times.
fn told(asked: Asked, resource: Option<&str>) -> String {
    let narrowed = Narrowed { resource: resource.map(str::to_owned), since: None, until: None, json: false };
    let question = Question::new(asked, narrowed).unwrap();
    let (mut people, mut answer) = (People::default(), Answer::default());
    for (sequence, mut record) in (0..).zip(records()) {
        record["sequence"] = sequence.into();
        let who = people.take(&record);
        answer.read(sequence);
        answer.began(&record);
        match question.answers(&record, &who, answer.protocol(&record, &[&Names])) {
            Some(found) => answer.found(found, record, who),
            None => answer.follows(&record),
        }
    }
    let printed = crate::tests::Shared::default();
    let mut terminal = crate::tests::terminal(printed.clone(), Vec::new(), &[]);
    assert!(answer.lines(&question, &mut terminal).is_ok());
    printed.text()
}

fn touched(relation: &str, column: Option<&str>) -> Asked {
    Asked::touched(relation, column.map(str::to_owned), false).unwrap()
}

#[test]
fn who_touched_a_table_is_told_with_what_came_of_it_and_what_is_in_doubt() {
    let told = told(touched("customers", None), None);
    assert!(told.starts_with("who touched customers?\n"), "{told}");
    assert!(told.contains("customers ssn name  -> done, 3 rows, 6 values masked  [2]"), "{told}");
    assert!(told.contains("public.customers *  [3]") && told.contains("customers name: no  [7]"), "{told}");
    assert!(told.contains("4 records of 2 persons; records 0 to 9 of the log were read"), "{told}");
    assert!(told.contains("1 command not understood, which may have touched it (--doubtful lists them)"), "{told}");
}

#[test]
fn a_schema_and_a_column_narrow_it_and_all_columns_are_every_column() {
    let public = told(touched("public.customers", Some("ssn")), None);
    assert!(public.contains("2 records of 2 persons"), "{public}");
    let name = told(touched("archive.customers", Some("ssn")), None);
    assert!(name.contains("1 record of"), "without a schema it may be that one: {name}");
    assert!(told(touched("customers", Some("ssn")), Some("test")).contains("1 record of 1 person"));
}

#[test]
fn the_other_questions_are_answered() {
    let did = told(Asked::Did("gus".to_owned()), None);
    assert!(did.contains("people.add") && did.contains("1 record of"), "{did}");
    let refused = told(Asked::Refused, None);
    assert!(refused.contains("customers name: no") && refused.contains("1 record of 1 person"), "{refused}");
    let approved = told(Asked::Approved, None);
    assert!(approved.contains("#4 approved by local/grace") && approved.contains("1 record"), "{approved}");
    assert!(!approved.contains("people.add"), "{approved}");
}

#[test]
fn a_table_without_a_name_is_refused() {
    assert!(Asked::touched("public.", None, false).is_err() && Asked::touched("", None, false).is_err());
}
