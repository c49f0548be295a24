//! The tables of docs/policy.md, made from what the program uses.

use std::fmt::Write;

use cedar_policy::Effect;

use crate::annotations::ANNOTATIONS;
use crate::attributes::ATTRIBUTES;
use crate::packs::PACKS;
use crate::schema::schema_text;

/// The generated part of docs/policy.md.
pub fn reference() -> String {
    let mut page =
        String::from("### Annotations\n\n| annotation | before | value | meaning | several |\n|---|---|---|---|---|\n");
    for about in &ANNOTATIONS {
        let on = match about.on {
            None => "both",
            Some(Effect::Permit) => "permit",
            Some(Effect::Forbid) => "forbid",
        };
        let _ =
            writeln!(page, "| `@{}` | {on} | {} | {} | {} |", about.name, about.value, about.meaning, about.several);
    }
    page.push_str("\n### Context\n\n| value | type | meaning |\n|---|---|---|\n");
    for about in &ATTRIBUTES {
        let path = if about.of_statement { "context.statement." } else { "context." };
        let maybe = if about.optional { ", may be missing" } else { "" };
        let _ = writeln!(page, "| `{path}{}` | {}{maybe} | {} |", about.name, about.kind, about.meaning);
    }
    page.push_str("\n### Packs\n\n| pack | what it does |\n|---|---|\n");
    for pack in &PACKS {
        let _ = writeln!(page, "| `{}` | {} |", pack.name, pack.about);
    }
    let _ = write!(page, "\n### Schema\n\n```cedarschema\n{}```\n", schema_text());
    page
}
