//! The whole life of a session, top to bottom. Each step pumps the stream until it asks that step's question.
//!
//! A question that cannot be answered yes ends the session early. `seal` closes its records all the same: the supervisor in
//! `gateway.rs` that started this task calls it with whatever came of it, a panic included.

use std::sync::Arc;

use ports::Verified;

use crate::accept::{Accepted, Stranger};
use crate::authorise::{Shared, authorise};
use crate::connect::connect;
use crate::fault::Cause;
use crate::house::Premises;
use crate::identify::identify;
use crate::pump::Pump;
use crate::relay::relay;
use crate::streams;

/// accept -> identify -> authorise -> connect -> relay. The supervisor seals.
pub(crate) async fn run(stranger: Stranger, premises: Arc<Premises>) -> Cause {
    match stranger.accept(&premises).await {
        Ok(Accepted::Stream(pump)) => stream(*pump, None, &Shared::default(), &premises).await,
        Ok(Accepted::Many(many)) => streams::run(*many, premises).await,
        Err(cause) => cause,
    }
}

/// The life of one stream. Those of one session share the permit.
pub(crate) async fn stream(pump: Pump, verified: Option<Verified>, permit: &Shared, premises: &Arc<Premises>) -> Cause {
    match steps(pump, verified, permit, premises).await {
        Ok(cause) | Err(cause) => cause,
    }
}

async fn steps(
    mut pump: Pump,
    verified: Option<Verified>,
    permit: &Shared,
    premises: &Arc<Premises>,
) -> Result<Cause, Cause> {
    let identified = identify(&mut pump, verified, premises).await?;
    let admitted = authorise(&mut pump, identified, permit, premises).await?;
    connect(&mut pump, admitted, premises).await?;
    Ok(relay(&mut pump, premises).await)
}
