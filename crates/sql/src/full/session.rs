//! Statements about the conversation itself: settings, transactions, cursors, prepared statements, notifications.

use model::Verb;
use pg_query::NodeEnum;
use pg_query::protobuf::{DiscardMode, Node, TransactionStmtKind, VariableSetKind, VariableSetStmt};

use super::walk::Walk;
use crate::names::string;
use crate::settings;

impl<'a> Walk<'a> {
    pub(super) fn session(&mut self, statement: &'a NodeEnum) -> bool {
        match statement {
            NodeEnum::VariableSetStmt(set) => self.set(set),
            NodeEnum::VariableShowStmt(_) => self.worded(Verb::Read),
            NodeEnum::TransactionStmt(transaction) => self.worded(match transaction.kind() {
                // It makes real what another session has done, or undoes it.
                TransactionStmtKind::TransStmtCommitPrepared | TransactionStmtKind::TransStmtRollbackPrepared => {
                    Verb::Write
                }
                _ => Verb::Transaction,
            }),
            NodeEnum::DiscardStmt(discard) => self.worded(match discard.target() {
                DiscardMode::DiscardPlans | DiscardMode::DiscardSequences | DiscardMode::DiscardTemp => Verb::Session,
                _ => Verb::SessionIdentity,
            }),
            // It sets, among all else, commands that the server runs.
            NodeEnum::AlterSystemStmt(_) => {
                self.worded(Verb::Unknown);
                self.unbounded = true;
            }
            NodeEnum::ConstraintsSetStmt(_)
            | NodeEnum::DeallocateStmt(_)
            | NodeEnum::ClosePortalStmt(_)
            | NodeEnum::FetchStmt(_)
            | NodeEnum::ListenStmt(_)
            | NodeEnum::UnlistenStmt(_)
            | NodeEnum::NotifyStmt(_) => self.worded(Verb::Session),
            _ => return false,
        }
        true
    }

    fn set(&mut self, set: &'a VariableSetStmt) {
        let verb = match (set.kind(), set.name.as_str()) {
            (VariableSetKind::VarResetAll, _) => Verb::SessionIdentity,
            (VariableSetKind::VarSetMulti, "TRANSACTION" | "TRANSACTION SNAPSHOT") => Verb::Session,
            (VariableSetKind::VarSetMulti, "SESSION CHARACTERISTICS") => {
                if set.args.iter().all(cannot_write) {
                    Verb::Session
                } else {
                    Verb::SessionGuard
                }
            }
            (_, name) => settings::verb(name).unwrap_or(Verb::SessionGuard),
        };
        self.worded(verb);
    }
}

/// Whether a property of transactions does not let them write.
fn cannot_write(property: &Node) -> bool {
    let Some(NodeEnum::DefElem(property)) = &property.node else { return false };
    match property.defname.as_str() {
        "transaction_isolation" | "transaction_deferrable" => true,
        "transaction_read_only" => property.arg.as_deref().is_some_and(is_on),
        _ => false,
    }
}

fn is_on(value: &Node) -> bool {
    use pg_query::protobuf::a_const::Val;
    match &value.node {
        Some(NodeEnum::AConst(value)) => match &value.val {
            Some(Val::Ival(number)) => number.ival != 0,
            Some(Val::Boolval(value)) => value.boolval,
            _ => false,
        },
        _ => string(value).is_some_and(|word| word == "true"),
    }
}
