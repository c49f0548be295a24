//! What of a command are credentials: of its text as it was read, and of the parameters that it was bound with.

use bytes::Bytes;
use model::Credentials;

use sql::credentials::{Found, MOST, in_value};

/// The credentials of a command.
pub(super) fn of(found: Found, parameters: &[Option<Bytes>]) -> Credentials {
    let mut ranges = Vec::new();
    for (number, value) in parameters.iter().enumerate() {
        let Some(value) = value.as_deref().filter(|value| !value.is_empty()) else { continue };
        let mut own = in_value(value);
        // Past the limit, a parameter that holds one is left out whole.
        let whole = found.parameters.binary_search(&(number + 1)).is_ok() || (ranges.len() >= MOST && !own.is_empty());
        if whole {
            own.clear();
            own.push(0..value.len());
        }
        ranges.extend(own.into_iter().map(|range| (number, range)));
    }
    Credentials { text: found.text, parameters: ranges, ..Credentials::default() }
}
