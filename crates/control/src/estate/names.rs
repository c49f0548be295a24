//! What may be a name. Names are compared byte by byte, so none may look like another by what cannot be seen.

use model::{Login, PrincipalId};

use crate::Error;

/// The longest name, in bytes.
const LONGEST: usize = 128;
/// The longest value in a record.
const DETAIL: usize = 4096;

/// Checks the name of a group, an issuer or the like.
pub(super) fn check(what: &str, name: &str) -> Result<(), Error> {
    let hidden = |c: char| c.is_control() || is_invisible(c);
    let fit = (1..=LONGEST).contains(&name.len())
        && !name.chars().any(hidden)
        && name.trim() == name
        // Elsewhere a star stands for all.
        && !name.contains('*');
    let rule =
        format!("{what} is 1 to {LONGEST} bytes, without a star, control or invisible characters, or space around it");
    if fit { Ok(()) } else { Err(Error::Invalid(rule)) }
}

/// Checks the key of a person: what they type at sign-in, when they are of this gateway.
pub(super) fn check_person(id: &PrincipalId) -> Result<(), Error> {
    check("an issuer", &id.issuer)?;
    check("a subject", &id.subject)?;
    let typed = Login::parse(&id.subject).is_ok_and(|login| login.account.is_none());
    if typed && !id.subject.contains('/') {
        return Ok(());
    }
    Err(Error::Invalid("a person's name holds no + and no /: they separate it from what stands beside it".to_owned()))
}

/// A value as it stands in a record.
pub(super) fn cut(value: &str) -> String {
    if value.len() <= DETAIL {
        return value.to_owned();
    }
    let mark = " (cut)";
    let end = value.floor_char_boundary(DETAIL.saturating_sub(mark.len()));
    format!("{}{mark}", value.split_at(end).0)
}

/// Characters without a shape of their own: they turn, join or hide others.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}
