//! The times of questions: what is due, in which order, and that nothing is left of what is over.

use bytes::Bytes;
use model::{Action, Certainty, Class, Credentials, Facts, Phase, Verb};

use super::*;
use crate::clock;

const SECOND: Duration = Duration::from_secs(1);

fn granted(since: Instant, timeout: Option<Duration>) -> Granted {
    let (command, mark, record) = (CommandId(1), Mark(1), Recording::default());
    Granted { command, mark, gated: false, unsent: None, since, timeout, until: None, record, tap: None }
}

fn hold(now: Instant) -> Hold {
    let action = Action {
        verb: Verb::Write,
        name: "SET",
        certainty: Certainty::Full,
        phase: Phase::Run,
        facts: Facts::default(),
        text: Bytes::new(),
        parameters: Vec::new(),
        credentials: Credentials::default(),
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    };
    let waiting =
        Waiting { command: CommandId(1), action, policies: Vec::new(), policy_version: String::new(), objects: None };
    let (abort, _) = AbortHandle::new_pair();
    let notice = Public::new(Class::NotApproved, "waiting");
    Hold { waiting, abort, notice, every: SECOND, next: now.checked_add(SECOND) }
}

fn ticket(number: u64) -> Ticket {
    Ticket::new(number)
}

#[test]
fn a_command_is_overdue_once_and_the_next_one_begins_anew_with_each_end() {
    let (mut tickets, begun) = (Tickets::default(), clock::now());
    for number in 1..=3 {
        tickets.asked(ticket(number), Side::Client);
        tickets.grant(ticket(number), granted(begun, (number != 2).then_some(SECOND)));
    }
    assert_eq!(tickets.next(), Some(begun + SECOND));
    assert_eq!(tickets.due(begun + SECOND / 2), None);
    assert_eq!(tickets.due(begun + SECOND), Some(Due::Overdue(ticket(1))));
    assert_eq!(tickets.due(begun + SECOND * 9), None, "nothing has ended since");
    assert!(tickets.ended(ticket(1), begun + SECOND * 2).is_some());
    assert_eq!(tickets.next(), Some(begun + SECOND * 3));
    assert!(tickets.ended(ticket(2), begun + SECOND * 5).is_some());
    assert_eq!(tickets.next(), Some(begun + SECOND * 6));
    assert!(tickets.ended(ticket(3), begun + SECOND * 5).is_some());
    assert_eq!((tickets.next(), tickets.times.len()), (None, 0));
}

/// A target may keep the answer to a quick command back until the slow one behind it has ended, too.
#[test]
fn a_command_without_a_time_in_front_gives_no_time_to_the_one_behind_it() {
    let (mut tickets, begun) = (Tickets::default(), clock::now());
    for (number, timeout) in [(1, None), (2, Some(SECOND))] {
        tickets.asked(ticket(number), Side::Client);
        tickets.grant(ticket(number), granted(begun, timeout));
    }
    assert_eq!(tickets.due(begun + SECOND), Some(Due::Overdue(ticket(2))));
    assert_eq!((tickets.next(), tickets.times.len(), tickets.timed.len()), (None, 0, 0));
}

#[test]
fn nothing_is_told_of_a_hold_that_is_over() {
    for end in [|tickets: &mut Tickets| tickets.waited(ticket(1)), |tickets: &mut Tickets| tickets.withdraw(ticket(1))]
    {
        let (mut tickets, begun) = (Tickets::default(), clock::now());
        tickets.asked(ticket(1), Side::Client);
        tickets.hold(ticket(1), hold(begun));
        for seconds in 1..=3 {
            let due = tickets.due(begun + SECOND * seconds);
            assert!(matches!(due, Some(Due::Notice(of, _)) if of == ticket(1)), "{due:?}");
            assert_eq!(tickets.due(begun + SECOND * seconds), None);
        }
        assert!(end(&mut tickets).is_some());
        assert_eq!((tickets.waiting(), tickets.times.len()), (0, 0));
    }
}
