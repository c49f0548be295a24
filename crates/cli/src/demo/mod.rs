//! `signet demo`: a throw-away PostgreSQL with made-up data, a gateway in front of it, and people who work through it. All of it
//! lives in one temporary folder and on the loopback address, and goes at the end.

mod hands_on;
mod house;
mod patience;
mod people;
mod postgres;
mod process;
mod screen;
mod target;
#[cfg(test)]
mod tests;
mod tour;

use std::time::Instant;

use crate::Terminal;
use crate::arguments::DemoArguments;
use crate::failure::Outcome;
use house::House;
use screen::Screen;

pub(crate) fn run(arguments: &DemoArguments, terminal: &mut Terminal) -> Outcome {
    let began = Instant::now();
    let mut screen = Screen::new(terminal);
    let mut house = House::build(&mut screen)?;
    if arguments.tour { tour::run(&mut house, &mut screen, began) } else { hands_on::run(&mut house, &mut screen) }
}
