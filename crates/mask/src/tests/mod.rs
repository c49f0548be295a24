//! What masks make of commands.

mod attacks;
mod explaining;
mod house;
mod refusing;
mod resolving;
mod showing;
mod spoken;
