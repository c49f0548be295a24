//! Roles, privileges, row security, and as whom other servers are reached.

use model::Verb;
use pg_query::NodeEnum;
use pg_query::protobuf::{GrantStmt, GrantTargetType, Node, ObjectType, RangeVar};

use super::walk::Walk;

impl<'a> Walk<'a> {
    pub(super) fn rights(&mut self, statement: &'a NodeEnum) -> bool {
        match statement {
            NodeEnum::GrantStmt(grant) => self.grant(grant),
            NodeEnum::CreatePolicyStmt(create) => {
                self.policy(create.table.as_ref(), [create.qual.as_deref(), create.with_check.as_deref()]);
            }
            NodeEnum::AlterPolicyStmt(alter) => {
                self.policy(alter.table.as_ref(), [alter.qual.as_deref(), alter.with_check.as_deref()]);
            }
            NodeEnum::GrantRoleStmt(_)
            | NodeEnum::AlterDefaultPrivilegesStmt(_)
            | NodeEnum::CreateRoleStmt(_)
            | NodeEnum::AlterRoleStmt(_)
            | NodeEnum::AlterRoleSetStmt(_)
            | NodeEnum::DropRoleStmt(_)
            | NodeEnum::DropOwnedStmt(_)
            | NodeEnum::ReassignOwnedStmt(_)
            | NodeEnum::CreateUserMappingStmt(_)
            | NodeEnum::AlterUserMappingStmt(_)
            | NodeEnum::DropUserMappingStmt(_) => {}
            _ => return false,
        }
        self.worded(Verb::Grant);
        true
    }

    fn grant(&mut self, grant: &'a GrantStmt) {
        if grant.targtype() != GrantTargetType::AclTargetObject {
            return;
        }
        for object in &grant.objects {
            match (grant.objtype(), &object.node) {
                (ObjectType::ObjectTable | ObjectType::ObjectSequence, Some(NodeEnum::RangeVar(table))) => {
                    self.table(Some(table));
                }
                (
                    ObjectType::ObjectFunction | ObjectType::ObjectProcedure | ObjectType::ObjectRoutine,
                    Some(NodeEnum::ObjectWithArgs(function)),
                ) => {
                    self.names_function(&function.objname);
                }
                (ObjectType::ObjectTable | ObjectType::ObjectSequence, _) => self.strange = true,
                _ => {}
            }
        }
    }

    fn policy(&mut self, table: Option<&'a RangeVar>, conditions: [Option<&'a Node>; 2]) {
        self.table(table);
        self.kept(|inner| conditions.into_iter().for_each(|condition| inner.runs(condition)));
    }
}
