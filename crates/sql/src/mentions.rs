//! What a text names, for finding it again in the evidence. It errs to one side: a column may be said to be named that only
//! looks like one.

use std::collections::{BTreeMap, BTreeSet};

use model::{Mentions, Name};

use crate::full::find;
use crate::lexer::{Kind, Lexer, Token};
use crate::parsed::with_tree;

/// Statements whose text does not say what they run.
const ELSEWHERE: [&str; 4] = ["DoStmt", "ExecuteStmt", "CallStmt", "FetchStmt"];

/// What the text of a command names. What the functions do that it calls is not in it.
pub fn mentions(text: &[u8]) -> Mentions {
    let found = str::from_utf8(text).ok().and_then(|text| {
        with_tree(text, |tree| {
            let of_queries = tree.statements().into_iter().filter_map(find).flat_map(|found| found.reading.relations);
            let summary = pg_query::summary(text, 0, -1).ok()?;
            let relations: BTreeSet<Name> = of_queries.chain(summary.tables.iter().map(named)).collect();
            let known = !summary.statement_types.iter().any(|kind| ELSEWHERE.contains(&kind.as_str()));
            let rows =
                relations.iter().map(|relation| relation.name.clone()).chain(summary.aliases.keys().cloned()).collect();
            Some(said(
                text,
                Mentions { known, relations: relations.into_iter().collect(), ..Mentions::default() },
                &rows,
            ))
        })
    });
    found.flatten().unwrap_or_default()
}

fn named(table: &pg_query::Table) -> Name {
    let schema = (!table.schema_name.is_empty()).then(|| table.schema_name.clone());
    Name { schema, name: table.table_name.clone() }
}

/// With the columns that the words of the text can be; `rows` are the names that a whole row goes by.
fn said(text: &str, mut mentions: Mentions, rows: &BTreeSet<String>) -> Mentions {
    let tokens: Vec<Token<'_>> = Lexer::new(text.as_bytes(), true).flatten().collect();
    let names: BTreeMap<usize, String> =
        tokens.iter().enumerate().filter_map(|(at, token)| Some((at, identifier(token)?))).collect();
    let is =
        |at: Option<usize>, symbol: u8| at.and_then(|at| tokens.get(at)).is_some_and(|token| token.is_symbol(symbol));
    let word =
        |at: Option<usize>, words: &[&str]| at.and_then(|at| tokens.get(at)).is_some_and(|token| token.is_any(words));
    for (at, token) in tokens.iter().enumerate() {
        let (before, after) = (at.checked_sub(1), at.checked_add(1));
        let star = token.kind == Kind::Operator && token.text == b"*" && !(is(before, b'(') && is(after, b')'));
        // The name of a relation stands before the one that it is given.
        let given = before.and_then(|before| names.get(&before)).is_some_and(|name| rows.contains(name));
        let row = names.get(&at).is_some_and(|name| rows.contains(name))
            && !given
            && !is(after, b'.')
            && !word(before, &["FROM", "JOIN", "UPDATE", "INTO", "TABLE", "ONLY", "AS", "USING", "COPY", "ON"]);
        mentions.all_columns |= star || row;
    }
    let whole = |words: &[&str]| tokens.first().is_some_and(|token| token.is_any(words));
    let listed = tokens.iter().any(|token| token.is_symbol(b'('));
    mentions.all_columns |=
        whole(&["TABLE", "TRUNCATE", "DROP", "DELETE"]) || (whole(&["INSERT", "COPY"]) && !is_list(&tokens));
    mentions.all_columns |= whole(&["COPY"]) && !listed;
    mentions.columns = names.into_values().collect::<BTreeSet<_>>().into_iter().collect();
    mentions
}

/// Whether the relation behind INSERT INTO or COPY has a list of columns.
fn is_list(tokens: &[Token<'_>]) -> bool {
    let stop =
        tokens.iter().position(|token| token.is_any(&["VALUES", "SELECT", "TO", "FROM", "DEFAULT", "WITH", "TABLE"]));
    let head = tokens.get(..stop.unwrap_or(tokens.len())).unwrap_or_default();
    head.iter().any(|token| token.is_symbol(b'('))
}

/// A word or a quoted name, as the server compares it.
fn identifier(token: &Token<'_>) -> Option<String> {
    let text = str::from_utf8(token.text).ok()?;
    match token.kind {
        Kind::Word => Some(text.to_ascii_lowercase()),
        Kind::Quoted => {
            let inside = text.strip_prefix('"')?.strip_suffix('"')?;
            Some(inside.replace("\"\"", "\""))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::mentions;

    fn told(text: &str) -> (Vec<String>, bool) {
        let found = mentions(text.as_bytes());
        assert!(found.known, "{text}");
        (found.relations.iter().map(ToString::to_string).collect(), found.all_columns)
    }

    #[test]
    fn relations_are_those_of_the_text_and_not_those_it_makes_itself() {
        assert_eq!(told("SELECT 'kept' AS word"), (vec![], false));
        assert_eq!(told("WITH kept AS (SELECT 1 AS one) SELECT one FROM kept").0, Vec::<String>::new());
        assert_eq!(told("WITH kept AS (SELECT word FROM kept) SELECT word FROM kept").0, ["kept"]);
        assert_eq!(told("SELECT a FROM s.one JOIN \"Two\" USING (a)").0, ["Two", "s.one"]);
        assert_eq!(told("TRUNCATE one, two"), (vec!["one".to_owned(), "two".to_owned()], true));
        assert_eq!(told("UPDATE one SET a = (SELECT b FROM two)").0, ["one", "two"]);
        assert_eq!(told("ALTER TABLE one ADD a int").0, ["one"]);
        assert_eq!(told("SELECT f(1), count(*) FROM one").0, ["one"]);
    }

    #[test]
    fn all_columns_are_named_by_a_star_or_a_row() {
        for text in [
            "SELECT * FROM one",
            "SELECT o.* FROM one o",
            "SELECT o FROM one o",
            "SELECT row_to_json(one) FROM one",
            "INSERT INTO one VALUES (1)",
            "COPY one TO STDOUT",
            "TABLE one",
            "DELETE FROM one",
        ] {
            assert!(told(text).1, "{text}");
        }
        for text in [
            "SELECT count(*) FROM one",
            "SELECT o.a FROM one o",
            "INSERT INTO one (a) VALUES (1)",
            "COPY one (a) TO STDOUT",
        ] {
            assert!(!told(text).1, "{text}");
        }
    }

    #[test]
    fn columns_are_all_words_and_what_runs_elsewhere_is_not_known() {
        let found = mentions(b"SELECT Ssn, \"Odd\" FROM one");
        assert!(found.columns.contains(&"ssn".to_owned()) && found.columns.contains(&"Odd".to_owned()));
        for text in ["DO $$ BEGIN END $$", "EXECUTE p", "FETCH c", "no sql", "CALL p()"] {
            assert!(!mentions(text.as_bytes()).known, "{text}");
        }
    }
}
