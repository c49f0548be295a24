//! Lists, part by part: each part says where the next begins.

use serde::Serialize;
use utoipa::ToSchema;

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The part. It may be short, or empty, though there is more.
    pub(crate) items: Vec<T>,
    /// What `cursor` must say for the next part; without it, this is the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// Nothing more is to be said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Nothing {}

impl<T> List<T> {
    /// The same, each entry in another shape.
    pub(crate) fn into<U: From<T>>(self) -> List<U> {
        List { items: self.items.into_iter().map(U::from).collect(), next: self.next }
    }
}

/// The part of a list that is sorted by `key` which comes after `cursor`.
pub(crate) fn cut<T>(all: Vec<T>, cursor: Option<&str>, limit: u32, key: impl Fn(&T) -> String) -> List<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut items: Vec<T> = all
        .into_iter()
        .filter(|item| cursor.is_none_or(|cursor| key(item).as_str() > cursor))
        .take(limit + 1)
        .collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(key);
    List { items, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_had_whole_part_by_part() {
        let all = || ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        for limit in 1..7 {
            let (mut had, mut cursor) = (Vec::new(), None);
            loop {
                let part = cut(all(), cursor.as_deref(), limit, String::clone);
                had.extend(part.items);
                cursor = part.next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(had, all(), "by {limit}");
        }
        assert_eq!(cut(all(), Some("bb"), 9, String::clone).items, ["c", "d", "e"], "also when it is gone");
    }
}
