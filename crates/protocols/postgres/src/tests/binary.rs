//! Parameters in binary form: read where their types are known, from the Parse or from the target.

use bytes::Bytes;
use model::Action;
use wire::Side;

use super::driver::Driver;
use super::messages as m;

/// A Parse that gives the types of parameters.
fn parse(name: &str, types: &[u32]) -> Vec<u8> {
    let mut body = format!("{name}\0insert into t values ($1, $2)\0").into_bytes();
    body.extend(u16::try_from(types.len()).unwrap().to_be_bytes());
    types.iter().for_each(|type_id| body.extend(type_id.to_be_bytes()));
    m::frame(b'P', &body)
}

/// A Bind of the unnamed portal with formats.
fn bind(statement: &str, formats: &[u16], values: &[Option<&[u8]>]) -> Vec<u8> {
    let mut body = format!("\0{statement}\0").into_bytes();
    body.extend(u16::try_from(formats.len()).unwrap().to_be_bytes());
    formats.iter().for_each(|format| body.extend(format.to_be_bytes()));
    body.extend(u16::try_from(values.len()).unwrap().to_be_bytes());
    for value in values {
        match value {
            None => body.extend([0xff; 4]),
            Some(value) => {
                body.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
                body.extend(*value);
            }
        }
    }
    body.extend([0, 0]);
    m::frame(b'B', &body)
}

fn described(types: &[u32]) -> Vec<u8> {
    let mut body = u16::try_from(types.len()).unwrap().to_be_bytes().to_vec();
    types.iter().for_each(|type_id| body.extend(type_id.to_be_bytes()));
    [m::frame(b't', &body), m::frame(b'n', b"")].concat()
}

const FIVE: Option<&[u8]> = Some(&[0, 0, 0, 5]);

/// The last question of a script.
fn asked(script: impl Fn(&mut Driver)) -> Action {
    let mut driver = Driver::new(usize::MAX);
    driver.enter();
    script(&mut driver);
    assert!(driver.violation.is_none(), "{:?}", driver.log());
    driver.actions.pop().unwrap()
}

fn text(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

#[test]
fn types_are_those_that_the_parse_gives() {
    let run = |formats: &[u16], values: &[Option<&[u8]>], types: &[u32]| {
        asked(|driver| {
            driver.client(&[parse("", types), bind("", formats, values), m::execute(""), m::sync()].concat())
        })
    };
    let action = run(&[1], &[FIVE, Some(b"word")], &[23, 25]);
    assert_eq!(action.readable, [(0, text("5")), (1, text("word"))]);
    assert!(!action.facts.binary);
    assert_eq!(
        action.parameters,
        [FIVE.map(Bytes::from_static), Some(text("word"))],
        "the binding is on what was sent"
    );
    let action = run(&[0, 1], &[Some(b"5"), FIVE], &[23, 23]);
    assert_eq!((action.readable, action.facts.binary), (vec![(1, text("5"))], false));
    let action = run(&[1, 1], &[None, FIVE], &[0, 23]);
    assert_eq!((action.readable, action.facts.binary), (vec![(1, text("5"))], false), "NULL needs no type");
    let action = run(&[1, 1], &[FIVE, FIVE], &[23, 0]);
    assert_eq!((action.readable, action.facts.binary), (vec![(0, text("5"))], true));
    let action = run(&[1], &[FIVE, FIVE], &[]);
    assert_eq!((action.readable.len(), action.facts.binary), (0, true), "nobody knows their types");
    let action = run(&[], &[Some(b"5"), FIVE], &[23, 23]);
    assert_eq!((action.readable.len(), action.facts.binary), (0, false), "all of it is text");
}

#[test]
fn types_are_those_that_the_target_describes() {
    let prepare = |driver: &mut Driver, types: &[u32]| {
        driver.client(&[parse("s", &[]), m::describe_statement("s"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), described(types), m::ready(b'I')].concat());
    };
    let run = [bind("s", &[1], &[FIVE, Some(b"x")]), m::execute(""), m::sync()].concat();
    let action = asked(|driver| {
        prepare(driver, &[23, 25]);
        driver.client(&run);
    });
    assert_eq!((action.readable, action.facts.binary), (vec![(0, text("5")), (1, text("x"))], false));
    // Another statement under the same name has types of its own.
    let action = asked(|driver| {
        prepare(driver, &[23, 25]);
        driver.client(&[m::frame(b'C', b"Ss\0"), parse("s", &[]), run.clone()].concat());
    });
    assert_eq!((action.readable.len(), action.facts.binary), (0, true));
    // Described between its Bind and its Execute: too late for that one.
    let late = [bind("s", &[1], &[FIVE, None]), m::describe_statement("s"), m::execute(""), m::sync()].concat();
    let mut driver = Driver::new(usize::MAX);
    driver.enter();
    driver.client(&[parse("s", &[]), late].concat());
    assert!(driver.actions.pop().unwrap().facts.binary);
    let answers =
        [m::frame(b'1', b""), m::frame(b'2', b""), described(&[23, 25]), m::done("INSERT 0 1"), m::ready(b'I')];
    driver.target(&answers.concat());
    driver.client(&run);
    assert_eq!(driver.actions.pop().unwrap().readable.len(), 2);
    assert!(driver.violation.is_none() && driver.sent(Side::Client).ends_with(&m::ready(b'I')));
}

#[test]
fn a_description_is_of_the_statement_that_was_described() {
    // What was described is another statement; of the one that runs nothing is known.
    let action = asked(|driver| {
        driver.client(&[parse("s", &[]), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::ready(b'I')].concat());
        driver.client(&[m::frame(b'C', b"Sx\0"), parse("x", &[]), m::describe_statement("x"), m::sync()].concat());
        driver.target(&[m::frame(b'3', b""), m::frame(b'1', b""), described(&[23, 23]), m::ready(b'I')].concat());
        driver.client(&[bind("s", &[1], &[FIVE, FIVE]), m::execute(""), m::sync()].concat());
    });
    assert_eq!((action.readable.len(), action.facts.binary), (0, true));
    let mut driver = Driver::new(usize::MAX);
    driver.enter();
    driver.client(&[parse("s", &[]), m::describe_statement("s"), m::sync()].concat());
    driver.target(&[m::frame(b'1', b""), m::frame(b't', &[0, 2, 0, 0])].concat());
    assert!(driver.violation.is_some(), "a description that is cut off");
}

#[test]
fn credentials_are_found_in_what_is_read() {
    let action = asked(|driver| {
        let secret: &[u8] = b"\x01{\"password\": \"hunter22\"}";
        let values = [Some(secret), Some(&b"password=hunter22"[..])];
        driver.client(&[parse("", &[3802, 25]), bind("", &[1], &values), m::execute("")].concat());
    });
    let shown = model::ActionText::from(&action);
    for parameter in shown.parameters {
        let parameter = String::from_utf8(parameter.unwrap().to_vec()).unwrap();
        assert!(parameter.contains(model::LEFT_OUT) && !parameter.contains("hunter22"), "{parameter}");
    }
}

#[test]
fn a_function_call_says_that_its_arguments_are_binary() {
    let call = |format: u8| {
        let body = [&[0, 0, 0, 9, 0, 1, 0, format, 0, 1, 0, 0, 0, 1, b'5', 0, 0][..]].concat();
        asked(|driver| driver.client(&m::frame(b'F', &body))).facts.binary
    };
    assert!(call(1) && !call(0));
}
