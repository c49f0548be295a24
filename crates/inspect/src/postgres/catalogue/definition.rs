//! What the columns of a view, or a generated column, are made of: the definition itself says it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::FromStr;

use model::ColumnId;

use super::tree::{Event, Frame, Tree, Unreadable};

/// The first number that a server gives to what it did not come with.
pub(super) const FIRST_OF_USERS: u32 = 16_384;

/// What one column is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) from: Vec<ColumnId>,
    pub(super) same: bool,
}

impl Made {
    /// It may be anything.
    pub(super) fn anything() -> Self {
        Self { from: vec![ColumnId::ANYTHING], same: false }
    }
}

/// Functions that came with the server and show more than what is made of their arguments.
pub(super) type Revealing = HashSet<u32>;

/// The columns of a view by number.
///
/// `depends` are the columns of others that the server says the definition names. It says so of the definition as a whole, and
/// says nothing of rows that are used whole, nor of relations that it came with: those are looked for in the definition.
pub(super) fn view(
    text: &str,
    depends: &[ColumnId],
    revealing: &Revealing,
    own: u32,
) -> Result<HashMap<i16, Made>, Unreadable> {
    let mut view = View::new(revealing);
    let mut tree = Tree::new(text);
    while let Some(event) = tree.next()? {
        view.take(event, tree.frames())?;
    }
    // In older versions the view itself stands among what it reads from.
    view.relations.remove(&own);
    let union = view.union(depends);
    let shown = view.targets.iter().filter(|target| !target.junk);
    Ok(shown.map(|target| (target.number, view.made(target, &union))).collect())
}

/// What a generated column of that relation is computed from.
pub(super) fn generated(text: &str, relation: u32, revealing: &Revealing) -> Result<Made, Unreadable> {
    let mut tree = Tree::new(text);
    let mut from = BTreeSet::new();
    while let Some(event) = tree.next()? {
        let (Event::Value(word), Some(frame)) = (event, tree.frames().last()) else { continue };
        if frame.node == "VAR" && frame.field == "varattno" {
            from.insert(ColumnId { relation, column: number(word)? });
        } else if calls_unknown(frame, word, revealing) {
            from.insert(ColumnId::ANYTHING);
        }
    }
    Ok(Made { from: from.into_iter().collect(), same: false })
}

/// What is known of a view's definition so far.
struct View<'a> {
    revealing: &'a Revealing,
    targets: Vec<Target>,
    target: Option<Target>,
    /// What the outermost query reads from, in its order; `None` = no relation, but a join, a subquery or the like.
    sources: Vec<Option<u32>>,
    source: Source,
    variable: Variable,
    /// Relations that are read anywhere in it.
    relations: BTreeSet<u32>,
    /// Somewhere a row is used whole.
    whole_row: bool,
    /// Somewhere code takes part that is not known.
    unknown_code: bool,
}

/// A column of the outermost query.
#[derive(Default)]
struct Target {
    number: i16,
    junk: bool,
    /// The relation and column whose values these are, unchanged; relation 0 = it is computed.
    origin: (u32, i16),
    variables: Vec<Variable>,
    /// It has a query of its own, or a parameter.
    deep: bool,
    unknown_code: bool,
}

/// A use of a column: of which source, and how many queries further out that is.
#[derive(Clone, Copy, Default)]
struct Variable {
    source: usize,
    column: i16,
    levels: u32,
}

/// Something that the outermost query reads from.
#[derive(Default)]
struct Source {
    /// 0 = a relation.
    kind: u32,
    relation: u32,
}

impl<'a> View<'a> {
    fn new(revealing: &'a Revealing) -> Self {
        Self {
            revealing,
            targets: Vec::new(),
            target: None,
            sources: Vec::new(),
            source: Source::default(),
            variable: Variable::default(),
            relations: BTreeSet::new(),
            whole_row: false,
            unknown_code: false,
        }
    }

    fn take(&mut self, event: Event<'_>, frames: &[Frame<'_>]) -> Result<(), Unreadable> {
        match event {
            Event::Begin => self.begin(frames),
            Event::End(node) => {
                self.end(node, frames);
                Ok(())
            }
            Event::Value(word) => self.value(word, frames),
        }
    }

    fn begin(&mut self, frames: &[Frame<'_>]) -> Result<(), Unreadable> {
        match frames {
            [_, query, list, last] if list.list && query.node == "QUERY" => match (query.field, last.node) {
                ("targetList", _) => self.target = Some(Target::default()),
                ("rtable", _) => self.source = Source::default(),
                _ => {}
            },
            [_, _] if !self.targets.is_empty() || !self.sources.is_empty() => return Err(Unreadable),
            _ => {}
        }
        match frames.last().map_or("", |frame| frame.node) {
            "VAR" => self.variable = Variable::default(),
            "QUERY" | "PARAM" => self.target.iter_mut().for_each(|target| target.deep = true),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, node: &str, frames: &[Frame<'_>]) {
        if node == "VAR" {
            self.whole_row |= self.variable.column == 0;
            self.target.iter_mut().for_each(|target| target.variables.push(self.variable));
        }
        let [_, query, list] = frames else { return };
        match query.field {
            "targetList" if list.list => self.targets.extend(self.target.take()),
            "rtable" if list.list => self.sources.push(Some(self.source.relation).filter(|_| self.source.kind == 0)),
            _ => {}
        }
    }

    fn value(&mut self, word: &str, frames: &[Frame<'_>]) -> Result<(), Unreadable> {
        let frame = frames.last().ok_or(Unreadable)?;
        let outermost = frames.len() == 4 && !frame.list;
        match (frame.node, frame.field) {
            ("VAR", "varno") => self.variable.source = number(word)?,
            ("VAR", "varattno") => self.variable.column = number(word)?,
            ("VAR", "varlevelsup") => self.variable.levels = number(word)?,
            // Subqueries have the relation 0.
            (_, "relid") if word != "0" => {
                self.relations.insert(number(word)?);
                self.source.relation = if outermost { number(word)? } else { self.source.relation };
            }
            (_, "rtekind") if outermost => self.source.kind = number(word)?,
            ("TARGETENTRY", field) if outermost => {
                let target = self.target.as_mut().ok_or(Unreadable)?;
                match field {
                    "resno" => target.number = number(word)?,
                    "resorigtbl" => target.origin.0 = number(word)?,
                    "resorigcol" => target.origin.1 = number(word)?,
                    "resjunk" => target.junk = word != "false",
                    _ => {}
                }
            }
            _ if calls_unknown(frame, word, self.revealing) => {
                self.unknown_code = true;
                self.target.iter_mut().for_each(|target| target.unknown_code = true);
            }
            _ => {}
        }
        Ok(())
    }

    /// All that a column of the view may be made of, whatever its place.
    fn union(&self, depends: &[ColumnId]) -> Made {
        let mut from = BTreeSet::new();
        for &relation in &self.relations {
            if self.whole_row || relation < FIRST_OF_USERS {
                from.insert(ColumnId { relation, column: 0 });
            } else {
                from.extend(depends.iter().filter(|column| column.relation == relation));
            }
        }
        if self.unknown_code {
            from.insert(ColumnId::ANYTHING);
        }
        Made { from: from.into_iter().collect(), same: false }
    }

    fn made(&self, target: &Target, union: &Made) -> Made {
        let (relation, column) = target.origin;
        if relation != 0 {
            return Made { from: vec![ColumnId { relation, column }], same: column != 0 };
        }
        let Some(mut from) = self.exactly(target) else { return union.clone() };
        if target.unknown_code {
            from.insert(ColumnId::ANYTHING);
        }
        Made { from: from.into_iter().collect(), same: false }
    }

    /// The columns of a target's own variables, when all of them are of relations that the outermost query reads from.
    fn exactly(&self, target: &Target) -> Option<BTreeSet<ColumnId>> {
        if target.deep {
            return None;
        }
        let column = |variable: &Variable| {
            let relation = self.sources.get(variable.source.checked_sub(1)?).copied().flatten()?;
            (variable.levels == 0).then_some(ColumnId { relation, column: variable.column })
        };
        target.variables.iter().map(column).collect()
    }
}

/// Whether that word names code, and not such as came with the server and shows nothing but what is made of its arguments.
fn calls_unknown(frame: &Frame<'_>, word: &str, revealing: &Revealing) -> bool {
    matches!(frame.field, "funcid" | "aggfnoid" | "winfnoid" | "opno" | "opfuncid" | "opnos")
        && word.parse().is_ok_and(|id: u32| id >= FIRST_OF_USERS || revealing.contains(&id))
}

fn number<T: FromStr>(word: &str) -> Result<T, Unreadable> {
    word.parse().map_err(|_| Unreadable)
}
