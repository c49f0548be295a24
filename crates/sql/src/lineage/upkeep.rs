//! Statements about what stands already: names, comments, and what keeps it in order.

use model::{ColumnId, Position, Use};
use pg_query::NodeEnum;
use pg_query::protobuf::{ClusterStmt, Node, ObjectType, RenameStmt, VacuumStmt};

use super::Analysis;
use super::flow::Value;
use super::scope::Scope;
use super::structure::object_columns;
use crate::names::{qualified, some};

/// How a comment begins that gives labels.
const LABELS: &str = "signet:";

impl Analysis<'_> {
    /// Something that is done to what stands already; false when it is none that is understood here.
    pub(super) fn upkeep(&mut self, node: &NodeEnum) -> bool {
        match node {
            NodeEnum::VacuumStmt(vacuum) => self.vacuum(vacuum),
            NodeEnum::ClusterStmt(cluster) => self.cluster(cluster),
            // It is computed anew, from what its definition says.
            NodeEnum::RefreshMatViewStmt(refresh) => match &refresh.relation {
                Some(view) => drop(self.table(view, &Scope::default())),
                None => drop(self.lost()),
            },
            NodeEnum::RenameStmt(rename) => self.rename(rename),
            NodeEnum::AlterObjectSchemaStmt(moved) => {
                match moved.object_type() {
                    kind if has_columns(kind) => self.renamed(moved.relation.as_ref()),
                    // Which relations are in it is not known.
                    ObjectType::ObjectExtension => self.used(&Value::unknown(), Position::Renamed),
                    _ => {}
                }
            }
            // What the other side says about it stands in errors.
            NodeEnum::DropSubscriptionStmt(_) => self.scanned(ColumnId::ANYTHING.relation),
            NodeEnum::CommentStmt(comment) => {
                self.labelled(comment.objtype(), comment.object.as_deref(), &comment.comment);
            }
            NodeEnum::SecLabelStmt(label) => self.labelled(label.objtype(), label.object.as_deref(), LABELS),
            _ => return false,
        }
        true
    }

    /// What ANALYZE gathers is masked where it can be read. Notices tell how much there is.
    fn vacuum(&mut self, vacuum: &VacuumStmt) {
        for node in &vacuum.rels {
            match &node.node {
                Some(NodeEnum::VacuumRelation(one)) => match &one.relation {
                    Some(table) => drop(self.table(table, &Scope::default())),
                    None => self.scanned(ColumnId::ANYTHING.relation),
                },
                _ => drop(self.lost()),
            }
        }
        if vacuum.rels.is_empty() {
            self.scanned(ColumnId::ANYTHING.relation);
        }
    }

    /// Rows stand in the order of an index from then on, and which columns that has is not known.
    fn cluster(&mut self, cluster: &ClusterStmt) {
        let row = self.standing(cluster.relation.as_ref()).row;
        self.used(&row, Position::Shape);
    }

    fn rename(&mut self, rename: &RenameStmt) {
        match rename.rename_type() {
            ObjectType::ObjectColumn | ObjectType::ObjectAttribute => {
                let table = self.standing(rename.relation.as_ref());
                let column = self.among(&table, some(&rename.subname));
                self.used(&column, Position::Renamed);
            }
            ObjectType::ObjectSchema => {
                let inside = self.catalogue.relations().filter(|relation| relation.schema == rename.subname);
                let ids: Vec<u32> = inside.map(|relation| relation.id).collect();
                let rows: Vec<Value> = ids.into_iter().map(Self::row_of).collect();
                self.used(&Value::all(&rows), Position::Renamed);
            }
            // Policies may know a database by its name.
            ObjectType::ObjectDatabase => self.used(&Value::unknown(), Position::Renamed),
            kind if has_columns(kind) => self.renamed(rename.relation.as_ref()),
            _ => {}
        }
    }

    /// Labels say what is masked, and of functions what they do.
    fn labelled(&mut self, kind: ObjectType, object: Option<&Node>, text: &str) {
        let names = match object.and_then(|object| object.node.as_ref()) {
            Some(NodeEnum::List(list)) => &list.items[..],
            _ => &[],
        };
        let columns = match kind {
            ObjectType::ObjectColumn => object_columns(self.catalogue, names, true),
            kind if has_columns(kind) => object_columns(self.catalogue, names, false),
            ObjectType::ObjectFunction
            | ObjectType::ObjectProcedure
            | ObjectType::ObjectRoutine
            | ObjectType::ObjectAggregate
                if text.contains(LABELS) || self.has_labels(object) =>
            {
                vec![ColumnId::ANYTHING]
            }
            _ => return,
        };
        self.uses.extend(columns.into_iter().map(|column| Use { column, position: Position::Labelled }));
    }

    /// Whether a function has labels that would be lost.
    fn has_labels(&self, object: Option<&Node>) -> bool {
        let Some(NodeEnum::ObjectWithArgs(function)) = object.and_then(|object| object.node.as_ref()) else {
            return true;
        };
        let Some((schema, name)) = qualified(&function.objname) else { return true };
        self.catalogue.functions(schema, name).any(|function| !function.labels.is_empty())
    }
}

/// Whether things of that kind have columns.
fn has_columns(kind: ObjectType) -> bool {
    matches!(
        kind,
        ObjectType::ObjectTable | ObjectType::ObjectView | ObjectType::ObjectMatview | ObjectType::ObjectForeignTable
    )
}
