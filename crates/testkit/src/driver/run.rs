//! What a run is made of, and what happened in it.

use std::collections::VecDeque;
use std::sync::Arc;

use wire::{Lane, Opening, Protocol, Side, Stop, Ticket, Violation};

use super::{Cuts, Decide, Desk, Event};
use crate::peer::{Peer, Said};

/// What a run is made of.
pub struct Setup {
    /// The protocol.
    pub protocol: Arc<dyn Protocol>,
    /// What the stream is born with.
    pub opening: Opening,
    /// Answers what is not about commands.
    pub desk: Box<dyn Desk>,
    /// Decides about commands.
    pub decide: Decide,
    /// The client.
    pub client: Box<dyn Peer>,
    /// The target.
    pub target: Box<dyn Peer>,
    /// How bytes are cut.
    pub cuts: Cuts,
    /// The session is told to stop after so many pieces of input.
    pub stop: Option<(usize, Stop)>,
    /// What the peers say besides, each when nothing else can happen any more: a recording, in its order.
    pub script: VecDeque<(Side, Said)>,
}

/// What happened in a run.
pub struct Run {
    /// Everything, in order.
    pub events: Vec<Event>,
    /// The peer that broke the protocol, if one did.
    pub violation: Option<Violation>,
    /// What the target was made to do.
    pub effects: Vec<String>,
    /// What was fed, in order, for a replay.
    pub fed: Vec<(Side, Said)>,
    /// How many events there were each time when the stream was told that its probes are over.
    pub probed: Vec<usize>,
}

impl Run {
    /// All bytes for one side and lane.
    pub fn bytes(&self, side: Side, on: Lane) -> Vec<u8> {
        self.events.iter().fold(Vec::new(), |mut all, event| {
            if let Event::Sent(to, lane, bytes, _) = event
                && (*to, *lane) == (side, on)
            {
                all.extend_from_slice(bytes);
            }
            all
        })
    }

    /// The commands that were asked about.
    pub fn acts(&self) -> impl Iterator<Item = (Ticket, &model::Action)> {
        self.events.iter().filter_map(|event| match event {
            Event::Act(ticket, action) => Some((*ticket, action)),
            _ => None,
        })
    }

    /// Why it ended, when it did.
    pub fn closed(&self) -> Option<&'static str> {
        self.events.iter().find_map(|event| match event {
            Event::Close(cause) => Some(*cause),
            _ => None,
        })
    }
}
