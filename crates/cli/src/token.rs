//! `signet token`.

use config::Config;

use crate::Terminal;
use crate::arguments::TokenCommand;
use crate::failure::Outcome;

pub(crate) fn run(_: &Config, _: TokenCommand, _: &mut Terminal) -> Outcome {
    Ok(())
}
