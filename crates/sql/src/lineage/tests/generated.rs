//! Queries made at random, each with the columns that flow into its result by the way it was made.

use std::collections::BTreeSet;
use std::fmt::Write;

use model::{ColumnId, Derived};

use super::{TABLES, catalogue};
use crate::lineage;

type Sources = BTreeSet<ColumnId>;

/// A column that can be named: how, and what flows into it.
#[derive(Clone)]
struct Known {
    text: String,
    sources: Sources,
}

struct Maker {
    seed: u64,
    names: usize,
}

impl Maker {
    fn below(&mut self, bound: usize) -> usize {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        usize::try_from(self.seed % bound as u64).unwrap()
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("n{}", self.names)
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let at = self.below(of.len());
        &of[at]
    }

    /// A query with so many columns, which may name those of `outer`. Its columns are named.
    fn query(&mut self, width: usize, depth: usize, outer: &[Known]) -> (String, Vec<Known>) {
        if depth > 0 && self.below(6) == 0 {
            let (left, mut outputs) = self.query(width, depth - 1, outer);
            let (right, others) = self.query(width, depth - 1, outer);
            outputs.iter_mut().zip(others).for_each(|(one, other)| one.sources.extend(other.sources));
            let word = *self.one(&["UNION", "UNION ALL", "EXCEPT", "INTERSECT"]);
            return (format!("({left}) {word} ({right})"), outputs);
        }
        let mut with = String::new();
        let mut items = Vec::new();
        // Columns, and rows with all that flows into any of their columns.
        let (mut columns, mut rows) = (outer.to_vec(), Vec::new());
        for at in 0..=self.below(2) {
            let alias = self.name();
            let lateral = at > 0 && self.below(3) == 0;
            let (item, own) = match self.below(if depth > 0 { 3 } else { 1 }) {
                0 => {
                    let (id, _, table, names) = TABLES[self.below(3)];
                    let number = |at: usize| ColumnId { relation: id, column: i16::try_from(at + 1).unwrap() };
                    let own = names
                        .iter()
                        .enumerate()
                        .map(|(at, name)| Known { text: (*name).to_owned(), sources: [number(at)].into() });
                    (format!("{table} {alias}"), own.collect::<Vec<_>>())
                }
                1 => {
                    let seen = if lateral { columns.clone() } else { outer.to_vec() };
                    let width = 1 + self.below(3);
                    let (query, own) = self.query(width, depth - 1, &seen);
                    (format!("{}({query}) {alias}", if lateral { "LATERAL " } else { "" }), own)
                }
                _ => {
                    let (name, width) = (self.name(), 1 + self.below(3));
                    let (query, own) = self.query(width, depth - 1, outer);
                    let word = if with.is_empty() { "WITH" } else { "," };
                    write!(with, "{word} {name} AS ({query}) ").unwrap();
                    (format!("{name} {alias}"), own)
                }
            };
            items.push(item);
            rows.push(Known {
                text: alias.clone(),
                sources: own.iter().flat_map(|known| known.sources.clone()).collect(),
            });
            columns.extend(own.into_iter().map(|known| Known { text: format!("{alias}.{}", known.text), ..known }));
        }
        let (mut targets, mut outputs) = (Vec::new(), Vec::new());
        for _ in 0..width {
            let value = self.value(depth, &columns, &rows);
            let name = self.name();
            targets.push(format!("{} AS {name}", value.text));
            outputs.push(Known { text: name, sources: value.sources });
        }
        let condition =
            if self.below(3) == 0 { format!(" WHERE {} = 'x'", self.one(&columns).text) } else { String::new() };
        let from = items.join(*self.one(&[", ", " CROSS JOIN "]));
        (format!("{with}SELECT {} FROM {from}{condition}", targets.join(", ")), outputs)
    }

    fn value(&mut self, depth: usize, columns: &[Known], rows: &[Known]) -> Known {
        let kind = self.below(if depth > 0 { 15 } else { 4 });
        let with = |text: String, parts: &[&Known]| Known {
            text,
            sources: parts.iter().flat_map(|part| part.sources.clone()).collect(),
        };
        match kind {
            0..=2 => self.one(columns).clone(),
            3 => Known { text: "'c'".to_owned(), sources: Sources::new() },
            4 => {
                let row = self.one(rows).clone();
                let form = *self.one(&["row_to_json(@)", "@::text", "to_jsonb(@)->>'a'", "@"]);
                Known { text: form.replace('@', &row.text), ..row }
            }
            5 => {
                let (query, outputs) = self.query(1, depth - 1, columns);
                Known { text: format!("({query})"), sources: outputs[0].sources.clone() }
            }
            6 => {
                let (query, outputs) = self.query(1, depth - 1, columns);
                Known { text: format!("ARRAY({query})"), sources: outputs[0].sources.clone() }
            }
            _ => {
                let (a, b) = (self.value(depth - 1, columns, rows), self.value(depth - 1, columns, rows));
                let both = [
                    "(@ || #)",
                    "coalesce(@, #)",
                    "nullif(@, #)",
                    "CASE WHEN @ = 'x' THEN # ELSE 'y' END",
                    "CASE @ WHEN 'x' THEN # END",
                    "concat(@, upper(#))",
                    "ARRAY[@, #]",
                    "string_agg(@, ',' ORDER BY #)",
                    "max(@) OVER (PARTITION BY #)",
                    "count(@) FILTER (WHERE # > 'x')",
                    "(ROW(@, #)::text)",
                    "JSON_OBJECT('a': @, 'b': #)",
                    "(@ IN (#, 'x'))",
                    "(ARRAY[@])[#::int]",
                    "greatest(@, # COLLATE \"C\")",
                ];
                let form = *self.one(&both);
                with(form.replace('@', &a.text).replace('#', &b.text), &[&a, &b])
            }
        }
    }
}

#[test]
fn no_output_lacks_a_source_that_flows_into_it() {
    let catalogue = catalogue();
    let (mut exact, mut read) = (0, 0);
    for seed in 1..=2000_u64 {
        let mut maker = Maker { seed: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, names: 0 };
        let (depth, width) = (maker.below(4), 1 + maker.below(3));
        let (text, expected) = maker.query(width, depth, &[]);
        let found = lineage(&text, &catalogue);
        // The grammar's caps leave the deepest out.
        if !found.known {
            continue;
        }
        read += 1;
        let outputs = found.outputs.unwrap_or_else(|| panic!("seed {seed}: {text}"));
        assert_eq!(outputs.len(), expected.len(), "seed {seed}: {text}");
        assert!(!found.runs_unknown, "seed {seed}: {text}");
        for (output, expected) in outputs.iter().zip(&expected) {
            assert_ne!(output.how, Derived::Unknown, "seed {seed}: {text}");
            let holds = |source: &ColumnId| {
                output.sources.contains(source) || output.sources.contains(&ColumnId { column: 0, ..*source })
            };
            let lacks: Vec<_> = expected.sources.iter().filter(|source| !holds(source)).collect();
            assert!(lacks.is_empty(), "seed {seed}: {} lacks {lacks:?} in {text}", expected.text);
            exact += usize::from(output.sources.iter().copied().collect::<Sources>() == expected.sources);
        }
    }
    assert!(read > 1700, "only {read} of 2000 queries were read");
    assert!(exact > read, "only {exact} outputs have the very sources that flow into them");
}
