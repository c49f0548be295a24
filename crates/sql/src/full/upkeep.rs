//! Maintenance, databases, extensions, other servers, replication, text search.

use model::Verb;
use pg_query::NodeEnum;
use pg_query::protobuf::{Node, PublicationObjSpecType, ReindexObjectType};

use super::walk::Walk;

impl<'a> Walk<'a> {
    pub(super) fn upkeep(&mut self, statement: &'a NodeEnum) -> bool {
        match statement {
            NodeEnum::TruncateStmt(truncate) => {
                self.worded(Verb::Write);
                self.unbounded = true;
                self.tables(&truncate.relations);
            }
            NodeEnum::LockStmt(lock) => {
                self.worded(Verb::Write);
                self.tables(&lock.relations);
            }
            _ => return self.maintenance(statement) || self.elsewhere(statement),
        }
        true
    }

    /// What changes how things are stored, and not what they are.
    fn maintenance(&mut self, statement: &'a NodeEnum) -> bool {
        match statement {
            NodeEnum::VacuumStmt(vacuum) => vacuum.rels.iter().for_each(|one| match &one.node {
                Some(NodeEnum::VacuumRelation(one)) => self.table(one.relation.as_ref()),
                _ => self.strange = true,
            }),
            NodeEnum::ClusterStmt(cluster) => {
                if cluster.relation.is_some() {
                    self.table(cluster.relation.as_ref());
                }
            }
            NodeEnum::ReindexStmt(reindex) => {
                if reindex.kind() == ReindexObjectType::ReindexObjectTable {
                    self.table(reindex.relation.as_ref());
                }
            }
            NodeEnum::RefreshMatViewStmt(refresh) => self.table(refresh.relation.as_ref()),
            NodeEnum::CheckPointStmt(_)
            | NodeEnum::CreatedbStmt(_)
            | NodeEnum::AlterDatabaseStmt(_)
            | NodeEnum::AlterDatabaseRefreshCollStmt(_)
            | NodeEnum::AlterDatabaseSetStmt(_)
            | NodeEnum::DropdbStmt(_)
            | NodeEnum::CreateTableSpaceStmt(_)
            | NodeEnum::DropTableSpaceStmt(_)
            | NodeEnum::AlterTableSpaceOptionsStmt(_)
            | NodeEnum::AlterTableMoveAllStmt(_)
            | NodeEnum::AlterCollationStmt(_)
            | NodeEnum::AlterTsdictionaryStmt(_)
            | NodeEnum::AlterTsconfigurationStmt(_) => {}
            _ => return false,
        }
        self.worded(Verb::Ddl);
        true
    }

    /// What comes from other servers, or goes there, and extensions.
    fn elsewhere(&mut self, statement: &'a NodeEnum) -> bool {
        match statement {
            NodeEnum::CreateFdwStmt(_)
            | NodeEnum::AlterFdwStmt(_)
            | NodeEnum::CreateForeignServerStmt(_)
            | NodeEnum::AlterForeignServerStmt(_)
            | NodeEnum::ImportForeignSchemaStmt(_)
            | NodeEnum::CreateExtensionStmt(_)
            | NodeEnum::AlterExtensionStmt(_)
            | NodeEnum::CreateSubscriptionStmt(_)
            | NodeEnum::AlterSubscriptionStmt(_)
            | NodeEnum::DropSubscriptionStmt(_) => {}
            NodeEnum::CreatePublicationStmt(create) => self.published(&create.pubobjects),
            NodeEnum::AlterPublicationStmt(alter) => self.published(&alter.pubobjects),
            _ => return false,
        }
        self.worded(Verb::Ddl);
        true
    }

    fn published(&mut self, objects: &'a [Node]) {
        for object in objects {
            let Some(NodeEnum::PublicationObjSpec(object)) = &object.node else {
                self.strange = true;
                continue;
            };
            let table = object.pubtable.as_deref();
            match (object.pubobjtype(), table) {
                (_, Some(table)) => {
                    self.table(table.relation.as_ref());
                    self.kept(|inner| inner.runs(table.where_clause.as_deref()));
                }
                (PublicationObjSpecType::PublicationobjTable, None) => self.strange = true,
                _ => {}
            }
        }
    }
}
