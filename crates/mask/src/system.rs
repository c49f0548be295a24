//! What is masked without a rule of anybody, as soon as there is any rule: the server's own relations that hold values of
//! rows, secrets, or what others do. `system_relations.txt` says of each what is harmless.

use std::collections::HashMap;
use std::sync::LazyLock;

use model::Relation;

/// The policy that stands for these rules where one is named.
pub(crate) const POLICY: &str = "built-in";

/// Relations of extensions, in whatever schema, with columns that hold the texts of statements.
const EXTENSIONS: &[(&str, &str)] = &[("pg_stat_statements", "query"), ("pg_stat_monitor", "query")];

/// The list: by schema and name, the columns that are not harmless.
static HARMLESS: LazyLock<HashMap<(&str, &str), Vec<&str>>> = LazyLock::new(|| {
    let (mut list, mut schema) = (HashMap::new(), "");
    let lines = include_str!("system_relations.txt").lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => schema = name,
            None => {
                let (line, _class) = line.split_once(" | ").unwrap_or((line, ""));
                let (name, columns) = line.split_once(':').unwrap_or((line, ""));
                list.insert((schema, name), columns.split_whitespace().collect());
            }
        }
    }
    list
});

/// Whether it is a relation that came with the server. Rules that name no schema are not about these, and what they are
/// made of is not followed: the list says it.
pub(crate) fn is_system(relation: &Relation) -> bool {
    matches!(relation.schema.as_str(), "pg_catalog" | "information_schema") || is_overflow(relation)
}

/// Whether it keeps the long values of other relations, in pieces.
fn is_overflow(relation: &Relation) -> bool {
    relation.schema == "pg_toast" || relation.schema.starts_with("pg_toast_temp_")
}

/// Whether the column is masked in any case.
pub(crate) fn is_masked(relation: &Relation, column: &str) -> bool {
    if !is_system(relation) {
        return EXTENSIONS.contains(&(relation.name.as_str(), column));
    }
    let Some(columns) = HARMLESS.get(&(relation.schema.as_str(), relation.name.as_str())) else { return true };
    columns.iter().any(|hidden| match hidden.strip_suffix('*') {
        Some(beginning) => column.starts_with(beginning),
        None => *hidden == column,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::RelationKind;

    fn masked(schema: &str, name: &str, column: &str) -> bool {
        let relation = Relation {
            id: 1,
            schema: schema.to_owned(),
            name: name.to_owned(),
            kind: RelationKind::View,
            columns: Vec::new(),
            parents: Vec::new(),
            labels: Vec::new(),
            triggered: false,
        };
        is_masked(&relation, column)
    }

    #[test]
    fn secrets_and_values_of_rows_are_masked() {
        for (name, column) in [
            ("pg_statistic", "stavalues3"),
            ("pg_statistic_ext_data", "stxdmcv"),
            ("pg_stats", "histogram_bounds"),
            ("pg_stats", "most_common_vals"),
            ("pg_authid", "rolpassword"),
            ("pg_shadow", "passwd"),
            ("pg_user_mapping", "umoptions"),
            ("pg_user_mappings", "umoptions"),
            ("pg_foreign_server", "srvoptions"),
            ("pg_foreign_table", "ftoptions"),
            ("pg_subscription", "subconninfo"),
            ("pg_stat_activity", "query"),
            ("pg_prepared_statements", "statement"),
            ("pg_cursors", "statement"),
            ("pg_largeobject", "data"),
            ("pg_hba_file_rules", "options"),
            ("pg_file_settings", "setting"),
            ("pg_sequences", "last_value"),
            ("pg_attribute", "attmissingval"),
        ] {
            assert!(masked("pg_catalog", name, column), "{name}.{column}");
        }
        for name in ["user_mapping_options", "foreign_server_options", "foreign_table_options", "column_options"] {
            assert!(masked("information_schema", name, "option_value"), "{name}");
        }
        assert!(masked("public", "pg_stat_statements", "query"));
        assert!(masked("pg_toast", "pg_toast_16384", "chunk_data"));
    }

    #[test]
    fn what_clients_need_to_find_their_way_is_shown() {
        for (name, column) in [
            ("pg_class", "relname"),
            ("pg_type", "oid"),
            ("pg_roles", "rolname"),
            ("pg_settings", "setting"),
            ("pg_stat_activity", "state"),
            ("pg_stats", "null_frac"),
            ("pg_statistic", "stawidth"),
        ] {
            assert!(!masked("pg_catalog", name, column), "{name}.{column}");
        }
        assert!(!masked("information_schema", "columns", "column_name"));
        assert!(!masked("public", "customers", "query"));
    }

    #[test]
    fn what_is_not_on_the_list_is_masked() {
        assert!(masked("pg_catalog", "pg_of_tomorrow", "oid"));
        assert!(masked("information_schema", "pg_class", "relname"));
    }
}
