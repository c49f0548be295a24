//! Whether a role may more than an account behind a gateway should: what goes around the questions that policies ask.

use tokio_postgres::{Client, Error};

/// Attributes of a role, and what each is called.
const ATTRIBUTES: &str = "\
    SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_catalog.pg_roles \
    WHERE rolname = current_user";
const NAMES: [&str; 5] =
    ["superuser", "may create roles", "may create databases", "may replicate", "bypasses row security"];

/// Roles that may as much, whose member it is, also by way of others.
const MEMBERSHIPS: &str = "\
    SELECT rolname::text FROM pg_catalog.pg_roles \
    WHERE rolname <> current_user AND pg_catalog.pg_has_role(current_user, oid, 'MEMBER') AND \
    (rolsuper OR rolcreaterole OR rolbypassrls OR rolreplication OR rolname = ANY \
    ('{pg_execute_server_program,pg_read_server_files,pg_write_server_files,pg_signal_backend,pg_maintain,pg_checkpoint,\
    pg_create_subscription,pg_use_reserved_connections}')) ORDER BY rolname LIMIT 20";

/// What makes the role that is signed in too strong; nothing when it is not.
pub(super) async fn strengths(client: &Client) -> Result<Vec<String>, Error> {
    let row = client.query_one(ATTRIBUTES, &[]).await?;
    let mut found = Vec::new();
    for (place, name) in NAMES.iter().enumerate() {
        if row.try_get::<_, bool>(place)? {
            found.push((*name).to_owned());
        }
    }
    // A superuser is a member of every role.
    if row.try_get::<_, bool>(0)? {
        return Ok(found);
    }
    for row in client.query(MEMBERSHIPS, &[]).await? {
        found.push(format!("member of {}", row.try_get::<_, &str>(0)?));
    }
    Ok(found)
}

/// How many relations it sees, if it can read what the catalogue says of relations, columns, functions and views.
pub(super) async fn sees_catalogue(client: &Client) -> Result<i64, Error> {
    let relations = client
        .query_one(
            "SELECT count(DISTINCT c.oid) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid",
            &[],
        )
        .await?;
    client.query("SELECT oid, proname FROM pg_catalog.pg_proc LIMIT 1", &[]).await?;
    client
        .query("SELECT pg_catalog.pg_get_viewdef(oid) FROM pg_catalog.pg_class WHERE relkind = 'v' LIMIT 1", &[])
        .await?;
    relations.try_get(0)
}
