//! Where what a command shows comes from.

use model::{Action, Catalogue, Certainty, Lineage};
use sql::lexer::reads_one_way;

/// The lineage of a command's text, and of the text behind it where it has only a name for that. Where it is not certain how
/// the session reads a text, it is known only of one that reads the same in all ways. What is behind was read earlier, when
/// settings may have been others.
pub(crate) fn lineage(action: &Action, catalogue: &Catalogue) -> Lineage {
    let one_way = |text: &[u8]| text.is_ascii() && reads_one_way(text);
    let certain = match action.certainty {
        Certainty::Opaque => false,
        Certainty::Lexed => one_way(&action.text),
        Certainty::Full => true,
    };
    let behind = action.behind.as_deref().filter(|behind| one_way(behind)).map(str::from_utf8);
    match (str::from_utf8(&action.text), behind) {
        (Ok(text), Some(Ok(behind))) if certain => sql::lineage_behind(text, behind, catalogue),
        (Ok(text), _) if certain => sql::lineage(text, catalogue),
        _ => Lineage::unknown(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str, certainty: Certainty) -> bool {
        let action = crate::offline::read(b"SELECT 1").remove(0);
        let action = Action { certainty, text: text.to_owned().into(), ..action };
        lineage(&action, &Catalogue::default()).known
    }

    #[test]
    fn what_has_only_a_name_is_read_by_the_text_behind_it() {
        let of = |text: &'static str, behind: Option<&'static str>| {
            let action = crate::offline::read(text.as_bytes()).remove(0);
            let action = Action { behind: behind.map(|behind| behind.as_bytes().into()), ..action };
            lineage(&action, &Catalogue::default())
        };
        for (text, behind) in [
            ("EXECUTE p (1)", "PREPARE p AS SELECT 1, 2"),
            ("FETCH ALL FROM c", "DECLARE c CURSOR FOR SELECT 1, 2"),
            ("EXECUTE p", "SELECT 1, 2"),
        ] {
            assert_eq!(of(text, Some(behind)).outputs.map(|outputs| outputs.len()), Some(2), "{text}");
            assert!(!of(text, None).known, "{text}");
        }
        for behind in
            ["PREPARE p AS SELECT 'ä'", "PREPARE p AS SELECT 'a\\'' || ssn --'", "SELECT 1; SELECT 2", "EXECUTE p"]
        {
            assert!(!of("EXECUTE p", Some(behind)).known, "{behind}");
        }
    }

    #[test]
    fn a_text_that_may_be_read_in_two_ways_is_not_known() {
        assert!(known("SELECT 'a\\' || ssn --'", Certainty::Full));
        assert!(!known("SELECT 'a\\' || ssn --'", Certainty::Lexed));
        assert!(known("SELECT E'a\\n', 'b\\c'", Certainty::Lexed));
        assert!(known("SELECT 'ä'", Certainty::Full) && !known("SELECT 'ä'", Certainty::Lexed));
        assert!(known("SELECT 1", Certainty::Lexed) && !known("SELECT 1", Certainty::Opaque));
    }
}
