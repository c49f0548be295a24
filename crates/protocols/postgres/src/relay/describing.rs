//! Describe of a statement: what types its parameters have, so that those in a binary form can be read.

use bytes::Bytes;

use super::Relay;
use super::expected::Expected;
use super::hearing::unowed;
use super::names::own;
use crate::fault::Fault;
use crate::message::describe;

impl Relay {
    /// What the target owes for a Describe: of a statement, its parameters are described first.
    pub(super) fn described_by(&self, frame: &Bytes, parameters: bool, group: bool) -> Expected {
        let name = describe::parse(frame).ok().filter(|_| parameters).map(|(_, name)| name);
        let registered = name.as_ref().and_then(|name| self.names.registered(name, self.boundary));
        Expected::Describe { parameters, group, statement: name.as_ref().map(own).zip(registered) }
    }

    /// The types of a statement's parameters came.
    pub(super) fn parameters_described(&mut self, types: Vec<u32>) -> Result<(), Fault> {
        match self.replies.next_mut() {
            Some(Expected::Describe { parameters: parameters @ true, statement, .. }) => {
                *parameters = false;
                if let Some((name, registered)) = statement.take() {
                    self.names.described(&name, registered, types);
                }
                Ok(())
            }
            _ => Err(unowed()),
        }
    }
}
