//! What a target said, as it may be shown.

use model::Secret;

/// The longest that is shown.
const LONGEST: usize = 300;
/// In the place of a secret.
const MARK: &str = "[secret]";

/// Text of a target without control characters, not too long, and without the secret wherever it repeats it.
pub(crate) fn clean(text: &str, secret: Option<&Secret>) -> String {
    let known = secret.and_then(|secret| secret.reveal_str().ok()).filter(|secret| !secret.is_empty());
    let text = known.map_or_else(|| text.to_owned(), |known| text.replace(known, MARK));
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let end = plain.floor_char_boundary(LONGEST);
    if end < plain.len() { format!("{} ...", plain.split_at(end).0) } else { plain }
}
