//! What the names in a command stand for, by what the database holds.

use model::code::Object;
use model::{Action, Catalogue, Certainty, Facts, Verb};
use sql::lexer::reads_one_way;

/// The command with the verb that it has there. One whose text is not read for certain may name any code of users.
pub(crate) fn resolve(action: Action, catalogue: &Catalogue, shadowed: bool) -> Action {
    let (mut verb, mut resolved) = (action.verb, !shadowed);
    for (at, text) in texts(&action).enumerate() {
        let certain = action.certainty == Certainty::Full || reads_one_way(text);
        let of_text =
            str::from_utf8(text).ok().filter(|_| certain).map(|text| sql::resolve(text, action.verb, catalogue));
        let of_text = of_text.unwrap_or(sql::Resolved { verb: sql::may_call(action.verb), resolved: false });
        resolved &= of_text.resolved;
        verb = if at == 0 { of_text.verb } else { verb.max(of_text.verb) };
    }
    // What the text does not name is not judged by it.
    let verb = if action.facts.typed { sql::may_call(verb) } else { verb };
    // Things of its own may stand for what is better by what everybody sees.
    let verb = if shadowed { verb.max(action.verb) } else { verb };
    let resolved = resolved && !matches!(verb, Verb::Unknown);
    Action { verb, facts: Facts { resolved, ..action.facts }, ..action }
}

/// All that the names in a command may stand for.
pub(crate) fn objects(action: &Action, catalogue: &Catalogue) -> Vec<Object> {
    let mut objects: Vec<Object> =
        texts(action).flat_map(|text| sql::objects(&String::from_utf8_lossy(text), catalogue)).collect();
    objects.sort_unstable();
    objects.dedup();
    objects
}

/// Its own text, and the one that runs where that has only a name for it.
fn texts(action: &Action) -> impl Iterator<Item = &[u8]> {
    std::iter::once(action.text.as_ref()).chain(action.behind.as_deref())
}

#[cfg(test)]
mod tests {
    use model::Function;

    use super::*;

    fn catalogue(version: u64) -> Catalogue {
        let upper = Function {
            id: 20_000,
            schema: "public".to_owned(),
            name: "upper".to_owned(),
            language: "plpgsql".to_owned(),
            volatility: model::Volatility::Volatile,
            definer: false,
            built_in: false,
            labels: Vec::new(),
        };
        Catalogue::new(version, 18, Vec::new(), vec![upper], Vec::new())
    }

    fn read(text: &str) -> Action {
        let mut action = crate::offline::read(text.as_bytes()).remove(0);
        action.text = text.to_owned().into();
        action
    }

    #[test]
    fn a_namesake_of_users_makes_a_call_also_behind_a_name() {
        let catalogue = catalogue(7_001);
        let named = resolve(read("SELECT upper('x')"), &catalogue, false);
        assert_eq!((named.verb, named.facts.resolved), (Verb::Call, true));
        let other = resolve(read("SELECT lower('x')"), &catalogue, false);
        assert_eq!((other.verb, other.facts.resolved), (Verb::Read, true));
        let shadowed = resolve(read("SELECT lower('x')"), &catalogue, true);
        assert_eq!((shadowed.verb, shadowed.facts.resolved), (Verb::Read, false));
        let mut behind = read("SELECT lower('x')");
        behind.behind = Some("SELECT upper('x')".into());
        assert_eq!(resolve(behind, &catalogue, false).verb, Verb::Call);
    }

    #[test]
    fn what_is_not_read_for_certain_may_call_anything() {
        let unsure = Action { certainty: Certainty::Lexed, ..read(r"SELECT 'a\' || lower('x')") };
        let unsure = Action { verb: Verb::Read, text: r"SELECT 'a\', lower(' x')".into(), ..unsure };
        let found = resolve(unsure, &catalogue(7_002), false);
        assert_eq!((found.verb, found.facts.resolved), (Verb::Call, false));
    }
}
