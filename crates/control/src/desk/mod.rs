//! The desk: where held commands wait for people. The engine hands them in, and is told how the waiting ended.
//!
//! What counts is the row of the request. Each waiting command is a task that looks at its row whenever something changed, and
//! that is the only one to use the approval: by compare-and-swap, once. A gateway that stops or crashes uses nothing: what its
//! sessions waited for is void at its next start.

mod hold;
#[cfg(test)]
mod tests;
mod told;

use std::time::Duration;

use model::{Public, Verb};
use ports::{Approvals, Held, HoldEnd, HoldRequest};
use tokio::sync::oneshot;

use crate::Control;

/// How often a client is told again: below the idle times of common balancers.
const REPEAT: Duration = Duration::from_secs(30);
/// The longest command that can be approved, with its parameters and its message: nobody reads more.
const LONGEST: usize = 1 << 20;

/// Where held commands wait.
pub struct Desk {
    control: Control,
}

impl Control {
    /// The desk of this gateway.
    pub fn desk(&self) -> Desk {
        Desk { control: self.clone() }
    }
}

impl Approvals for Desk {
    fn hold(&self, asked: HoldRequest, notice: Public) -> Result<Held, Public> {
        if self.control.parts.journal.failed() {
            return Err(Public::journal_down());
        }
        if asked.terms.requirements.is_empty() {
            return Err(told::nobody());
        }
        // Marks have their place in `ALTER ROLE x PASSWORD ...`; in code, they would hide what it does.
        if asked.left_out && asked.action.verb != Verb::Grant {
            return Err(told::hidden());
        }
        if asked.binary {
            return Err(told::binary());
        }
        if length(&asked) > LONGEST {
            return Err(told::too_long());
        }
        let notice = told::notice(&asked, notice);
        let (waits, left) = oneshot::channel::<()>();
        let (ended, end) = oneshot::channel();
        let control = self.control.clone();
        engine::spawn(async move {
            let how = control.hold(asked, left).await;
            // Whoever waited may have left.
            let _ = ended.send(how);
        });
        let end = async move {
            // Dropped with this future, which tells the task that nobody waits any more.
            let _waits = waits;
            end.await.unwrap_or_else(|_| HoldEnd::Rejected { by: Vec::new(), reason: told::failed() })
        };
        Ok(Held { notice, repeat: REPEAT, end: Box::pin(end) })
    }
}

fn length(asked: &HoldRequest) -> usize {
    let parameters = asked.action.parameters.iter().map(|value| value.as_ref().map_or(0, bytes::Bytes::len));
    let around = asked.around.as_ref().map_or(0, |around| around.before.len().saturating_add(around.after.len()));
    asked.action.text.len().saturating_add(parameters.sum()).saturating_add(around)
}
