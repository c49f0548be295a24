//! Functions and casts.

use model::{Derived, Position};
use pg_query::protobuf::{FuncCall, TypeCast, TypeName};

use super::Analysis;
use super::conditions::is_constant;
use super::flow::Value;
use super::scope::Scope;
use crate::builtin::{self, Class};
use crate::names::qualified;

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
        let first_only = call.args.iter().skip(1).all(is_constant);
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
            Class::Dangerous => return self.stranger(value),
            Class::Keeps => self.used(&value, Position::Write),
            Class::Reads | Class::Volatile => {}
        }
        if function.set {
            // How many rows there are tells of what they were made from.
            self.used(&value, Position::Shape);
        }
        match () {
            () if bare && first_only && builtin::is_total(name) => value.at_least(Derived::Total),
            () if builtin::is_calm(name) => value.at_least(Derived::Computed),
            () => self.risky(value),
        }
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
