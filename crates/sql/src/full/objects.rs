//! Statements that take any kind of object, and what its name is in each.

use model::Verb;
use pg_query::NodeEnum;
use pg_query::protobuf::{Node, ObjectType, RangeVar};

use super::walk::Walk;
use crate::names::string;

impl<'a> Walk<'a> {
    pub(super) fn object(&mut self, statement: &'a NodeEnum) -> bool {
        let verb = match statement {
            NodeEnum::DropStmt(drop) => {
                let kind = drop.remove_type();
                drop.objects.iter().for_each(|object| self.names(kind, Some(object)));
                if kind == ObjectType::ObjectPolicy { Verb::Grant } else { Verb::Ddl }
            }
            NodeEnum::CommentStmt(comment) => {
                self.names(comment.objtype(), comment.object.as_deref());
                Verb::Ddl
            }
            NodeEnum::SecLabelStmt(label) => {
                self.names(label.objtype(), label.object.as_deref());
                Verb::Grant
            }
            NodeEnum::RenameStmt(rename) => {
                self.either(rename.rename_type(), rename.relation.as_ref(), rename.object.as_deref());
                match rename.rename_type() {
                    ObjectType::ObjectRole | ObjectType::ObjectPolicy => Verb::Grant,
                    _ => Verb::Ddl,
                }
            }
            NodeEnum::AlterObjectSchemaStmt(alter) => {
                self.either(alter.object_type(), alter.relation.as_ref(), alter.object.as_deref());
                Verb::Ddl
            }
            NodeEnum::AlterObjectDependsStmt(alter) => {
                self.either(alter.object_type(), alter.relation.as_ref(), alter.object.as_deref());
                Verb::Ddl
            }
            NodeEnum::AlterOwnerStmt(alter) => {
                self.either(alter.object_type(), alter.relation.as_ref(), alter.object.as_deref());
                Verb::Grant
            }
            NodeEnum::AlterExtensionContentsStmt(alter) => {
                self.names(alter.objtype(), alter.object.as_deref());
                Verb::Ddl
            }
            _ => return false,
        };
        self.worded(verb);
        true
    }

    /// An object that is named as a relation, or as whatever it is.
    fn either(&mut self, kind: ObjectType, relation: Option<&'a RangeVar>, object: Option<&'a Node>) {
        match relation {
            Some(_) if kind == ObjectType::ObjectIndex => {}
            Some(relation) => self.table(Some(relation)),
            None => self.names(kind, object),
        }
    }

    /// Names the relation or function that an object is or belongs to. Indexes, types, operators and the like are neither.
    fn names(&mut self, kind: ObjectType, object: Option<&'a Node>) {
        match kind {
            ObjectType::ObjectTable
            | ObjectType::ObjectView
            | ObjectType::ObjectMatview
            | ObjectType::ObjectForeignTable
            | ObjectType::ObjectSequence => self.relation_of(object, 0),
            ObjectType::ObjectColumn
            | ObjectType::ObjectTrigger
            | ObjectType::ObjectRule
            | ObjectType::ObjectPolicy
            | ObjectType::ObjectTabconstraint => self.relation_of(object, 1),
            ObjectType::ObjectFunction
            | ObjectType::ObjectProcedure
            | ObjectType::ObjectRoutine
            | ObjectType::ObjectAggregate => match object.and_then(|object| object.node.as_ref()) {
                Some(NodeEnum::ObjectWithArgs(function)) => {
                    self.names_function(&function.objname);
                }
                _ => self.strange = true,
            },
            ObjectType::Undefined => self.strange = true,
            _ => {}
        }
    }

    /// The relation whose name is in a list, with so many parts behind it.
    fn relation_of(&mut self, object: Option<&'a Node>, behind: usize) {
        let parts = match object.and_then(|object| object.node.as_ref()) {
            Some(NodeEnum::List(list)) => {
                let end = list.items.len().saturating_sub(behind);
                let parts: Option<Vec<&str>> = list.items.iter().take(end).map(string).collect();
                parts.unwrap_or_default()
            }
            _ => Vec::new(),
        };
        match parts[..] {
            [name] => self.relation("", name),
            [.., schema, name] => self.relation(schema, name),
            [] => self.strange = true,
        }
    }
}
