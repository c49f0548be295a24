//! A decision that is remembered is the decision that would be made.

use std::sync::Arc;

use model::{Certainty, Changes, Kind, Name, Phase, PrincipalId, Reading, Requirement, Verb};
use ports::Decider;

use super::world::{Asker, NOON, command, engine, policies};
use crate::{Gives, Grant};

/// Numbers from a seed (SplitMix64), so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap()
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.throw(list.len())].clone()
    }
}

const CONDITIONS: &[&str] = &[
    "context.account == \"app\"",
    "context has database && context.database == \"shop\"",
    "context.source.isInRange(ip(\"10.0.0.0/8\"))",
    "context has client && context.client == \"psql\"",
    "context.time < datetime(\"2026-07-01T12:00:31Z\")",
    "context.hour < 13",
    "context.weekday == 3",
    "context has purpose && context.purpose == \"a\"",
    "context.break_glass",
    "context.approvals.contains(\"group:x\")",
    "principal is Agent && principal.on_behalf_of in Group::\"g1\"",
    "resource.hasTag(\"team\")",
    "context.granted.contains(\"group:x\")",
];
const OF_COMMANDS: &[&str] = &[
    "context.statement.unbounded_write",
    "context.statement.in_transaction",
    "context.statement.bytes > 5",
    "context.statement.parameters == 0",
    "context.statement.certainty == Certainty::\"full\"",
    "context.statement.phase == Phase::\"run\"",
    "context.statement == context.statement && context.statement.bytes > 5",
    "context.statement.understood && context.statement.resolved",
    "context.statement.verbs.contains(Verb::\"ddl\")",
    "context.statement.relations.contains(\"public.orders\")",
    "context.statement.functions == [\"f\"]",
    "context.statement has limit && context.statement.limit < 5",
    "context.statement has fingerprint && context.statement.fingerprint == \"f1\"",
];

fn random_policies(dice: &mut Dice) -> String {
    let mut text = dice.pick(&["", "@id(\"base\") permit (principal, action, resource);\n"]).to_owned();
    for at in 0..1 + dice.throw(8) {
        let principal = dice.pick(&[
            "principal",
            "principal in Group::\"g1\"",
            "principal == Person::\"local/p1\"",
            "principal is Agent",
        ]);
        let (action, commands) = dice.pick(&[
            ("action", false),
            ("action == Action::\"connect\"", false),
            ("action in Action::\"command\"", true),
            ("action in [Action::\"read\", Action::\"write\"]", true),
        ]);
        let resource = dice.pick(&[
            "resource in Env::\"production\"",
            "resource == Resource::\"prod\"",
            "resource in Label::\"team=a\"",
        ]);
        let condition = if dice.throw(20) == 0 {
            "context.hour + 9223372036854775796 > 0"
        } else if commands && dice.throw(2) == 0 {
            dice.pick(OF_COMMANDS)
        } else {
            dice.pick(CONDITIONS)
        };
        let lifted = "context.approvals.contains(\"group:x\")";
        text.push_str(&match dice.throw(7) {
            0 => format!("@id(\"p{at}\") @approve(\"group:x\") forbid ({principal}, {action}, {resource}) unless {{ context.approvals.contains(\"group:x\") }};\n"),
            1 => format!("@id(\"p{at}\") @observe(\"2026-07-02\") forbid ({principal}, {action}, {resource}) when {{ {condition} }};\n"),
            2 => format!("@id(\"p{at}\") forbid ({principal}, {action}, {resource}) when {{ {condition} }};\n"),
            3 => format!("@id(\"p{at}\") @mask(\"c{at}\") @approve(\"group:x\") forbid ({principal}, action == Action::\"reveal\", {resource}) unless {{ {lifted} }};\n"),
            4 => format!("@id(\"p{at}\") @mask(\"c{at}\") forbid ({principal}, action == Action::\"reveal\", {resource}) when {{ {condition} }};\n"),
            5 => format!("@id(\"p{at}\") @mask(\"c{at}\") permit ({principal}, {action}, {resource}) when {{ {condition} }};\n"),
            _ => format!("@id(\"p{at}\") @read_only(\"true\") permit ({principal}, {action}, {resource});\n"),
        });
    }
    text
}

fn random_asker(dice: &mut Dice) -> Asker {
    let mut asker = Asker::new(dice.pick(&["p1", "p2"]));
    let human = PrincipalId { issuer: "local".to_owned(), subject: dice.pick(&["h1", "h2"]).to_owned() };
    asker.principal.kind =
        dice.pick(&[Kind::Human, Kind::Service { owner: human.clone() }, Kind::Agent { on_behalf_of: human }]);
    asker.account.name = dice.pick(&["app", "root"]).to_owned();
    asker.database = dice.pick(&[None, Some("shop".to_owned())]);
    asker.program = dice.pick(&[None, Some("psql".to_owned()), Some("jdbc".to_owned())]);
    asker.client = dice.pick(&["10.0.0.1", "192.168.0.1", "::1"]).parse().unwrap();
    asker.resource.name = dice.pick(&["prod", "test"]).parse().unwrap();
    let labels: &[&[(&str, &str)]] = &[
        &[("env", "production")],
        &[("env", "staging")],
        &[("team", "b")],
        &[],
        &[("env", "production"), ("team", "a")],
        &[("team", "a")],
    ];
    asker.resource.labels = dice.pick(labels).iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    asker
}

fn random_reading(dice: &mut Dice) -> Option<Arc<Reading>> {
    let name = |schema: Option<&str>, name: &str| Name { schema: schema.map(str::to_owned), name: name.to_owned() };
    let reading = Reading {
        verbs: dice.pick(&[vec![], vec![Verb::Read, Verb::Ddl]]),
        relations: dice.pick(&[
            vec![],
            vec![name(None, "orders")],
            vec![name(Some("public"), "orders")],
            vec![name(Some("other"), "orders")],
        ]),
        functions: dice.pick(&[vec![], vec![name(None, "f")]]),
        limit: dice.pick(&[None, Some(1), Some(9)]),
        fingerprint: dice.pick(&[None, Some("f1".to_owned()), Some("f2".to_owned())]),
        changes: Changes::Nothing,
    };
    (dice.throw(3) > 0).then(|| Arc::new(reading))
}

#[test]
fn cached_decisions_are_those_that_would_be_made() {
    let mut verdicts = [0; 3];
    for seed in 0..150 {
        let mut dice = Dice(seed);
        let text = random_policies(&mut dice);
        let (engine, world, _) = engine(&text, &[]);
        for step in 0..60 {
            match dice.throw(8) {
                0 => world.put(dice.pick(&["p1", "p2", "h1", "h2"]), dice.pick(&[&["g1"][..], &[], &["g1", "g2"]])),
                1 => world.at(NOON + dice.pick(&[0, 1, 1_000_000, 3_600_000_000, 86_400_000_000])),
                2 => {
                    let met: Vec<Requirement> = dice.pick(&[vec![], vec!["group:x".parse().unwrap()]]);
                    let purpose = dice.pick(&[None, Some("a".to_owned())]);
                    let policy = format!("p{}", dice.throw(9));
                    let masks = engine.policies().masks(&policy).filter(|_| dice.throw(4) > 0).unwrap_or_default();
                    let masks = masks.iter().map(ToString::to_string).collect();
                    let reveal = Gives::Reveal { policy, masks };
                    let gives = dice.pick(&[Gives::Access, Gives::BrokenGlass, reveal.clone(), reveal]);
                    let grant = Grant { gives, met, from_us: 0, until_us: NOON + 500_000, purpose };
                    *world.grants.lock().unwrap() = vec![grant];
                }
                3 => world.grants.lock().unwrap().clear(),
                4 if dice.throw(10) == 0 => {
                    engine.replace(policies(100 + step, &random_policies(&mut dice))).unwrap();
                }
                _ => {}
            }
            let asker = random_asker(&mut dice);
            let mut action = command(dice.pick(&[Verb::Read, Verb::Write, Verb::Unknown]));
            action.certainty = dice.pick(&[Certainty::Full, Certainty::Lexed]);
            action.phase = dice.pick(&[Phase::Prepare, Phase::Run]);
            action.facts.unbounded_write = dice.throw(2) == 0;
            action.facts.in_transaction = dice.throw(2) == 0;
            action.text = dice.pick(&["short", "a longer text"]).into();
            action.parameters = dice.pick(&[vec![], vec![None]]);
            action.facts.names = dice.throw(2) == 0;
            action.facts.resolved = dice.throw(2) == 0;
            action.reading = random_reading(&mut dice);
            let met: Vec<Requirement> = dice.pick(&[vec![], vec!["group:x".parse().unwrap()]]);
            let (cached, fresh) = if dice.throw(3) == 0 {
                (engine.admit(asker.who()), engine.uncached(asker.who(), None, &[]))
            } else {
                let decide = engine.decide(asker.who(), &action, &met);
                (decide, engine.uncached(asker.who(), Some(&action), &met))
            };
            assert_eq!(cached, fresh, "seed {seed}, step {step}, policies:\n{text}");
            let kind = match cached.verdict {
                model::Verdict::Allow { .. } => 0,
                model::Verdict::Deny { .. } => 1,
                model::Verdict::Hold { .. } => 2,
            };
            verdicts[kind] += 1;
        }
    }
    assert!(verdicts.iter().all(|count| *count > 100), "all kinds are there: {verdicts:?}");
}

#[test]
fn only_what_policies_mention_makes_two_questions() {
    let (engine, _, mut asker) =
        engine("@id(\"all\") permit (principal, action, resource) when { context.account == \"app\" };", &[]);
    let mut ask = |program: &str, account: &str| {
        asker.program = Some(program.to_owned());
        asker.account.name = account.to_owned();
        engine.decide(asker.who(), &command(Verb::Read), &[]);
        engine.remembered()
    };
    assert_eq!((ask("one", "app"), ask("two", "app"), ask("two", "other")), (1, 1, 2));
}

#[test]
fn what_is_remembered_is_bounded() {
    let (engine, _, mut asker) =
        engine("@id(\"all\") permit (principal, action, resource) when { context.account == \"app\" };", &[]);
    for number in 0..10_000 {
        asker.account.name = format!("account-{number}");
        engine.decide(asker.who(), &command(Verb::Read), &[]);
        assert!(engine.remembered() <= 4096);
    }
    let before = engine.remembered();
    asker.account.name = "long".repeat(1000);
    engine.decide(asker.who(), &command(Verb::Read), &[]);
    assert_eq!(engine.remembered(), before, "long keys are not kept");
}
