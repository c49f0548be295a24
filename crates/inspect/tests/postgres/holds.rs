//! Reading what real databases hold.

use std::sync::Arc;

use model::{Account, Catalogue, Column, ColumnId, RelationKind, Secret, TlsMode, Volatility};
use signet_inspect::{Found, Inspector, Place, Reader, Source};

use crate::postgres::{Options, PASSWORD, Postgres, Version};
use crate::resource;

pub(crate) const STRUCTURE: &str = r#"
    CREATE TABLE customers (id int PRIMARY KEY, ssn text, gone text, name text, card bigint,
        shout text GENERATED ALWAYS AS (upper(name)) STORED);
    ALTER TABLE customers DROP COLUMN gone;
    CREATE TABLE other (id int, remark text);
    CREATE VIEW plain AS SELECT id, ssn AS number FROM customers;
    CREATE VIEW nested AS SELECT number AS renamed FROM plain;
    CREATE VIEW computed AS SELECT c.id, upper(c.ssn) AS up, o.remark || c.name AS both, 1 AS one, count(*) OVER () AS n
        FROM customers c JOIN other o ON o.id = c.id;
    CREATE VIEW united AS SELECT id, ssn FROM customers UNION ALL SELECT id, remark FROM other;
    CREATE VIEW over_union AS SELECT ssn FROM (SELECT name AS ssn FROM customers UNION SELECT remark FROM other) u;
    CREATE VIEW using_join AS SELECT id, remark FROM customers FULL JOIN other USING (id);
    CREATE VIEW sub AS SELECT o.id, (SELECT max(c.ssn) FROM customers c WHERE c.id = o.id) AS top FROM other o;
    CREATE VIEW whole AS SELECT c.id, row_to_json(c) AS j FROM customers c;
    CREATE VIEW grouped AS SELECT name, max(ssn) AS top FROM customers GROUP BY name;
    CREATE VIEW tree AS WITH RECURSIVE t(n, s) AS (SELECT 1, ssn FROM customers UNION ALL SELECT n + 1, s FROM t WHERE n < 3)
        SELECT s FROM t;
    CREATE FUNCTION tell(int) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT ssn FROM customers WHERE id = $1';
    CREATE VIEW told AS SELECT id, tell(id) AS t FROM other;
    CREATE VIEW asked AS SELECT id, query_to_xml('SELECT ssn FROM customers', true, false, '') AS x FROM other;
    CREATE VIEW roles AS SELECT rolname, rolpassword || '' AS word FROM pg_authid;
    CREATE MATERIALIZED VIEW kept AS SELECT * FROM nested;
    CREATE TABLE "Odd ""Name" ("a}b :relid" text, "(c" text);
    CREATE VIEW "odd {view" AS SELECT "a}b :relid" AS ":resorigtbl", lower("(c") AS "\\" FROM "Odd ""Name" AS ":rtekind";
    CREATE TABLE measures (at date, v int) PARTITION BY RANGE (at);
    CREATE TABLE measures_1 PARTITION OF measures FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE TABLE animals (id int);
    CREATE TABLE dogs (bark text) INHERITS (animals);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER t BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION note();
    CREATE TABLE defaulted (a text DEFAULT tell(1));
    CREATE DOMAIN email AS text;
    CREATE TABLE typed (e email, l email[]);
    COMMENT ON COLUMN customers.ssn IS E'A number.\nsignet: pii, ssn';
    COMMENT ON TABLE other IS 'signet: remarks';
    COMMENT ON FUNCTION tell(int) IS 'signet: known';
    CREATE TEMP TABLE mine (id int);
"#;

/// A server with that structure, read by an account that may read nothing of it.
async fn read(version: Version, more: &str) -> Found {
    let server = Postgres::with(Options { version, ..Options::default() });
    execute(&server, &format!("{STRUCTURE}{more}")).await;
    source(&server).read(inspector(), None).await.unwrap().unwrap()
}

pub(crate) async fn execute(server: &Postgres, sql: &str) {
    let mut config = tokio_postgres::Config::new();
    config.user("postgres").password(PASSWORD).dbname("postgres");
    let socket = tokio::net::TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    let (client, connection) = config.connect_raw(socket, tokio_postgres::NoTls).await.unwrap();
    tokio::select! {
        done = client.batch_execute(sql) => done.unwrap(),
        ended = connection => panic!("{ended:?}"),
    }
}

pub(crate) fn source(server: &Postgres) -> Arc<dyn Source> {
    let resource = Arc::new(resource(server, TlsMode::Disable));
    signet_inspect::Postgres.source(Place { resource, database: "postgres".into() })
}

pub(crate) fn inspector() -> Inspector {
    let account = Account { name: "look".into(), user: "app_user".into() };
    Inspector { account, secret: Some(Secret::new(PASSWORD)) }
}

/// A catalogue that is asked by names.
pub(crate) struct Names(pub(crate) Catalogue);

impl Names {
    pub(crate) fn of(found: Found) -> Self {
        let held = Catalogue::new(1, found.server, found.relations, found.functions, found.types);
        Self(held.with_running(found.running).with_code(found.code))
    }

    fn column(&self, relation: &str, column: &str) -> &Column {
        let mut found = self.0.named(Some("public"), relation).flat_map(|relation| &relation.columns);
        found.find(|found| found.name == column).unwrap_or_else(|| panic!("no {relation}.{column}"))
    }

    fn name(&self, id: ColumnId) -> String {
        if id == ColumnId::ANYTHING {
            return "anything".into();
        }
        let relation = &self.0.relation(id.relation).unwrap_or_else(|| panic!("{id:?}")).name;
        let column = self.0.column(id).map_or("*", |column| &column.name);
        format!("{relation}.{column}")
    }

    /// What a column is made of; `=` before it says that it is that, unchanged.
    fn from(&self, relation: &str, column: &str) -> String {
        let column = self.column(relation, column);
        let mut names: Vec<_> = column.from.iter().map(|id| self.name(*id)).collect();
        names.sort();
        format!("{}{}", if column.same { "=" } else { "" }, names.join(" "))
    }
}

#[tokio::test]
async fn columns_of_views_lead_to_what_they_are_made_of() {
    for version in [Version::V15, Version::V18] {
        let names = Names::of(read(version, "").await);
        for (relation, column, from) in [
            ("plain", "number", "=customers.ssn"),
            ("nested", "renamed", "=plain.number"),
            ("kept", "renamed", "=nested.renamed"),
            ("computed", "id", "=customers.id"),
            ("computed", "up", "customers.ssn"),
            ("computed", "both", "customers.name other.remark"),
            ("computed", "one", ""),
            ("computed", "n", ""),
            ("united", "ssn", "customers.id customers.ssn other.id other.remark"),
            ("over_union", "ssn", "customers.name other.remark"),
            ("using_join", "id", "customers.id other.id other.remark"),
            ("using_join", "remark", "=other.remark"),
            ("sub", "top", "customers.id customers.ssn other.id"),
            ("whole", "id", "=customers.id"),
            ("whole", "j", "customers.*"),
            ("grouped", "top", "customers.ssn"),
            ("tree", "s", "customers.ssn"),
            ("told", "t", "anything other.id"),
            ("asked", "x", "anything"),
            ("roles", "rolname", "=pg_authid.rolname"),
            ("roles", "word", "pg_authid.rolpassword"),
            ("odd {view", ":resorigtbl", "=Odd \"Name.a}b :relid"),
            ("odd {view", "\\\\", "Odd \"Name.(c"),
            ("customers", "shout", "customers.name"),
            ("customers", "ssn", ""),
        ] {
            assert_eq!(names.from(relation, column), from, "{relation}.{column} of {}", names.0.server);
        }
        let long_values = names.0.relations().find(|relation| {
            relation.schema == "pg_toast"
                && relation.columns.iter().all(|column| names.name(column.from[0]) == "customers.*")
        });
        assert!(long_values.is_some(), "long values of a relation stand in another that can be read");
    }
}

#[tokio::test]
async fn all_that_a_database_holds_is_seen_whoever_owns_it() {
    for (version, number) in [(Version::V15, 15), (Version::V18, 18)] {
        let names = Names::of(read(version, "").await);
        assert_eq!(names.0.server, number);
        let relation = |name: &str| names.0.named(Some("public"), name).next().unwrap();
        let numbers: Vec<_> = relation("customers").columns.iter().map(|column| column.number).collect();
        assert_eq!(numbers, [1, 2, 4, 5, 6], "a column that was dropped leaves its number");
        assert_eq!(relation("measures").kind, RelationKind::Partitioned);
        assert_eq!(relation("measures_1").parents, [relation("measures").id]);
        assert_eq!(relation("dogs").parents, [relation("animals").id]);
        assert_eq!(relation("kept").kind, RelationKind::Materialized);
        assert_eq!(relation("plain").kind, RelationKind::View);
        let triggered: Vec<_> =
            ["other", "defaulted", "customers", "plain"].map(|name| relation(name).triggered).into_iter().collect();
        assert_eq!(triggered, [true, true, false, false]);
        assert!(names.0.named(None, "mine").next().is_none(), "what is temporary is another session's");
        assert!(names.0.named(Some("pg_catalog"), "pg_authid").next().is_some());
        assert!(names.0.named(Some("information_schema"), "columns").next().is_some());

        assert_eq!(names.column("customers", "ssn").labels, ["pii", "ssn"]);
        assert_eq!(relation("other").labels, ["remarks"]);
        let tell = names.0.functions(Some("public"), "tell").next().unwrap();
        assert_eq!((tell.labels.as_slice(), tell.language.as_str()), (&["known".to_owned()][..], "sql"));
        assert_eq!((tell.volatility, tell.definer, tell.built_in), (Volatility::Stable, true, false));
        let upper = names.0.functions(Some("pg_catalog"), "upper").next().unwrap();
        assert!(upper.built_in && upper.volatility == Volatility::Immutable && !upper.definer);

        let kind = |column: &str| names.0.kind(names.column("typed", column).kind).unwrap();
        let (email, list) = (kind("e"), kind("l"));
        assert!(email.domain && !email.array && email.made_of == Some(25) && !email.built_in);
        assert!(list.array && !list.domain && list.made_of == Some(email.id));
        assert!(
            names.0.kind(22).is_some_and(|vector| !vector.array),
            "int2vector is written in another way than arrays"
        );
        assert!(names.0.kind(19).is_some_and(|name| !name.array), "a name is no array, though it has elements");
    }
}

#[tokio::test]
async fn thirty_views_above_each_other_are_thirty_steps() {
    let chain: String = (0..30)
        .map(|step| match step {
            0 => "CREATE VIEW step_0 AS SELECT ssn FROM customers;".to_owned(),
            step => format!("CREATE VIEW step_{step} AS SELECT ssn FROM step_{};", step - 1),
        })
        .collect();
    let names = Names::of(read(Version::V15, &chain).await);
    let mut column = names.column("step_29", "ssn");
    for _ in 0..30 {
        assert!(column.same);
        column = names.0.column(column.from[0]).unwrap();
    }
    assert_eq!(column, names.column("customers", "ssn"));
}

#[tokio::test]
async fn what_has_not_changed_is_not_read_again() {
    for version in [Version::V15, Version::V18] {
        let server = Postgres::with(Options { version, ..Options::default() });
        execute(&server, STRUCTURE).await;
        let source = source(&server);
        let mut known = Arc::clone(&source).read(inspector(), None).await.unwrap().unwrap().fingerprint;
        // Other sessions come and go with temporary things, and rows are not structure.
        let rows =
            "CREATE TEMP TABLE t (id int, v text); INSERT INTO other VALUES (1, 'x'); DROP TABLE t; ANALYZE other;";
        execute(&server, rows).await;
        assert!(Arc::clone(&source).read(inspector(), Some(known.clone())).await.unwrap().is_none());
        for change in [
            "CREATE TABLE new (id int)",
            "ALTER TABLE new ADD COLUMN more text",
            "ALTER TABLE new RENAME COLUMN more TO less",
            "COMMENT ON COLUMN new.less IS 'signet: pii'",
            "COMMENT ON COLUMN new.less IS NULL",
            "CREATE OR REPLACE VIEW plain AS SELECT id, name AS number FROM customers",
            "CREATE OR REPLACE FUNCTION tell(int) RETURNS text LANGUAGE sql AS 'SELECT NULL::text'",
            "ALTER TABLE other DISABLE TRIGGER t; DROP TRIGGER t ON other",
            "CREATE INDEX ON other (id)",
            "CREATE INDEX ON other (upper(remark))",
            "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION e()",
            "ALTER EVENT TRIGGER e DISABLE",
            "CREATE OPERATOR ## (FUNCTION = texteq, LEFTARG = text, RIGHTARG = text)",
            "ALTER OPERATOR ## (text, text) SET SCHEMA pg_catalog",
            "CREATE CAST (animals AS text) WITH INOUT",
            "CREATE DOMAIN fresh AS int; ALTER DOMAIN fresh ADD CONSTRAINT c CHECK (VALUE > 0)",
            "ALTER SCHEMA public RENAME TO private",
            "DROP TABLE new",
            "BEGIN; DROP TABLE dogs; CREATE TABLE dogs (id int, bark text); COMMIT",
        ] {
            let change = change.replace("new", if change.starts_with("DROP") { "private.new" } else { "new" });
            let change = if change.contains("dogs") { format!("SET search_path = private; {change}") } else { change };
            execute(&server, &change).await;
            let found = Arc::clone(&source).read(inspector(), Some(known.clone())).await.unwrap();
            known = found.unwrap_or_else(|| panic!("not seen: {change}")).fingerprint;
        }
        assert_eq!(server.log().matches("application_name=signet").count(), 1, "one connection reads all the time");
    }
}

#[tokio::test]
async fn settings_of_the_account_lead_nowhere_else_and_a_lost_connection_is_made_anew() {
    let server = Postgres::start();
    execute(
        &server,
        "CREATE SCHEMA trap; GRANT USAGE ON SCHEMA trap TO app_user; \
         CREATE VIEW trap.pg_class AS SELECT * FROM pg_catalog.pg_class WHERE false; GRANT SELECT ON trap.pg_class TO app_user; \
         CREATE TABLE seen (id int); ALTER ROLE app_user SET search_path = trap, pg_catalog; \
         ALTER ROLE app_user SET default_transaction_isolation = 'read committed'",
    )
    .await;
    let source = source(&server);
    let found = Arc::clone(&source).read(inspector(), None).await.unwrap().unwrap();
    assert!(found.relations.iter().any(|relation| relation.name == "seen"));
    execute(&server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app_user'").await;
    // It may be noticed only in use; what was begun on it is not used again.
    let again = match Arc::clone(&source).read(inspector(), None).await {
        Ok(found) => found,
        Err(_) => source.read(inspector(), None).await.unwrap(),
    };
    assert_eq!(again.unwrap().fingerprint, found.fingerprint);
}

#[tokio::test]
async fn who_cannot_sign_in_reads_nothing_and_the_password_is_not_told() {
    let server = Postgres::start();
    let account = Account { name: "look".into(), user: "app_user".into() };
    let wrong = Inspector { account, secret: Some(Secret::new("not-the-password")) };
    let Err(failure) = source(&server).read(wrong, None).await else { panic!("it was read") };
    assert!(failure.to_string().contains("28P01") && !failure.to_string().contains("not-the-password"), "{failure}");
}
