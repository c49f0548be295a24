//! Definitions, as servers of several versions write them.

use model::ColumnId;

use super::definition::{self, Made, Revealing};

/// A view's definition with these sources and targets.
fn query(sources: &str, targets: &str) -> String {
    format!("({{QUERY :commandType 1 :cteList <> :rtable ({sources}) :targetList ({targets}) :limitCount <>}})")
}

fn table(relation: u32) -> String {
    format!(
        "{{RANGETBLENTRY :alias <> :eref {{ALIAS :aliasname t :colnames (\"a\")}} :rtekind 0 :relid {relation} :relkind r}}"
    )
}

fn target(number: i16, expression: &str, origin: (u32, i16)) -> String {
    let (relation, column) = origin;
    format!(
        "{{TARGETENTRY :expr {expression} :resno {number} :resname x :resorigtbl {relation} :resorigcol {column} :resjunk false}}"
    )
}

fn variable(source: usize, column: i16) -> String {
    format!("{{VAR :varno {source} :varattno {column} :vartype 25 :varlevelsup 0 :location -1}}")
}

fn upper(inside: &str) -> String {
    format!("{{FUNCEXPR :funcid 871 :args ({inside}) :location 1}}")
}

fn column(relation: u32, column: i16) -> ColumnId {
    ColumnId { relation, column }
}

/// What the first column is made of.
fn first(text: &str, depends: &[ColumnId]) -> Made {
    let revealing = Revealing::from([2930]);
    definition::view(text, depends, &revealing, 1).map(|made| made[&1].clone()).unwrap_or_else(|_| Made::anything())
}

#[test]
fn a_column_that_is_shown_is_that_column() {
    let made = first(&query(&table(20_000), &target(1, &variable(1, 3), (20_000, 3))), &[]);
    assert_eq!(made, Made { from: vec![column(20_000, 3)], same: true });
}

#[test]
fn what_is_computed_is_of_its_own_columns_where_they_are_seen() {
    let sources = format!("{} {}", table(20_000), table(20_001));
    let both = format!("{} {}", upper(&variable(1, 2)), variable(2, 5));
    let depends = [column(20_000, 2), column(20_000, 9), column(20_001, 5)];
    let made = first(&query(&sources, &target(1, &upper(&both), (0, 0))), &depends);
    assert_eq!(made, Made { from: vec![column(20_000, 2), column(20_001, 5)], same: false });
    // Of a join or subquery it is not seen: then it is all that the definition names.
    let join = format!("{} {{RTE :rtekind 2 :jointype 0}}", table(20_000));
    let made = first(&query(&join, &target(1, &upper(&variable(2, 1)), (0, 0))), &depends);
    assert_eq!(made.from, [column(20_000, 2), column(20_000, 9)]);
}

#[test]
fn a_relation_within_a_subquery_is_not_taken_for_one_of_the_outermost_query() {
    let inner = format!("{{QUERY :rtable ({}) :targetList ({})}}", table(20_007), target(1, &variable(1, 4), (0, 0)));
    let sources = format!("{{RTE :rtekind 1 :subquery {inner} :lateral false}}");
    let made = first(&query(&sources, &target(1, &variable(1, 1), (0, 0))), &[column(20_007, 4)]);
    assert_eq!(made, Made { from: vec![column(20_007, 4)], same: false });
}

#[test]
fn a_row_that_is_used_whole_is_all_of_its_columns() {
    // The server notes only the column that is named beside it.
    let depends = [column(20_000, 1)];
    let made = first(&query(&table(20_000), &target(1, &upper(&variable(1, 0)), (0, 0))), &depends);
    assert_eq!(made.from, [column(20_000, 0)]);
    let made = first(&query(&table(20_000), &target(1, &variable(1, 0), (20_000, 0))), &depends);
    assert_eq!(made, Made { from: vec![column(20_000, 0)], same: false });
    let sublink = format!("{{SUBLINK :subselect {{QUERY :rtable ({}) :targetList ({})}}}}", table(20_001), {
        target(1, &upper(&variable(1, 0)), (0, 0))
    });
    let made = first(&query(&table(20_000), &target(1, &sublink, (0, 0))), &depends);
    assert_eq!(made.from, [column(20_000, 0), column(20_001, 0)]);
}

#[test]
fn code_of_users_and_code_that_shows_more_may_be_anything() {
    for id in [16_384, 2930] {
        let call = format!("{{FUNCEXPR :funcid {id} :args ({}) :location 1}}", variable(1, 2));
        let made = first(&query(&table(20_000), &target(1, &call, (0, 0))), &[]);
        assert_eq!(made.from, [ColumnId::ANYTHING, column(20_000, 2)]);
    }
    let operator = format!("{{OPEXPR :opno 16400 :opfuncid 0 :args ({})}}", variable(1, 2));
    let made = first(&query(&table(20_000), &target(1, &operator, (0, 0))), &[]);
    assert!(made.from.contains(&ColumnId::ANYTHING));
    let sources = "{RTE :rtekind 3 :functions ({RANGETBLFUNCTION :funcexpr {FUNCEXPR :funcid 16384 :args <>}})}";
    let made = first(&query(sources, &target(1, &variable(1, 1), (0, 0))), &[]);
    assert_eq!(made.from, [ColumnId::ANYTHING]);
}

#[test]
fn relations_that_came_with_the_server_are_whole_where_it_notes_nothing_of_them() {
    let sources = format!("{} {{RTE :rtekind 2 :jointype 0}}", table(1260));
    let made = first(&query(&sources, &target(1, &variable(2, 1), (0, 0))), &[]);
    assert_eq!(made.from, [column(1260, 0)]);
}

#[test]
fn names_that_look_like_fields_are_names() {
    let alias =
        "{RTE :alias {ALIAS :aliasname :relid :colnames (\":rtekind\" \"a\\ \\{VAR\")} :rtekind 0 :relid 20000}";
    let entry = format!(
        "{{TARGETENTRY :expr {} :resno 1 :resname :resorigtbl :resorigtbl 0 :resjunk false}}",
        upper(&variable(1, 2))
    );
    let made = first(&query(alias, &entry), &[]);
    assert_eq!(made, Made { from: vec![column(20_000, 2)], same: false });
}

#[test]
fn what_cannot_be_read_may_be_anything() {
    let good = query(&table(20_000), &target(1, &variable(1, 3), (20_000, 3)));
    assert_ne!(first(&good, &[]), Made::anything());
    for at in 1..good.len() {
        let cut = good.get(..at).unwrap();
        assert_eq!(first(cut, &[]), Made::anything(), "{cut}");
    }
    let two = good.replace("})", &format!("}} {}", good.trim_start_matches('(')));
    for bad in [two, good.replace(":resno 1", ":resno one"), "(".repeat(1 << 20), "{A :b ".repeat(1 << 18)] {
        assert_eq!(first(&bad, &[]), Made::anything());
    }
}
