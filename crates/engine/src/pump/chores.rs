//! What a stream's turn leaves to be done: questions to answer, and what takes time.

use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::StreamExt;
use model::{Catalogue, Public};
use ports::HoldEnd;
use wire::{Answer, Ask, Input, Ticket};

use super::masks::Unread;
use super::{Pump, Turn};
use crate::fault::Cause;
use crate::identify::printable;

/// Something that took time and is done.
pub(crate) enum Chore {
    /// A derived key; `None` = it could not be computed.
    Derived(Ticket, Option<model::Secret>),
    /// A hold came to its end.
    Decided(Ticket, HoldEnd),
    /// What the database of a command holds was read.
    Read(Ticket, Box<Unread>, Result<Arc<Catalogue>, Public>),
    /// A hold was taken back.
    Withdrawn,
    /// A probe has done its work.
    Probed,
}

impl Pump {
    /// Takes up everything that the stream asked for in its last input, until it asks for no more.
    ///
    /// Questions and answers are taken in turns from queues, never by calling on: a batch of ten thousand statements must not
    /// go ten thousand calls deep.
    pub(super) fn settle(&mut self) {
        if self.settling {
            return;
        }
        self.settling = true;
        while self.done.is_none() {
            if let Some((ticket, answer)) = self.answers.pop_front() {
                self.tell(Input::Answer(ticket, answer));
            } else if let Some((ticket, ask)) = self.out.questions.pop_front() {
                self.take_up(ticket, ask);
            } else {
                break;
            }
        }
        self.settling = false;
        if std::mem::take(&mut self.out.ended) {
            self.structure_may_have_changed();
        }
        for key in std::mem::take(&mut self.out.keys) {
            self.deadlines.target_ready();
            let registered = self.premises.interrupts.register(key, self.wishing.clone());
            self.registered.push(registered);
        }
        if let Some(successor) = self.out.successor.take() {
            self.stream = successor;
        }
        if let Some(what) = self.out.fault.take() {
            self.fault(what);
        }
        if let Some(word) = self.out.closed.take() {
            self.goodbye(Cause::Closed(word), None);
        }
    }

    fn take_up(&mut self, ticket: Ticket, ask: Ask) {
        match ask {
            Ask::Challenge { user } => {
                self.user = Some(printable(&user));
                self.turns.push_back(Turn::Challenge(ticket, user));
            }
            Ask::Identify(claim) => self.turns.push_back(Turn::Identify(ticket, claim)),
            Ask::Connect(wanted) => self.turns.push_back(Turn::Connect(ticket, wanted)),
            Ask::Derive(kdf) => {
                let derived = self.premises.keys.derive(kdf);
                self.chores.push(Box::pin(async move { Chore::Derived(ticket, derived.await) }));
            }
            Ask::Act(action) => {
                self.deadlines.target_ready();
                self.decide(ticket, action);
            }
            Ask::Interrupt(key) => self.interrupt(&key),
        }
    }

    pub(super) fn poll_chores(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        while let Poll::Ready(Some(chore)) = self.chores.poll_next_unpin(cx) {
            moved = true;
            match chore {
                Chore::Derived(ticket, Some(key)) => self.answer(ticket, Answer::Derived(key)),
                Chore::Derived(ticket, None) => self.answer(ticket, Answer::Refuse(Public::internal())),
                Chore::Decided(ticket, end) => self.decided(ticket, end),
                Chore::Read(ticket, unread, read) => self.catalogue_read(ticket, *unread, read),
                Chore::Withdrawn => {}
                Chore::Probed => {
                    self.out.probes -= 1;
                    if self.out.probes == 0 {
                        self.tell(Input::Probed);
                    }
                }
            }
        }
        moved
    }
}
