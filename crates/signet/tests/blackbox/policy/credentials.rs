//! Who approves a command sees no credential in it; the target gets it as it was typed, and the policy decides on that.

use model::LEFT_OUT;

use super::{kept, scene};
use crate::harness::pipeline::{bind_value, completed, execute, parse, sync};
use crate::harness::wire::query;

#[test]
fn an_approver_sees_a_mark_in_the_place_of_a_credential() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&query("INSERT INTO kept SELECT 'delicate' WHERE '{\"password\": \"hidden-1\"}' <> ''"));
    let request = inside.desk.next();
    let shown = format!("INSERT INTO kept SELECT 'delicate' WHERE '{{\"password\": {LEFT_OUT}}}' <> ''");
    assert_eq!(String::from_utf8_lossy(&request.asked.action.text), shown);
    assert!(request.asked.action.typed.is_none(), "what was typed is within reach of who approves");
    request.approve();
    assert_eq!(completed(&wire.messages()), ["INSERT 0 1"]);
    let bound = "INSERT INTO kept SELECT 'delicate' WHERE $1 <> 'x'";
    wire.send(&[parse("", bound), bind_value("", "host=h password=hidden-2"), execute(""), sync()].concat());
    let request = inside.desk.next();
    let parameter = request.asked.action.parameters[0].as_deref().map(String::from_utf8_lossy);
    assert_eq!(parameter.as_deref(), Some(format!("host=h password={LEFT_OUT}").as_str()));
    request.approve();
    assert_eq!(completed(&wire.messages()), ["INSERT 0 1"]);
    // It ran as it was typed, and the records show what the approver saw.
    assert_eq!(kept(&server), "delicate,delicate");
    server.assert_saw("hidden-1");
    server.assert_saw("hidden-2");
    inside.assert_recorded("hold", LEFT_OUT);
    for secret in ["hidden-1", "hidden-2"] {
        assert!(inside.journal().0.iter().all(|record| !record.line.contains(secret)), "{secret} is on record");
    }
}
