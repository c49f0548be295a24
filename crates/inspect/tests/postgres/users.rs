//! Finding the operators, casts and types of users in real databases, and the functions that run with them.

use std::collections::BTreeSet;

use model::code::{FIRST_OF_USERS, SERVERS_OWN};

use crate::holds::{Names, STRUCTURE, execute, inspector, source};
use crate::postgres::{Options, Postgres, Version};

const USERS: &str = "\
    CREATE SCHEMA users; SET search_path = users, public; \
    CREATE FUNCTION same(text, text) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN true; END'; \
    CREATE OPERATOR = (FUNCTION = same, LEFTARG = text, RIGHTARG = text); \
    CREATE OPERATOR ## (FUNCTION = texteq, LEFTARG = text, RIGHTARG = text); \
    CREATE OPERATOR ### (FUNCTION = pg_notify, LEFTARG = text, RIGHTARG = text); \
    CREATE TYPE mood AS ENUM ('good', 'bad'); \
    CREATE FUNCTION mood_of(text) RETURNS mood LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; \
    CREATE CAST (text AS mood) WITH FUNCTION mood_of(text) AS IMPLICIT; \
    CREATE FUNCTION fits(int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN true; END'; \
    CREATE DOMAIN plain_domain AS int CHECK (VALUE > 0); \
    CREATE DOMAIN checked AS int CHECK (fits(VALUE)); \
    CREATE DOMAIN noisy AS text CHECK (set_config('a.b', VALUE, false) IS NOT NULL); \
    CREATE TYPE pair AS (a checked, b mood); \
    CREATE FUNCTION apart(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2'; \
    CREATE TYPE spans AS RANGE (subtype = float8, subtype_diff = apart); \
    CREATE TABLE holding (p pair, s spans[]); \
    CREATE SEQUENCE counter; \
    CREATE VIEW counting AS SELECT nextval('counter'); \
    CREATE VIEW asking AS SELECT id FROM public.other WHERE fits(id); \
    CREATE VIEW over_asking AS SELECT count(*) FROM asking; \
    CREATE VIEW comparing AS SELECT id FROM public.other WHERE remark OPERATOR(users.=) 'x'; \
    CREATE VIEW quiet AS SELECT id, upper(remark) FROM public.other; \
    CREATE FUNCTION many(mood, int DEFAULT 1, VARIADIC mood[] DEFAULT '{}') RETURNS int LANGUAGE sql AS 'SELECT 1';";

#[tokio::test]
async fn the_code_of_users_is_found() {
    for version in [Version::V15, Version::V18] {
        let server = Postgres::with(Options { version, ..Options::default() });
        execute(&server, &format!("{STRUCTURE}{USERS}")).await;
        let held = Names::of(source(&server).read(inspector(), None).await.unwrap().unwrap()).0;
        let name = |id: &u32| match *id {
            SERVERS_OWN => "server's own".to_owned(),
            id => held.function(id).map_or(format!("no {id}"), |function| function.name.clone()),
        };
        let names = |ids: Option<&Vec<u32>>| ids.into_iter().flatten().map(name).collect::<BTreeSet<_>>();
        let list = |ids: Option<&Vec<u32>>| names(ids).into_iter().collect::<Vec<_>>().join(" ");
        let behind = |operator| held.operators(None, operator).map(|found| name(&found.function)).collect::<Vec<_>>();
        assert_eq!(behind("="), ["same"]);
        let own = held.operators(None, "##").all(|found| (1..FIRST_OF_USERS).contains(&found.function));
        assert!(own, "what compares as the server does is no code of users");
        assert_eq!(behind("###"), ["server's own"]);
        assert_eq!(held.operators(Some("public"), "=").count(), 0);

        let kind = |name: &'static str| held.kinds(Some("users"), name).next().unwrap().id;
        let code = held.code();
        let made = |name| list(code.types.get(&kind(name)));
        assert_eq!((made("plain_domain"), made("checked")), (String::new(), "fits".to_owned()));
        assert_eq!(
            (made("noisy"), made("spans"), made("pair")),
            ("server's own".into(), "apart".into(), String::new())
        );
        let cast: Vec<_> = code.casts.iter().map(|cast| (cast.from, cast.to, name(&cast.function))).collect();
        assert_eq!(cast, [(25, kind("mood"), "mood_of".to_owned())]);
        assert_eq!(code.implied.iter().collect::<Vec<_>>(), [&kind("mood")]);

        let relation = |schema, name| held.named(Some(schema), name).next().unwrap().id;
        let reach = code.reach(code.rows.get(&relation("users", "holding")).copied());
        for name in ["pair", "checked", "mood", "spans"] {
            assert!(reach.contains(&kind(name)), "{name} is in values of a row");
        }
        assert!(!reach.contains(&kind("noisy")));

        let read = |name| list(code.relations.get(&relation("users", name)));
        assert_eq!((read("asking"), read("over_asking")), ("fits".to_owned(), "fits".to_owned()));
        assert_eq!((read("counting"), read("comparing")), ("server's own".to_owned(), "same".to_owned()));
        assert_eq!((read("quiet"), read("holding")), (String::new(), String::new()));
        assert!(code.relations.keys().all(|id| *id >= 16384), "nothing that came with the server");
        assert_eq!(code.reads[&relation("users", "over_asking")], [relation("users", "asking")]);
        let many = held.functions(None, "many").next().unwrap().id;
        assert_eq!(code.arguments[&many], [kind("mood")], "the others may be left out");
    }
}

/// Swapped in whatever way, a thing has another number or another stamp; done nothing to, it has the same.
#[tokio::test]
async fn what_was_swapped_has_another_stamp() {
    for version in [Version::V15, Version::V18] {
        let server = Postgres::with(Options { version, ..Options::default() });
        execute(&server, &format!("{STRUCTURE}{USERS}")).await;
        let source = source(&server);
        let stamps = async || {
            let held = Names::of(source.clone().read(inspector(), None).await.unwrap().unwrap()).0;
            let relation = |name| held.named(Some("public"), name).next().unwrap().id;
            let code = held.code();
            let relations = ["plain", "other", "customers", "defaulted"]
                .map(|name| (relation(name), code.relation_stamps[&relation(name)]));
            let tell = held.functions(Some("public"), "tell").next().unwrap().id;
            (relations, (tell, code.function_stamps[&tell]))
        };
        let mut before = stamps().await;
        execute(&server, "VACUUM FULL").await;
        execute(&server, "ANALYZE; INSERT INTO other VALUES (1, 'x'); CREATE INDEX ON other (id)").await;
        assert_eq!(stamps().await, before);
        for (change, which) in [
            (
                "CREATE OR REPLACE VIEW plain AS SELECT id, name AS number FROM customers",
                [true, false, false, false, false],
            ),
            (
                "CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
                [false, true, false, false, false],
            ),
            ("ALTER TABLE other DISABLE TRIGGER t", [false, true, false, false, false]),
            ("CREATE POLICY p ON customers USING (id = 1)", [false, false, true, false, false]),
            (
                "ALTER TABLE customers RENAME ssn TO ssn2; ALTER TABLE customers RENAME name TO ssn",
                [false, false, true, false, false],
            ),
            (
                "CREATE OR REPLACE FUNCTION tell(int) RETURNS text LANGUAGE sql AS 'SELECT NULL::text'",
                [false, false, false, true, true],
            ),
            ("ALTER FUNCTION tell(int) OWNER TO app_user", [false, false, false, false, true]),
            (
                "ALTER TABLE other RENAME TO old; CREATE TABLE other (id int, remark text)",
                [false, true, false, false, false],
            ),
        ] {
            execute(&server, change).await;
            let after = stamps().await;
            let changed: Vec<bool> = before
                .0
                .iter()
                .zip(&after.0)
                .map(|(before, after)| before != after)
                .chain([before.1 != after.1])
                .collect();
            assert_eq!(changed, which, "{change}");
            before = after;
        }
    }
}
