//! Labels that somebody put on columns, relations and functions at the target.

/// Labels of one thing.
const MOST: usize = 32;
/// The longest, in bytes.
const LONGEST: usize = 128;

/// Those of a comment: `signet: pii, card` at the beginning of a line.
pub(super) fn of_comment(comment: &str) -> Vec<String> {
    let lines = comment.lines().filter_map(|line| line.strip_prefix("signet:"));
    lines.flat_map(words).take(MOST).collect()
}

/// Those of a security label: of the provider `signet` as in a comment; of another its name and the first word,
/// `anon:MASKED`.
pub(super) fn of_security_label(provider: &str, label: &str) -> Vec<String> {
    if provider == "signet" {
        return words(label).take(MOST).collect();
    }
    let first = label.split_whitespace().next().unwrap_or_default();
    Some(format!("{provider}:{first}")).filter(|label| good(label)).into_iter().collect()
}

fn words(list: &str) -> impl Iterator<Item = String> {
    list.split(',').map(str::trim).filter(|word| good(word)).map(str::to_owned)
}

fn good(label: &str) -> bool {
    (1..=LONGEST).contains(&label.len()) && !label.chars().any(|c| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_holds_labels_where_a_line_begins_so() {
        let comment = "The number on the card.\nsignet: pii, card,,two words\nsee signet: other\nsignet:late";
        assert_eq!(of_comment(comment), ["pii", "card", "late"]);
        assert!(of_comment("Signet: pii").is_empty());
        assert_eq!(of_comment(&format!("signet: {}", "a,".repeat(1000))).len(), MOST);
    }

    #[test]
    fn a_security_label_of_another_provider_carries_its_name() {
        assert_eq!(of_security_label("signet", "pii,card"), ["pii", "card"]);
        assert_eq!(of_security_label("anon", "MASKED WITH FUNCTION anon.fake_name()"), ["anon:MASKED"]);
        assert!(of_security_label("anon", "").iter().all(|label| label == "anon:"));
    }
}
