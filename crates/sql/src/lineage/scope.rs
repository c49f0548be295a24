//! Which names stand for what at one place of a query.

use model::Derived;

use super::flow::Value;

/// A column of something in FROM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// `None`: the server gives it a name that is not known here, which may be any.
    pub(super) name: Option<String>,
    pub(super) value: Value,
    /// It is there, whichever of several relations a name stands for.
    pub(super) certain: bool,
}

impl Named {
    /// Whether that is its name, as far as it is known.
    pub(super) fn may_be(&self, name: &str) -> bool {
        self.name.as_deref().is_none_or(|known| known == name)
    }
}

/// Something in FROM that columns can be taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// How columns are qualified with it.
    pub(super) name: Option<String>,
    /// The schemas of the relations that it may be, by which it can be qualified too; none where it has an alias.
    pub(super) schemas: Vec<String>,
    pub(super) columns: Vec<Named>,
    /// `columns` are all of them, in order.
    pub(super) exact: bool,
    /// What a name that is not among the columns may stand for.
    pub(super) other: Option<Value>,
    /// The whole row.
    pub(super) row: Value,
    /// Its columns are not found without its name: `old`, `new`, `excluded`.
    pub(super) qualified: bool,
}

impl Entry {
    /// Something with exactly these columns.
    pub(super) fn exact(name: Option<String>, columns: Vec<Named>) -> Self {
        let row = Value::all(columns.iter().map(|column| &column.value)).at_least(Derived::Computed);
        Self { name, schemas: Vec::new(), columns, exact: true, other: None, row, qualified: false }
    }

    /// Something whose columns all come from this, whatever their names and number are.
    pub(super) fn opaque(name: Option<String>, value: Value) -> Self {
        let row = value.clone().at_least(Derived::Computed);
        Self { name, schemas: Vec::new(), columns: Vec::new(), exact: false, other: Some(value), row, qualified: false }
    }

    /// The columns of a query.
    pub(super) fn of(name: Option<String>, outputs: Outputs) -> Self {
        match outputs.rest {
            None => Self::exact(name, outputs.columns),
            Some(rest) => {
                let mut row = Value::all(outputs.columns.iter().map(|column| &column.value));
                row.join(&rest);
                let row = row.at_least(Derived::Computed);
                let exact = Self::exact(name, outputs.columns);
                Self { exact: false, other: Some(rest), row, ..exact }
            }
        }
    }

    /// What `name.*` stands for.
    pub(super) fn star(&self) -> Outputs {
        if self.exact {
            return Outputs { columns: self.columns.clone(), rest: None };
        }
        let mut rest = Value::all(self.columns.iter().map(|column| &column.value));
        self.other.iter().for_each(|other| rest.join(other));
        Outputs { columns: Vec::new(), rest: Some(rest) }
    }

    /// With the names of `AS name (a, b)`.
    pub(super) fn renamed(mut self, names: &[String]) -> Self {
        if names.is_empty() {
            return self;
        }
        if self.exact {
            self.columns.iter_mut().zip(names).for_each(|(column, name)| column.name = Some(name.clone()));
            return self;
        }
        // Which column has got which name is not known.
        let any = self.row.clone();
        self.columns =
            names.iter().map(|name| Named { name: Some(name.clone()), value: any.clone(), certain: true }).collect();
        self.other = Some(any);
        self
    }

    /// What stands under that name; whether it is certainly there.
    pub(super) fn find(&self, name: &str) -> Option<(Value, bool)> {
        let mut found: Option<(Value, bool)> = None;
        for column in self.columns.iter().filter(|column| column.may_be(name)) {
            let (value, certain) = found.get_or_insert_with(|| (Value::constant(), false));
            value.join(&column.value);
            *certain |= column.certain && column.name.is_some();
        }
        match (found, &self.other) {
            (Some((mut value, false)), Some(other)) => {
                value.join(other);
                Some((value, false))
            }
            (None, Some(other)) => Some((other.clone(), false)),
            (found, _) => found,
        }
    }
}

/// The columns of a query's result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outputs {
    pub(super) columns: Vec<Named>,
    /// There may be others, from these; then the order of those above is not known either.
    pub(super) rest: Option<Value>,
}

impl Outputs {
    pub(super) fn push(&mut self, name: impl Into<String>, value: Value) {
        self.columns.push(Named { name: Some(name.into()), value, certain: true });
    }

    /// One of them has a name that is not known.
    pub(super) fn has_nameless(&self) -> bool {
        self.columns.iter().any(|column| column.name.is_none())
    }

    /// All of them together.
    pub(super) fn all(&self) -> Value {
        let mut all = Value::all(self.columns.iter().map(|column| &column.value));
        if let Some(rest) = &self.rest {
            all.join(rest);
        }
        all
    }

    /// What there is of two queries whose rows come together: by position, where positions are known. Both have the same
    /// number of columns, or the server refuses them; the names are those of the first.
    pub(super) fn merge(&mut self, other: &Self) {
        match (&self.rest, &other.rest) {
            (None, None) if self.columns.len() == other.columns.len() => {
                for (column, other) in self.columns.iter_mut().zip(&other.columns) {
                    column.value.join(&other.value);
                }
            }
            (None, _) => {
                let all = other.all();
                self.columns.iter_mut().for_each(|column| column.value.join(&all));
            }
            (Some(_), _) => {
                let mut all = self.all();
                all.join(&other.all());
                self.columns.iter_mut().for_each(|column| column.value = all.clone());
                self.rest = Some(all);
            }
        }
    }

    /// With the names of a list of columns.
    pub(super) fn renamed(self, names: &[String]) -> Self {
        let Entry { columns, other, .. } = Entry::of(None, self).renamed(names);
        Self { columns, rest: other }
    }

    /// Those of one, then those of the other.
    pub(super) fn extend(&mut self, other: Self) {
        self.columns.extend(other.columns);
        self.rest = match (self.rest.take(), other.rest) {
            (Some(mut one), Some(two)) => {
                one.join(&two);
                Some(one)
            }
            (one, two) => one.or(two),
        };
    }
}

/// A query that a WITH has named.
#[derive(Clone, Debug)]
pub(super) struct Cte {
    pub(super) name: String,
    pub(super) outputs: Outputs,
}

/// All names at one level of a query, and what is around it.
#[derive(Default)]
pub(super) struct Scope<'a> {
    pub(super) outer: Option<&'a Scope<'a>>,
    pub(super) entries: Vec<Entry>,
    pub(super) ctes: Vec<Cte>,
    /// What WINDOW names, and what rows are told apart or ordered by in them.
    pub(super) windows: Vec<(String, Value)>,
}

impl<'a> Scope<'a> {
    /// A level inside another.
    pub(super) fn inside(outer: &'a Scope<'a>) -> Self {
        Self { outer: Some(outer), ..Self::default() }
    }

    fn levels(&self) -> impl Iterator<Item = &Scope<'a>> {
        std::iter::successors(Some(self), |scope| scope.outer)
    }

    /// The query of that name.
    pub(super) fn cte(&self, name: &str) -> Option<&Cte> {
        self.levels().flat_map(|scope| scope.ctes.iter().rev()).find(|cte| cte.name == name)
    }

    /// What an unqualified name stands for, as a column or else as a whole row. `None`: nothing here has it.
    pub(super) fn column(&self, name: &str) -> Option<Value> {
        let mut all: Option<Value> = None;
        for scope in self.levels() {
            let found = scope.entries.iter().filter(|entry| !entry.qualified).filter_map(|entry| entry.find(name));
            let (certain, perhaps): (Vec<_>, Vec<_>) = found.partition(|(_, certain)| *certain);
            // A name that two of a level have is an error of the server's: where it is certain it is the only one.
            let here = if certain.is_empty() { &perhaps } else { &certain };
            for (value, _) in here {
                all.get_or_insert_with(Value::constant).join(value);
            }
            if !certain.is_empty() {
                return all;
            }
        }
        for entry in self.entries_named(name) {
            all.get_or_insert_with(Value::constant).join(&entry.row);
        }
        all
    }

    /// Whether a column may have that name.
    pub(super) fn may_have_column(&self, name: &str) -> bool {
        let entries = self.levels().flat_map(|scope| scope.entries.iter()).filter(|entry| !entry.qualified);
        entries.filter_map(|entry| entry.find(name)).next().is_some()
    }

    /// What columns are qualified with by the names of a schema and a relation: all that may be that relation.
    pub(super) fn relations_named(&self, schema: &str, name: &str) -> Vec<&Entry> {
        let is = |entry: &&Entry| entry.name.as_deref() == Some(name) && entry.schemas.iter().any(|own| own == schema);
        let mut found = Vec::new();
        for scope in self.levels() {
            found.extend(scope.entries.iter().filter(is));
            if found.iter().any(|entry| entry.schemas.len() == 1) {
                break;
            }
        }
        found
    }

    /// What columns are qualified with by that name: all of the innermost level that has one.
    pub(super) fn entries_named(&self, name: &str) -> Vec<&Entry> {
        let of = |scope: &'_ Scope<'a>| scope.entries.iter().any(|entry| entry.name.as_deref() == Some(name));
        let level = self.levels().find(|scope| of(scope));
        let entries = level.into_iter().flat_map(|scope| scope.entries.iter());
        entries.filter(|entry| entry.name.as_deref() == Some(name)).collect()
    }

    /// The window of that name.
    pub(super) fn window(&self, name: &str) -> Value {
        let found = self.windows.iter().filter(|(window, _)| window == name).map(|(_, value)| value);
        Value::all(found)
    }
}
