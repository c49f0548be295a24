//! Where what a command shows comes from.

use model::{Action, Catalogue, Certainty, Lineage};
use sql::lexer::reads_one_way;

/// The lineage of a command's text. Where it is not certain how the session reads the text, it is known only of a text that
/// reads the same in all ways.
pub(crate) fn lineage(action: &Action, catalogue: &Catalogue) -> Lineage {
    let certain = match action.certainty {
        Certainty::Opaque => false,
        Certainty::Lexed => action.text.is_ascii() && reads_one_way(&action.text),
        Certainty::Full => true,
    };
    match str::from_utf8(&action.text) {
        Ok(text) if certain => sql::lineage(text, catalogue),
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
    fn a_text_that_may_be_read_in_two_ways_is_not_known() {
        assert!(known("SELECT 'a\\' || ssn --'", Certainty::Full));
        assert!(!known("SELECT 'a\\' || ssn --'", Certainty::Lexed));
        assert!(known("SELECT E'a\\n', 'b\\c'", Certainty::Lexed));
        assert!(known("SELECT 'ä'", Certainty::Full) && !known("SELECT 'ä'", Certainty::Lexed));
        assert!(known("SELECT 1", Certainty::Lexed) && !known("SELECT 1", Certainty::Opaque));
    }
}
