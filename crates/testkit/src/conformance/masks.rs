//! Property 7: with masks on, the client's stream is valid and no canary value is in it.

use std::sync::Arc;

use wire::{Plan, Side};

use super::{Subject, answers, say};
use crate::driver::{Cuts, Decision, allow_all};
use crate::masks::ByName;

/// Says each word that would show a canary: without a mask it is there, with it it is not, by no route.
pub fn masked_before_anyone(subject: &dyn Subject) {
    let (words, columns, canary) = subject.canaries();
    for word in words {
        let clear = say(subject, &[word], Cuts::Whole, allow_all());
        assert!(holds(&clear.bytes(Side::Client, 0), canary), "{word:?} shows no canary, so it proves nothing");
        for cuts in [Cuts::Whole, Cuts::Bytes, Cuts::Seeded(3)] {
            let mask = Arc::new(ByName::new(&columns));
            let masked = say(
                subject,
                &[word],
                cuts,
                Box::new(move |_| Decision::Plan(Plan { mask: Some(mask.clone()), ..Plan::default() })),
            );
            for lane in [0, 1] {
                assert!(
                    !holds(&masked.bytes(Side::Client, lane), canary),
                    "{word:?} shows the canary through the mask"
                );
            }
            assert_eq!(masked.violation, None, "{word:?}");
            assert_eq!(answers(subject, &masked).len(), 1, "{word:?}");
        }
    }
}

fn holds(bytes: &[u8], canary: &str) -> bool {
    bytes.windows(canary.len()).any(|window| window == canary.as_bytes())
}
