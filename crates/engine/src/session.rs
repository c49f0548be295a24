//! The whole life of a session, top to bottom. Each step pumps the stream until it asks that step's question.
//!
//! A question that cannot be answered yes ends the session early. `seal` closes its records all the same: the supervisor in
//! `gateway.rs` that started this task calls it with whatever came of it, a panic included.

use std::sync::Arc;

use crate::accept::{Accepted, Stranger};
use crate::authorise::authorise;
use crate::connect::connect;
use crate::fault::Cause;
use crate::house::Premises;
use crate::identify::identify;
use crate::relay::relay;

/// accept -> identify -> authorise -> connect -> relay. The supervisor seals.
pub(crate) async fn run(stranger: Stranger, premises: Arc<Premises>) -> Cause {
    match steps(stranger, &premises).await {
        Ok(cause) | Err(cause) => cause,
    }
}

async fn steps(stranger: Stranger, premises: &Arc<Premises>) -> Result<Cause, Cause> {
    let Accepted { mut pump, verified, counted: _counted } = stranger.accept(premises).await?;
    let identified = identify(&mut pump, verified, premises).await?;
    let admitted = authorise(&mut pump, identified, premises).await?;
    connect(&mut pump, admitted, premises).await?;
    Ok(relay(&mut pump, premises).await)
}
