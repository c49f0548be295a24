//! Functions and casts.

use model::{ColumnId, Derived, Position};
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::{FuncCall, TypeCast, TypeName};

use super::Analysis;
use super::conditions::{is_constant, literal};
use super::flow::Value;
use super::scope::Scope;
use crate::builtin::{self, Class};
use crate::names::qualified;

/// `text`, `bpchar` and `varchar`.
const TEXTS: [u32; 3] = [25, 1042, 1043];

/// What a type is.
enum Kind {
    BuiltIn {
        text: bool,
    },
    /// Somebody's own, but no domain, whose checks would run: an enumeration, a composite.
    Own,
    Unknown,
}

impl Analysis<'_> {
    /// A function, aggregate or window function.
    pub(super) fn call(&mut self, call: &FuncCall, scope: &Scope<'_>) -> Value {
        let mut arguments = Vec::with_capacity(call.args.len());
        for argument in &call.args {
            arguments.push(self.expression(argument, scope));
        }
        let mut value = Value::all(&arguments);
        let bare = call.agg_order.is_empty() && call.agg_filter.is_none() && call.over.is_none() && !call.agg_distinct;

        if call.agg_distinct {
            self.used(&value, Position::Shape);
        }
        value.join(&self.sorted(&call.agg_order, scope));
        if let Some(filter) = call.agg_filter.as_deref() {
            value.join(&self.condition(filter, scope));
        }
        if let Some(window) = call.over.as_deref() {
            value.join(&self.window(window, scope));
        }
        let Some((schema, name)) = qualified(&call.funcname) else { return self.lost() };
        let Some(function) = self.built_in(schema, name) else { return self.stranger(value) };
        match function.class {
            Class::Dangerous => {
                if builtin::runs_text(name) {
                    // What the text does with which columns is not seen here.
                    self.used(&Value::unknown(), Position::Write);
                }
                return self.stranger(value);
            }
            Class::Keeps => self.used(&value, Position::Write),
            Class::Reads | Class::Volatile => {}
        }
        if function.set {
            // How many rows there are tells of what they were made from.
            self.used(&value, Position::Shape);
        }
        match () {
            () if bare && is_total(call, name) && self.is_text(&value, name) => value.at_least(Derived::Total),
            () if bare && name == "concat" && !call.func_variadic && self.stays_small(&call.args, scope) => {
                value.at_least(Derived::Computed)
            }
            () if is_calm(call, name) => value.at_least(Derived::Computed),
            () => self.risky(value),
        }
    }

    /// Whether a function that is also there for other types, of which it may make NULL, is given texts.
    fn is_text(&self, value: &Value, name: &str) -> bool {
        !matches!(name, "lower" | "upper" | "length") || value.sources.iter().all(|source| self.is_text_column(*source))
    }

    /// Whether a column holds texts.
    pub(super) fn is_text_column(&self, column: ColumnId) -> bool {
        self.catalogue.column(column).is_some_and(|column| TEXTS.contains(&column.kind))
    }

    /// The function of the server's own that a name stands for, and certainly not one of somebody's.
    fn built_in(&self, schema: Option<&str>, name: &str) -> Option<builtin::Function> {
        if schema.is_some_and(|schema| schema != "pg_catalog") {
            return None;
        }
        let own = self.catalogue.functions(schema, name).any(|function| !function.built_in);
        if own { None } else { builtin::function(name) }
    }

    /// A function that may do and show anything.
    fn stranger(&mut self, value: Value) -> Value {
        self.foreign();
        self.used(&value, Position::Write);
        value.at_least(Derived::Unknown)
    }

    /// Whether `(value).name` may call a function of unknown body.
    pub(super) fn is_foreign_field(&self, name: &str) -> bool {
        let own = self.catalogue.functions(None, name).any(|function| !function.built_in);
        own || builtin::function(name).is_some_and(|function| function.class == Class::Dangerous)
    }

    pub(super) fn cast(&mut self, cast: &TypeCast, scope: &Scope<'_>) -> Value {
        let value = self.maybe(cast.arg.as_deref(), scope);
        match &cast.type_name {
            // What is too long for it is cut.
            Some(kind) if kind.array_bounds.is_empty() && self.is_cut(kind) => value.at_least(Derived::Total),
            Some(kind) => self.typed(kind, value),
            None => self.lost(),
        }
    }

    /// A value in another type.
    pub(super) fn typed(&mut self, kind: &TypeName, value: Value) -> Value {
        match self.kind(kind) {
            Kind::BuiltIn { text: true } => value.at_least(Derived::Total),
            Kind::BuiltIn { text: false } => self.risky(value),
            Kind::Own if value.is_constant() => value,
            Kind::Own | Kind::Unknown => self.stranger(value),
        }
    }

    /// Whether a type holds texts up to a length.
    fn is_cut(&self, kind: &TypeName) -> bool {
        let named = qualified(&kind.names).is_some_and(|(schema, name)| {
            schema.is_none_or(|schema| schema == "pg_catalog") && matches!(name, "varchar" | "bpchar")
        });
        named && !kind.pct_type && self.is_built_in(kind) && kind.typmods.iter().all(is_constant)
    }

    /// Whether a type came with the server.
    pub(super) fn is_built_in(&self, kind: &TypeName) -> bool {
        matches!(self.kind(kind), Kind::BuiltIn { .. })
    }

    fn kind(&self, kind: &TypeName) -> Kind {
        let Some((schema, name)) = qualified(&kind.names) else { return Kind::Unknown };
        if schema.is_none_or(|schema| schema == "pg_catalog") {
            let of = name.strip_prefix('_').unwrap_or(name);
            if builtin::is_type(name) || builtin::is_type(of) {
                let plain = kind.typmods.is_empty() && kind.array_bounds.is_empty() && !kind.pct_type;
                return Kind::BuiltIn { text: plain && builtin::is_text(name) };
            }
        }
        let mut kinds = self.catalogue.kinds(schema, name).peekable();
        if kinds.peek().is_some() && kinds.all(|kind| !kind.domain && kind.made_of.is_none()) {
            return Kind::Own;
        }
        Kind::Unknown
    }
}

/// Whether a call never fails and makes nothing NULL, whatever its first argument is.
pub(super) fn is_total(call: &FuncCall, name: &str) -> bool {
    let others = call.args.get(1..).unwrap_or_default();
    let fits = match name {
        // With a text it is a pattern, which may not be found.
        "substring" => others.iter().all(|other| matches!(literal(other), Some(Val::Ival(_)))),
        // What grows can grow too large.
        "replace" => match others {
            [from, to] => matches!((literal(from), literal(to)), (Some(Val::Sval(from)), Some(Val::Sval(to)))
                if to.sval.len() <= from.sval.len()),
            _ => false,
        },
        _ => others.iter().all(is_constant),
    };
    fits && !call.func_variadic && builtin::is_total(name)
}

/// Whether a call never fails and makes nothing NULL, whatever its arguments are.
fn is_calm(call: &FuncCall, name: &str) -> bool {
    let placed = !matches!(name, "lag" | "lead" | "nth_value") || call.args.get(1).is_none_or(is_constant);
    placed && !call.func_variadic && builtin::is_calm(name)
}
