//! A small database made by hand, and commands on it.

use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use bytes::Bytes;
use model::{
    Account, Action, Catalogue, Certainty, Column, ColumnId, ColumnShown, CredentialId, Credentials, Derived, Facts,
    Flow, Kind, Lineage, Mask, MaskRule, Phase, Position, Positions, Principal, PrincipalId, Public, Relation,
    RelationKind, Resource, SessionId, TlsMode, Treatment, Type, Use, Value, ValueKind, Verb,
};
use ports::{ToMask, Who};
use zeroize::Zeroizing;

use crate::{Keys, Masks};

/// The type number of texts.
pub(super) const TEXT: u32 = 25;

/// `customers`: id, name, ssn, note.
pub(super) const CUSTOMERS: u32 = 100;
/// `orders`: id, total. Nothing of it is masked.
pub(super) const ORDERS: u32 = 101;

pub(super) fn at(relation: u32, column: i16) -> ColumnId {
    ColumnId { relation, column }
}

pub(super) const ID: ColumnId = ColumnId { relation: CUSTOMERS, column: 1 };
pub(super) const NAME: ColumnId = ColumnId { relation: CUSTOMERS, column: 2 };
pub(super) const SSN: ColumnId = ColumnId { relation: CUSTOMERS, column: 3 };
pub(super) const ROW: ColumnId = ColumnId { relation: CUSTOMERS, column: 0 };

pub(super) fn table(id: u32, name: &str, columns: &[&str]) -> Relation {
    let (schema, name) = name.split_once('.').unwrap_or(("public", name));
    let column = |(name, number): (&&str, i16)| Column {
        number,
        name: (*name).to_owned(),
        kind: TEXT,
        labels: Vec::new(),
        from: Vec::new(),
        same: false,
    };
    Relation {
        id,
        schema: schema.to_owned(),
        name: name.to_owned(),
        kind: RelationKind::Table,
        columns: columns.iter().zip(1..).map(column).collect(),
        parents: Vec::new(),
        labels: Vec::new(),
        triggered: false,
    }
}

/// A view of columns with these sources; what has one source is the same, unless its name begins with `computed`.
pub(super) fn view(id: u32, name: &str, columns: &[(&str, &[ColumnId])]) -> Relation {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let mut view = Relation { kind: RelationKind::View, ..table(id, name, &names) };
    for (column, (name, from)) in view.columns.iter_mut().zip(columns) {
        column.from = from.to_vec();
        column.same = from.len() == 1 && !name.starts_with("computed");
    }
    view
}

pub(super) fn child(id: u32, name: &str, parent: u32, columns: &[&str]) -> Relation {
    Relation { parents: vec![parent], ..table(id, name, columns) }
}

/// A database with the two tables, and these.
pub(super) fn catalogue(more: Vec<Relation>) -> Arc<Catalogue> {
    let own =
        [table(CUSTOMERS, "customers", &["id", "name", "ssn", "note"]), table(ORDERS, "orders", &["id", "total"])];
    let domain = Type {
        id: 900,
        schema: "public".to_owned(),
        name: "ssn".to_owned(),
        made_of: Some(TEXT),
        domain: true,
        array: false,
        built_in: false,
    };
    Arc::new(Catalogue::new(1, 17, own.into_iter().chain(more).collect(), Vec::new(), vec![domain]))
}

pub(super) fn rules(text: &str) -> Vec<MaskRule> {
    rules_with(text, Positions::NONE)
}

pub(super) fn rules_with(text: &str, positions: Positions) -> Vec<MaskRule> {
    MaskRule::read_all("hide", positions, text).unwrap()
}

pub(super) fn same(source: ColumnId) -> Flow {
    Flow { sources: vec![source], how: Derived::Same }
}

pub(super) fn made(how: Derived, sources: &[ColumnId]) -> Flow {
    Flow { sources: sources.to_vec(), how }
}

/// A lineage that is all understood.
pub(super) fn lineage(relations: &[u32], outputs: Vec<Flow>, uses: &[(ColumnId, Position)]) -> Lineage {
    let uses = uses.iter().map(|(column, position)| Use { column: *column, position: *position }).collect();
    Lineage { known: true, runs_unknown: false, relations: relations.to_vec(), outputs: Some(outputs), uses }
}

/// Something that is asked of the masks.
pub(super) struct Asked {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) rules: Vec<MaskRule>,
    pub(super) verb: Verb,
    pub(super) name: &'static str,
    pub(super) in_transaction: bool,
    pub(super) unsettled: bool,
    pub(super) lineage: Lineage,
}

impl Asked {
    /// A read where `customers.ssn` is masked.
    pub(super) fn read(lineage: Lineage) -> Self {
        let (catalogue, rules) = (catalogue(Vec::new()), rules("customers.ssn"));
        let (verb, name) = (Verb::Read, "TEST");
        Self { catalogue, rules, verb, name, in_transaction: false, unsettled: false, lineage }
    }

    pub(super) fn with(self, more: Vec<Relation>) -> Self {
        Self { catalogue: catalogue(more), ..self }
    }

    pub(super) fn mask(&self) -> Result<Option<Arc<dyn Mask>>, Public> {
        let name = || "test".to_owned();
        let person = PrincipalId { issuer: name(), subject: name() };
        let principal = Principal { id: person, name: name(), kind: Kind::Human, groups: Vec::new() };
        let account = Account { name: name(), user: name() };
        let resource = Resource {
            name: "prod".parse().unwrap(),
            protocol: name(),
            address: "db:1".parse().unwrap(),
            tls: TlsMode::Disable,
            tls_name: None,
            tls_ca: None,
            server_names: Vec::new(),
            default_database: None,
            accounts: Vec::new(),
            labels: Default::default(),
        };
        let action = Action {
            verb: self.verb,
            name: self.name,
            certainty: Certainty::Full,
            phase: Phase::Run,
            facts: Facts { in_transaction: self.in_transaction, ..Facts::default() },
            text: Bytes::new(),
            parameters: Vec::new(),
            credentials: Credentials::default(),
            message: None,
            reading: None,
            behind: None,
            readable: Vec::new(),
        };
        let who = Who {
            session: SessionId(uuid::Uuid::nil()),
            principal: &principal,
            credential: &CredentialId(name()),
            resource: &resource,
            account: &account,
            database: None,
            client: IpAddr::V4(Ipv4Addr::LOCALHOST),
            program: None,
        };
        let asked = Cell::new(0);
        let lineage = || {
            asked.set(asked.get() + 1);
            self.lineage.clone()
        };
        let command = ToMask {
            who,
            action: &action,
            rules: &self.rules,
            catalogue: &self.catalogue,
            unsettled: self.unsettled,
            lineage: &lineage,
        };
        let masks = Masks::new(Keys::new(Zeroizing::new([3; 32])));
        let mask = ports::Masks::mask(&masks, command);
        assert_eq!(asked.get(), 1, "a lineage costs a parse");
        mask
    }

    /// What is shown of a text in columns with these origins: `=` all of it, `0` that it is missing, else what stands there.
    pub(super) fn shown(&self, origins: &[Option<ColumnId>]) -> Vec<String> {
        let column = |origin: &Option<ColumnId>| ColumnShown {
            name: "x".to_owned(),
            origin: *origin,
            type_id: TEXT,
            kind: ValueKind::Text(None),
        };
        let columns: Vec<ColumnShown> = origins.iter().map(column).collect();
        match self.mask().expect("it is not refused") {
            None => columns.iter().map(|_| "=".to_owned()).collect(),
            Some(mask) => mask.columns(&columns).unwrap().iter().map(said).collect(),
        }
    }

    /// The same of a bulk copy.
    pub(super) fn copied(&self, count: usize) -> Vec<String> {
        let kind_of = |id| if id == TEXT { ValueKind::Text(None) } else { ValueKind::Other };
        let mask = self.mask().expect("it is not refused").expect("something is masked");
        mask.copied(count, &kind_of).unwrap().iter().map(|(treatment, _)| said(treatment)).collect()
    }

    /// The words of its refusal.
    pub(super) fn refused(&self) -> String {
        match self.mask() {
            Ok(_) => panic!("it is not refused"),
            Err(told) => format!("{} / {}", told.message, told.hint.unwrap_or_default()),
        }
    }
}

pub(super) fn said(treatment: &Treatment) -> String {
    match treatment {
        Treatment::Show => "=".to_owned(),
        Treatment::Null => "0".to_owned(),
        Treatment::Veil(veil) => match veil.veil(&Value::Text("536-90-4399".into()), &ValueKind::Text(None)) {
            Some(Value::Text(text)) => text.into_owned(),
            other => panic!("{other:?}"),
        },
    }
}
