//! Everything at once, in the order of chance: approvals, rejections, withdrawals, time, restarts, another gateway. Whatever
//! the order, an approval is used at most once, never after its time, never with fewer people than it takes.

use std::collections::BTreeSet;

use model::Wait;
use ports::{HoldEnd, HoldRequest};
use store::RequestRow;

use crate::house::{House, MINUTE, asked, caller, end, hold};
use crate::{Control, RequestState};

/// xorshift64*: the seed says all.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % limit
    }
}

/// One thing that happens.
async fn happen(what: u64, control: &Control, house: &House, asked: &HoldRequest) {
    match what {
        0..=6 => drop(control.approve(&caller("bob"), asked.id, None).await),
        7 => drop(control.approve(&caller("bob2"), asked.id, None).await),
        8..=14 => drop(control.approve(&caller("carl"), asked.id, None).await),
        15 => drop(control.approve(&caller("ada2"), asked.id, None).await),
        16 => drop(control.reject(&caller("dora"), asked.id, "no".to_owned()).await),
        17 => drop(control.withdraw(&caller("ada"), asked.id).await),
        18 => house.pass(8 * MINUTE).await,
        19 => house.people.change("bob", |bob| bob.groups.clear()),
        20 => drop(house.gateway("one").await),
        _ => tokio::task::yield_now().await,
    }
}

fn assert_sound(seed: u64, row: &RequestRow, uses: usize) {
    assert!(uses <= 1, "seed {seed}: used {uses} times");
    assert_eq!(uses == 1, row.state == RequestState::Used, "seed {seed}: {uses} uses, {:?}", row.state);
    if uses == 1 {
        let ended = row.ended.as_ref().unwrap().at_us;
        assert!(ended < row.expires_us, "seed {seed}: used after its time");
        let humans: BTreeSet<_> = row.approvals.iter().map(|approval| &approval.human).collect();
        assert!(humans.len() >= 2 && !humans.contains(&row.human), "seed {seed}: {humans:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn used_at_most_once_in_time_and_with_enough_people() {
    let (mut used, mut refused) = (0, 0);
    for seed in 1..=60 {
        let mut chance = Chance(seed);
        let house = House::new().await;
        let other = house.gateway("two").await;
        let wait = if chance.below(3) == 0 { Wait::Resubmit } else { Wait::Session };
        let asked = asked("ada", "UPDATE", &["2 of group:leads"], wait);
        let mut ends = vec![];
        let first = house.held(&asked).await;
        if wait == Wait::Session {
            ends.push(tokio::spawn(end(first)));
        } else {
            end(first).await;
        }
        let happens = (0..8).map(|_| (chance.below(24), chance.below(2))).collect::<Vec<_>>();
        let all = happens.iter().map(|(what, where_to)| {
            let control = if *where_to == 0 { &house.control } else { &other };
            happen(*what, control, &house, &asked)
        });
        futures_util::future::join_all(all).await;
        if wait == Wait::Resubmit {
            let again = || HoldRequest { id: house.control.request_id(), ..asked.clone() };
            ends.extend((0..4).map(|number| {
                let control = if number % 2 == 0 { &house.control } else { &other };
                tokio::spawn(end(hold(control, &again())))
            }));
        } else {
            // Nobody looks for what the other gateway changed, so it is told here.
            house.control.changes.tell();
            house.leaves(asked.id, RequestState::Approved).await;
            house.pass(15 * MINUTE).await;
        }
        let mut uses = 0;
        for end in ends {
            uses += usize::from(matches!(end.await.unwrap(), HoldEnd::Approved { .. }));
        }
        let row = house.control.parts.store.request(asked.id).await.unwrap().unwrap();
        assert_sound(seed, &row, uses);
        used += uses;
        refused += 1 - uses;
    }
    assert!(used > 0 && refused > 0, "{used} used, {refused} refused: chance tried nothing");
}
