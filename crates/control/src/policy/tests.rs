//! Tests of what a grant gives under the policies in force.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use identity::Local;
use model::{Action, Certainty, Credentials, Facts, Phase, Verb, Verdict};
use policy::File;

use super::{Force, Moment};
use crate::house::{House, caller, id};
use crate::{AccessPolicy, Asked, PolicyForce, RequestKind, RevealWish, Standing};

const ALL: &str = "@id(\"all\") permit (principal, action, resource);";

/// A masking policy, always of the same id.
fn cards(masks: &str) -> String {
    format!(
        "@id(\"cards\") @mask(\"{masks}\") @approve(\"group:leads\") \
         forbid (principal, action == Action::\"reveal\", resource) \
         unless {{ context.approvals.contains(\"group:leads\") }};"
    )
}

fn read() -> Action {
    Action {
        verb: Verb::Read,
        name: "SELECT",
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
    }
}

/// The policies as they are once a gateway has begun, with the grants of that house.
async fn force(house: &House) -> Force {
    let clock = Arc::clone(&house.clock);
    let clock: identity::Clock = Arc::new(move || clock.load(Ordering::SeqCst));
    let people = Local::open(Arc::clone(&house.control.parts.store), Vec::new(), Arc::clone(&clock)).await.unwrap();
    let moment = Moment { people: Arc::new(people), grants: Arc::clone(&house.control.parts.grants), clock };
    let own = File { name: "own".to_owned(), text: ALL.to_owned() };
    Force::new(own, false, Arc::new(moment)).unwrap()
}

/// What is masked of what they read on prod.
fn masks(house: &House, force: &Force, standing: &Standing) -> Vec<String> {
    let resource = house.control.parts.resources.named("prod").unwrap();
    let account = &resource.accounts[0];
    let asked = Asked { standing, resource: &resource, account, database: None, action: &read(), met: &[] };
    match PolicyForce::decide(force, &asked).verdict {
        Verdict::Allow { obligations, .. } => {
            let mut masks: Vec<_> = obligations.mask.iter().map(ToString::to_string).collect();
            masks.sort();
            masks
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_a_policy_masks_besides_what_was_approved_stays_masked() {
    let house = House::new().await;
    let force = force(&house).await;
    let put = |number: u64, masks: &str| {
        force.put(number, &BTreeMap::from([("cards.cedar".to_owned(), cards(masks))])).unwrap();
    };
    put(1, "cards.number");
    let wish = RevealWish {
        resource: "prod".to_owned(),
        policy: "cards".to_owned(),
        lasts: Duration::from_secs(1800),
        reason: "a dispute".to_owned(),
    };
    let asked = house.control.create_reveal(&caller("ada"), wish).await.unwrap();
    assert_eq!((asked.kind, asked.masks.as_slice()), (RequestKind::Reveal, &["cards.number".to_owned()][..]));
    house.control.approve(&caller("bob"), asked.id, None).await.unwrap();
    let ada = house.control.parts.standings.standing(&id("ada")).await.unwrap().unwrap();
    let met = ["group:leads".parse().unwrap()];
    let why = || force.unlifted("cards", &met, &asked.masks);
    assert_eq!((masks(&house, &force, &ada), why()), (vec![], None));
    put(2, "cards.number, ssn");
    assert_eq!(masks(&house, &force, &ada), ["cards.number", "ssn"], "at once");
    assert_eq!(why(), Some("the policy masks something else now"));
    put(3, "cards.number");
    assert_eq!((masks(&house, &force, &ada), why()), (vec![], None), "it is what was approved again");
}
