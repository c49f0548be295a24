//! What is made of code: functions, triggers, rules, operators, casts, languages. None of it runs when it is made.

use model::Verb;
use pg_query::NodeEnum;
use pg_query::protobuf::{CreateFunctionStmt, CreateTrigStmt, Node, ObjectWithArgs, RuleStmt};

use super::walk::Walk;

/// Properties of types, operators and aggregates that are functions.
const FUNCTIONS: &[&str] = &[
    "analyze",
    "canonical",
    "combinefunc",
    "deserialfunc",
    "finalfunc",
    "function",
    "input",
    "join",
    "mfinalfunc",
    "minvfunc",
    "msfunc",
    "output",
    "procedure",
    "receive",
    "restrict",
    "send",
    "serialfunc",
    "sfunc",
    "subscript",
    "subtype_diff",
    "typmod_in",
    "typmod_out",
];

impl<'a> Walk<'a> {
    pub(super) fn code(&mut self, statement: &'a NodeEnum) -> bool {
        match statement {
            NodeEnum::CreateFunctionStmt(create) => self.create_function(create),
            NodeEnum::AlterFunctionStmt(alter) => self.routine(alter.func.as_ref()),
            NodeEnum::RuleStmt(rule) => self.rule(rule),
            NodeEnum::CreateTrigStmt(trigger) => self.trigger(trigger),
            NodeEnum::CreateEventTrigStmt(trigger) => self.name_of(&trigger.funcname),
            NodeEnum::CreateCastStmt(cast) => self.routine(cast.func.as_ref()),
            NodeEnum::CreateTransformStmt(transform) => {
                self.routine(transform.fromsql.as_ref());
                self.routine(transform.tosql.as_ref());
            }
            NodeEnum::CreateConversionStmt(conversion) => self.name_of(&conversion.func_name),
            NodeEnum::CreatePlangStmt(language) => {
                [&language.plhandler, &language.plinline, &language.plvalidator]
                    .into_iter()
                    .for_each(|name| self.name_of(name));
            }
            NodeEnum::CreateAmStmt(method) => self.name_of(&method.handler_name),
            NodeEnum::DefineStmt(define) => self.functions_of(&define.definition),
            NodeEnum::AlterOperatorStmt(alter) => self.functions_of(&alter.options),
            NodeEnum::AlterEventTrigStmt(_)
            | NodeEnum::CreateOpClassStmt(_)
            | NodeEnum::CreateOpFamilyStmt(_)
            | NodeEnum::AlterOpFamilyStmt(_) => {}
            _ => return false,
        }
        self.worded(Verb::Ddl);
        true
    }

    fn create_function(&mut self, create: &'a CreateFunctionStmt) {
        self.name_of(&create.funcname);
        self.kept(|inner| {
            for parameter in &create.parameters {
                match &parameter.node {
                    Some(NodeEnum::FunctionParameter(parameter)) => inner.runs(parameter.defexpr.as_deref()),
                    _ => inner.strange = true,
                }
            }
            if let Some(body) = create.sql_body.as_deref() {
                inner.body(body);
            }
        });
    }

    /// A body that is written as SQL and not as text: `RETURN`, or the statements of `BEGIN ATOMIC`.
    fn body(&mut self, body: &'a Node) {
        let mut todo = vec![body];
        while let Some(node) = todo.pop() {
            match &node.node {
                Some(NodeEnum::List(list)) => todo.extend(&list.items),
                Some(NodeEnum::ReturnStmt(result)) => self.runs(result.returnval.as_deref()),
                // A definition inside a body is refused by the server.
                Some(NodeEnum::CreateFunctionStmt(_) | NodeEnum::CreateSchemaStmt(_) | NodeEnum::RuleStmt(_))
                | None => {
                    self.strange = true;
                }
                Some(statement) => self.strange |= !self.statement(statement),
            }
        }
    }

    fn rule(&mut self, rule: &'a RuleStmt) {
        self.table(rule.relation.as_ref());
        self.kept(|inner| {
            inner.runs(rule.where_clause.as_deref());
            for action in &rule.actions {
                match &action.node {
                    Some(action) => inner.strange |= !inner.statement(action),
                    None => inner.strange = true,
                }
            }
        });
    }

    fn trigger(&mut self, trigger: &'a CreateTrigStmt) {
        self.table(trigger.relation.as_ref());
        if trigger.constrrel.is_some() {
            self.table(trigger.constrrel.as_ref());
        }
        self.name_of(&trigger.funcname);
        self.kept(|inner| inner.runs(trigger.when_clause.as_deref()));
    }

    /// The functions that a type, an operator or an aggregate is made of.
    pub(super) fn functions_of(&mut self, properties: &'a [Node]) {
        for property in properties {
            let Some(NodeEnum::DefElem(property)) = &property.node else {
                self.strange = true;
                continue;
            };
            if let Some(NodeEnum::TypeName(name)) = property.arg.as_deref().and_then(|value| value.node.as_ref())
                && FUNCTIONS.contains(&property.defname.as_str())
            {
                self.name_of(&name.names);
            }
        }
    }

    fn routine(&mut self, function: Option<&'a ObjectWithArgs>) {
        if let Some(function) = function {
            self.name_of(&function.objname);
        }
    }

    fn name_of(&mut self, name: &'a [Node]) {
        if !name.is_empty() {
            self.names_function(name);
        }
    }
}
