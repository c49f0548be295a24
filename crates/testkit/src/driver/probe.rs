//! A probe of the stream, run against one more connection of the target.

use bytes::BytesMut;
use wire::{Answer, Input, Probe, Side, Ticket};

use super::ledger::{Event, Ledger, Reason};
use super::{Driver, opening};
use crate::peer::{Heard, Said};

impl Driver {
    /// Runs a probe against one more connection of the target.
    pub(super) fn probe(&mut self, probe: Probe) {
        let Some(mut peer) = self.peers[1].aside() else { return };
        let mut stream = self.protocol.probe(probe, opening());
        let mut ledger = Ledger::new(self.protocol.manifest(), 0x5158);
        let upstream = self.desk.connect(&wire::Wanted::default());
        let Ok(upstream) = upstream else { return };
        let mut buffer = BytesMut::new();
        stream.input(self.now, Input::Answer(Ticket::new(0), Answer::Connected(upstream)), &mut ledger).unwrap();
        let mut heard = 0;
        while let Some(event) = ledger.events.get(heard).cloned() {
            heard += 1;
            let Event::Sent(Side::Target, lane, bytes, why) = event else { continue };
            assert!(matches!(why, Reason::Plumbing(_)), "a probe has no commands");
            let mut said = Vec::new();
            peer.hears(Heard::Bytes(lane, &bytes), &mut said);
            for said in said {
                if let Said::Bytes(lane, bytes) = said {
                    buffer.extend_from_slice(&bytes);
                    let _ = stream.input(self.now, Input::Data(Side::Target, lane, &mut buffer), &mut ledger);
                }
            }
        }
        self.speak(Side::Target, |peer, say| peer.nudged(say));
    }
}
