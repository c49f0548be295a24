//! The tour: what Signet promises, one promise a step. Each step checks what it tells.

mod held;
mod killed;
mod masked;
mod refused;
mod tampered;
mod touched;

use std::time::Instant;

use super::house::House;
use super::people::{Approver, User};
use super::screen::Screen;
use crate::failure::Outcome;

/// Who is in it.
struct Cast {
    ada: User,
    grace: Approver,
    till: User,
}

pub(super) fn run(house: &mut House, screen: &mut Screen<'_>, began: Instant) -> Outcome {
    let cast =
        Cast { ada: User::new("ada", house)?, grace: Approver::new("grace", house)?, till: User::new("till", house)? };
    masked::show(house, &cast, screen)?;
    refused::show(house, &cast, screen)?;
    held::show(house, &cast, screen)?;
    touched::show(house, screen)?;
    killed::show(house, &cast, screen)?;
    tampered::show(house, screen)?;
    house.close();
    screen.title("That was all of it", "The database and the gateway are ended, and their folder goes.")?;
    screen.claim(true, &format!("Everything was as told, in {} seconds.", began.elapsed().as_secs()))
}
