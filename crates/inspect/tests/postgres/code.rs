//! Finding the code that real databases hold behind their relations.

use model::Catalogue;

use crate::holds::{Names, STRUCTURE, execute, inspector, source};
use crate::postgres::{Options, Postgres, Version};

const CODE: &str = "\
    CREATE SCHEMA code; SET search_path = code, public; \
    CREATE FUNCTION shout() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'; \
    CREATE TABLE by_default (id int, w text DEFAULT query_to_xml('SELECT 1', false, false, '')::text); \
    CREATE TABLE by_check (w text CHECK (query_to_xml(w, false, false, '')::text LIKE '%>53%')); \
    CREATE TABLE by_index (w text); CREATE INDEX ON by_index (w) WHERE shout_too(w); \
    CREATE TABLE plain_table (id serial PRIMARY KEY, at timestamptz DEFAULT now(), CHECK (id > 0)); \
    CREATE TABLE above (id int PRIMARY KEY); \
    CREATE TABLE below (id int REFERENCES above ON DELETE CASCADE); \
    CREATE TABLE beside (id int REFERENCES above); \
    CREATE TABLE only_named (id int PRIMARY KEY); \
    CREATE TABLE naming (id int REFERENCES only_named); \
    CREATE TRIGGER t AFTER DELETE ON below FOR EACH ROW EXECUTE FUNCTION note(); \
    CREATE TRIGGER t AFTER DELETE ON naming FOR EACH ROW EXECUTE FUNCTION note(); \
    CREATE TABLE parted (id int) PARTITION BY LIST (id); \
    CREATE TABLE part PARTITION OF parted FOR VALUES IN (1); \
    CREATE TRIGGER t AFTER DELETE ON part FOR EACH ROW EXECUTE FUNCTION note(); \
    CREATE TABLE cut (id int); CREATE TRIGGER t AFTER TRUNCATE ON cut EXECUTE FUNCTION note(); \
    CREATE VIEW over_cut AS SELECT id FROM cut; \
    CREATE VIEW loud AS SELECT id FROM plain_table WHERE shout() = 1; \
    CREATE VIEW over_loud AS SELECT 1 FROM loud; \
    CREATE VIEW xml AS SELECT id FROM plain_table WHERE query_to_xml('SELECT 1', true, false, '') IS NULL; \
    CREATE MATERIALIZED VIEW kept_loud AS SELECT id FROM loud; \
    CREATE TABLE ruled (id int); CREATE POLICY p ON ruled USING (shout() = 1); \
    CREATE TABLE quiet (id int); CREATE POLICY p ON quiet USING (id = 1); \
    CREATE VIEW over_ruled AS SELECT id FROM ruled;";

#[tokio::test]
async fn code_is_found_wherever_it_is_reached_from() {
    let more = "CREATE FUNCTION shout_too(text) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';";
    let event = "CREATE FUNCTION on_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; \
                 CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION on_event();";
    for version in [Version::V15, Version::V18] {
        let server = Postgres::with(Options { version, ..Options::default() });
        execute(&server, &format!("{STRUCTURE}{more}{CODE}")).await;
        let held = async || Names::of(source(&server).read(inspector(), None).await.unwrap().unwrap()).0;
        let catalogue = held().await;
        let events = |catalogue: &Catalogue| catalogue.named(None, "pg_event_trigger").any(|found| found.triggered);
        let mut written: Vec<_> = catalogue.relations().filter(|relation| relation.schema == "code").collect();
        written.retain(|relation| relation.triggered);
        let mut written: Vec<_> = written.iter().map(|relation| relation.name.as_str()).collect();
        written.sort_unstable();
        let expected = "above below by_check by_default by_index cut naming over_cut over_ruled part parted ruled";
        assert_eq!(written.join(" "), expected);
        let running = catalogue.relations().filter(|relation| catalogue.runs_code(relation.id));
        let mut running: Vec<_> =
            running.filter(|relation| relation.schema == "code").map(|r| r.name.as_str()).collect();
        running.sort_unstable();
        assert_eq!(running, ["loud", "over_loud", "over_ruled", "ruled", "xml"]);
        let system = |relation: &&model::Relation| ["pg_catalog", "information_schema"].contains(&&*relation.schema);
        assert!(!catalogue.relations().filter(system).any(|found| found.triggered || catalogue.runs_code(found.id)));
        execute(&server, event).await;
        assert!(!events(&catalogue) && events(&held().await));
    }
}
