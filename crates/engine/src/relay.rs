//! relay: from here on the stream's commands are decided as they come, until one side ends the conversation.

use std::sync::Arc;

use crate::fault::Cause;
use crate::house::Premises;
use crate::metrics::Metrics;
use crate::pump::{Pump, Turn};

/// Pumps to the end. `connect` has given the pump its target; the stream signs in to it and becomes ready on its own.
pub(crate) async fn relay(pump: &mut Pump, premises: &Arc<Premises>) -> Cause {
    let _counted = Counted::new(&premises.house.metrics);
    match pump.next().await {
        Turn::Ended(cause) => cause,
        Turn::Challenge(..) | Turn::Identify(..) => {
            pump.broken("a stream asked for an identity in a live session").await
        }
        Turn::Connect(..) => pump.broken("a stream asked to connect twice").await,
    }
}

/// Counts a live session, also when its task panics.
struct Counted<'a>(&'a Metrics);

impl<'a> Counted<'a> {
    fn new(metrics: &'a Metrics) -> Self {
        metrics.sessions.inc();
        Self(metrics)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.sessions.dec();
    }
}
