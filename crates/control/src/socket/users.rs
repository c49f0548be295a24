//! Names of users, as the machine's own list has them.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};

/// What is read of the list at most.
const LONGEST: u64 = 4 << 20;

/// The name of a user; none when the machine's own list (`/etc/passwd`) has none.
pub fn name_of(uid: u32) -> Option<String> {
    let list = File::open("/etc/passwd").ok()?;
    find(BufReader::new(list.take(LONGEST)), uid)
}

/// Lines are `name:password:uid:...`.
pub(super) fn find(list: impl BufRead, uid: u32) -> Option<String> {
    let named = |line: String| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        let good = number.parse() == Ok(uid) && !name.is_empty() && !name.contains(char::is_control);
        good.then(|| name.to_owned())
    };
    list.lines().map_while(Result::ok).find_map(named)
}
