//! The eight properties that every protocol must have, written once. `conformance!(Subject)` makes a test of each.

mod cuts;
mod fuzz;
mod gates;
mod holds;
mod hostile;
mod limits;
mod masks;
mod refusals;
mod subject;

pub use cuts::{cut_anywhere, nothing_without_decide, nothing_without_leave};
pub use fuzz::mutations_are_survived;
pub use gates::outcomes_come_first;
pub use holds::holds;
pub use hostile::{lengths_are_capped, unknown_messages};
pub use limits::{enough_is_not_too_much, overdue_is_a_refusal, too_much_is_a_refusal};
pub use masks::masked_before_anyone;
pub use refusals::refusals_in_their_place;
pub use subject::Subject;

use std::collections::VecDeque;

use model::Action;

use crate::driver::{Cuts, Decide, Run, Setup, run};

/// Runs words of a subject.
pub fn say(subject: &dyn Subject, words: &[&str], cuts: Cuts, decide: Decide) -> Run {
    run(setup(subject, words, cuts, decide))
}

/// What such a run is made of.
pub fn setup(subject: &dyn Subject, words: &[&str], cuts: Cuts, decide: Decide) -> Setup {
    Setup {
        protocol: subject.protocol(),
        opening: subject.opening(),
        desk: subject.desk(),
        decide,
        client: subject.client(words),
        target: subject.target(),
        cuts,
        stop: None,
        script: VecDeque::new(),
    }
}

/// The answers that a client saw.
fn answers(subject: &dyn Subject, run: &Run) -> Vec<String> {
    let bytes = run.bytes(wire::Side::Client, 0);
    subject.answers(&bytes).unwrap_or_else(|why| panic!("the client's stream is not valid: {why}"))
}

/// The number of questions that belong to a word.
fn asked_about(subject: &dyn Subject, run: &Run, word: &str) -> usize {
    run.acts().filter(|(_, action): &(_, &Action)| subject.belongs(action, word)).count()
}

/// Makes a test of each property for the subject that this expression makes.
#[macro_export]
macro_rules! conformance {
    ($subject:expr) => {
        #[test]
        fn p1_cut_anywhere() {
            $crate::conformance::cut_anywhere(&$subject);
        }

        #[test]
        fn p2_nothing_reaches_the_target_without_leave() {
            $crate::conformance::nothing_without_leave(&$subject);
        }

        #[test]
        fn p2_nothing_reaches_the_target_with_the_decide_step_taken_out() {
            $crate::conformance::nothing_without_decide(&$subject);
        }

        #[test]
        fn p3_a_refusal_is_answered_in_its_place() {
            $crate::conformance::refusals_in_their_place(&$subject);
        }

        #[test]
        fn p4_a_hold_is_a_hold() {
            $crate::conformance::holds(&$subject);
        }

        #[test]
        fn p5_lengths_are_capped() {
            $crate::conformance::lengths_are_capped(&$subject);
        }

        #[test]
        fn p5_unknown_messages() {
            $crate::conformance::unknown_messages(&$subject);
        }

        #[test]
        fn p6_an_outcome_is_written_down_before_its_final_message() {
            $crate::conformance::outcomes_come_first(&$subject);
        }

        #[test]
        fn p7_masked_before_anyone() {
            $crate::conformance::masked_before_anyone(&$subject);
        }

        #[test]
        fn p8_a_result_that_is_too_large_is_a_refusal() {
            $crate::conformance::too_much_is_a_refusal(&$subject);
        }

        #[test]
        fn p8_a_limit_that_is_not_reached_changes_nothing() {
            $crate::conformance::enough_is_not_too_much(&$subject);
        }

        #[test]
        fn p8_a_command_that_runs_for_too_long_is_a_refusal() {
            $crate::conformance::overdue_is_a_refusal(&$subject);
        }

        #[test]
        fn mutations_are_survived() {
            $crate::conformance::mutations_are_survived(&$subject);
        }
    };
}
