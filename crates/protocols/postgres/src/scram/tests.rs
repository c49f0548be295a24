//! The vectors of RFC 7677, men in the middle, and every truncation and byte change of every message.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use model::Challenge;

use super::{
    ClientExchange, MESSAGE_BYTES, Mechanism, ScramError, ServerExchange, ServerFirst, hmac_sha256, prepare_password,
    server_final, sha256,
};

const END_POINT: &[u8] = &[7; 32];
const SALT: &[u8] = b"0123456789abcdef";
const CAP: u32 = 100_000;

fn salted(password: &[u8], salt: &[u8], iterations: u32) -> [u8; 32] {
    let mut key = [0; 32];
    let rounds = NonZeroU32::new(iterations).unwrap();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, salt, password, &mut key);
    key
}

/// What the engine does with a proof: the server's signature if the proof is right.
fn verify(key: &[u8; 32], auth_message: &[u8], proof: &[u8; 32]) -> Option<[u8; 32]> {
    let stored = sha256(&hmac_sha256(key, b"Client Key"));
    let mut client_key = hmac_sha256(&stored, auth_message);
    client_key.iter_mut().zip(proof).for_each(|(byte, other)| *byte ^= other);
    (sha256(&client_key) == stored).then(|| hmac_sha256(&hmac_sha256(key, b"Server Key"), auth_message))
}

/// How a whole exchange ended, with a man in the middle who may change each of the four messages.
fn exchange(plus: bool, tamper: &dyn Fn(usize, Vec<u8>) -> Vec<u8>) -> Result<bool, ScramError> {
    let mechanism = if plus { Mechanism::Plus } else { Mechanism::Plain };
    let mut client = ClientExchange::new(plus.then_some(END_POINT), false, &[1; 18]);
    let first = tamper(0, client.first());
    let mut server = ServerFirst::start(mechanism, plus, END_POINT, &first, &[2; 18])?;
    let challenge = tamper(1, server.challenge(&Challenge { salt: SALT.to_vec(), iterations: 2 }));
    let asked = client.server_first(&challenge, CAP)?;
    let last = tamper(2, client.finish(&salted(b"pencil", &asked.salt, asked.iterations))?);
    let (auth_message, proof) = server.finish(&last)?;
    let Some(signature) = verify(&salted(b"pencil", SALT, 2), &auth_message, &proof) else { return Ok(false) };
    client.server_final(&tamper(3, server_final(&signature)))?;
    Ok(true)
}

fn start(mechanism: Mechanism, offered: bool, first: &[u8]) -> Result<ServerExchange, ScramError> {
    ServerFirst::start(mechanism, offered, END_POINT, first, &[2; 18])
}

const FIRST: &[u8] = b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
const OURS: &[u8] = b"%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const CHALLENGE: &[u8] = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
const LAST: &[u8] = b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const FINAL: &[u8] = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

#[test]
fn the_vector_of_rfc_7677_from_the_client() {
    let mut client = ClientExchange::with(None, false, b"user", b"rOprNGfwEbeRWgbNEkqO");
    assert_eq!(client.first(), FIRST);
    let asked = client.server_first(CHALLENGE, CAP).unwrap();
    assert_eq!(asked.iterations, 4096);
    assert_eq!(client.finish(&salted(b"pencil", &asked.salt, asked.iterations)).unwrap(), LAST);
    assert_eq!(client.server_final(FINAL), Ok(()));
}

#[test]
fn the_vector_of_rfc_7677_from_the_server() {
    let mut server = ServerFirst::start_with(Mechanism::Plain, false, END_POINT, FIRST, OURS).unwrap();
    let salt = b"[m\x99h\x9d\x125\x8e\xec\xa0K\x14\x126\xfa\x81".to_vec();
    assert_eq!(server.challenge(&Challenge { salt: salt.clone(), iterations: 4096 }), CHALLENGE);
    let (auth_message, proof) = server.finish(LAST).unwrap();
    let signature = verify(&salted(b"pencil", &salt, 4096), &auth_message, &proof).unwrap();
    assert_eq!(server_final(&signature), FINAL);
    assert_eq!(verify(&salted(b"pencils", &salt, 4096), &auth_message, &proof), None);
}

#[test]
fn both_halves_agree_with_and_without_binding() {
    assert_eq!(exchange(false, &|_, message| message), Ok(true));
    assert_eq!(exchange(true, &|_, message| message), Ok(true));
}

#[test]
fn the_flag_must_fit_the_mechanism() {
    let cases: &[(&[u8], Mechanism, bool, ScramError)] = &[
        (b"y,,n=,r=abc", Mechanism::Plain, true, ScramError::Downgrade),
        (b"n,,n=,r=abc", Mechanism::Plus, true, ScramError::Flag),
        (b"y,,n=,r=abc", Mechanism::Plus, true, ScramError::Flag),
        (b"p=tls-server-end-point,,n=,r=abc", Mechanism::Plain, true, ScramError::Flag),
        (b"p=tls-server-end-point,,n=,r=abc", Mechanism::Plus, false, ScramError::NotOffered),
        (b"p=tls-unique,,n=,r=abc", Mechanism::Plus, true, ScramError::BindingType),
        (b"n,a=other,n=,r=abc", Mechanism::Plain, false, ScramError::AuthorizationIdentity),
        (b"n,x,n=,r=abc", Mechanism::Plain, false, ScramError::Malformed("an unexpected attribute in the gs2 header")),
        (b"n,,m=1,n=,r=abc", Mechanism::Plain, false, ScramError::Extension),
        (b"n,,n=,r=abc,m=1", Mechanism::Plain, false, ScramError::Extension),
        (b"n,,n=,r=", Mechanism::Plain, false, ScramError::Malformed("a nonce that is not printable")),
        (b"n,,n=,r=a b", Mechanism::Plain, false, ScramError::Malformed("a nonce that is not printable")),
        (b"n,,r=abc", Mechanism::Plain, false, ScramError::Malformed("an unexpected attribute")),
        (b"n", Mechanism::Plain, false, ScramError::Malformed("no gs2 header")),
        (b"z,,n=,r=abc", Mechanism::Plain, false, ScramError::Malformed("an unknown channel binding flag")),
        (b"n,,n=\0,r=abc", Mechanism::Plain, false, ScramError::Malformed("a NUL byte")),
    ];
    for (first, mechanism, offered, error) in cases {
        assert_eq!(start(*mechanism, *offered, first).err(), Some(*error), "{}", first.escape_ascii());
    }
    assert!(start(Mechanism::Plain, false, b"y,,n=,r=abc").is_ok());
    assert!(start(Mechanism::Plain, true, b"n,,n=,r=abc").is_ok());
    assert!(start(Mechanism::Plain, true, b"n,,n=any+name,r=abc,x=optional").is_ok());
    let plus = b"p=tls-server-end-point,,n=,r=abc";
    assert_eq!(
        ServerFirst::start(Mechanism::Plus, true, b"", plus, &[2; 18]).err(),
        Some(ScramError::NotOffered),
        "no certificate to bind to"
    );
    let long = [FIRST, &[b'x'; MESSAGE_BYTES]].concat();
    assert_eq!(start(Mechanism::Plain, false, &long).err(), Some(ScramError::TooLong));
}

#[test]
fn a_man_in_the_middle_is_noticed() {
    // The binding of another certificate, as the client sees it.
    let mut client = ClientExchange::new(Some(&[8; 32]), true, &[1; 18]);
    let mut server = start(Mechanism::Plus, true, &client.first()).unwrap();
    let asked = client.server_first(&server.challenge(&Challenge { salt: SALT.to_vec(), iterations: 2 }), CAP).unwrap();
    let last = client.finish(&salted(b"pencil", &asked.salt, 2)).unwrap();
    assert_eq!(server.finish(&last), Err(ScramError::Binding));

    // PLUS removed from our list: the client says y.
    let client = ClientExchange::new(None, true, &[1; 18]);
    assert_eq!(start(Mechanism::Plain, true, &client.first()).err(), Some(ScramError::Downgrade));

    // The y rewritten to n on the way: the echoed header does not match.
    let mut client = ClientExchange::new(None, true, &[1; 18]);
    let first = [b"n", client.first().strip_prefix(b"y").unwrap()].concat();
    let mut server = start(Mechanism::Plain, true, &first).unwrap();
    client.server_first(&server.challenge(&Challenge { salt: SALT.to_vec(), iterations: 2 }), CAP).unwrap();
    let last = client.finish(&salted(b"pencil", SALT, 2)).unwrap();
    assert_eq!(server.finish(&last), Err(ScramError::Binding));

    // The final message with an honest proof but another binding, nonce, or both orders of attributes.
    let swap = |from: &str, to: &str| {
        exchange(false, &|step, message| match step {
            2 => String::from_utf8(message).unwrap().replacen(from, to, 1).into_bytes(),
            _ => message,
        })
    };
    assert_eq!(swap("c=biws", "c=eSws"), Err(ScramError::Binding));
    assert_eq!(swap("r=", "r=A"), Err(ScramError::Nonce));
    assert_eq!(swap(",p=", ",m=1,p="), Err(ScramError::Extension));
    assert_eq!(swap(",p=", ",x=1,p="), Ok(false));
    assert_eq!(swap(",p=", ",q="), Err(ScramError::Malformed("an attribute is missing")));
}

#[test]
fn a_target_cannot_demand_too_much() {
    let nonce = "AQEB".repeat(6);
    let ask = |message: String| ClientExchange::new(None, false, &[1; 18]).server_first(message.as_bytes(), CAP).err();
    assert_eq!(ask(format!("r={nonce}x,s=QUJD,i=4096")), None);
    for iterations in ["0", "2147483648", "4294967297", "100001", "-1", "+1", "01", "", "1x", "99999999999999999999"] {
        assert_eq!(ask(format!("r={nonce}x,s=QUJD,i={iterations}")), Some(ScramError::Iterations), "{iterations}");
    }
    assert_eq!(ask(format!("r={nonce},s=QUJD,i=1")), Some(ScramError::Nonce), "nothing added");
    assert_eq!(ask("r=other,s=QUJD,i=1".into()), Some(ScramError::Nonce));
    assert_eq!(ask(format!("r=x{nonce},s=QUJD,i=1")), Some(ScramError::Nonce));
    assert_eq!(ask(format!("r={nonce}x,s=,i=1")), Some(ScramError::Salt));
    assert_eq!(ask(format!("r={nonce}x,s={},i=1", "QUJD".repeat(90))), Some(ScramError::Salt));
    assert_eq!(ask(format!("m=1,r={nonce}x,s=QUJD,i=1")), Some(ScramError::Extension));
    assert_eq!(ask(format!("r={nonce}x,s=QUJD,i=1,m=1")), Some(ScramError::Extension));
    assert_eq!(ask(format!("r={nonce}{},s=QUJD,i=1", "x".repeat(2000))), Some(ScramError::TooLong));
}

#[test]
fn a_target_must_prove_itself() {
    let last = |message: &'static [u8]| {
        exchange(false, &|step, honest| if step == 3 { message.to_vec() } else { honest }).err()
    };
    assert_eq!(last(b"e=invalid-proof"), Some(ScramError::Refused));
    assert_eq!(last(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), Some(ScramError::Signature));
    assert_eq!(last(b"v="), Some(ScramError::Malformed("not 32 bytes of base64")));
    assert_eq!(last(b"x=1"), Some(ScramError::Malformed("an unexpected attribute")));
    assert_eq!(last(b""), Some(ScramError::Malformed("an attribute is not `letter=value`")));
}

#[test]
fn steps_cannot_be_skipped() {
    let mut client = ClientExchange::new(None, false, &[1; 18]);
    assert_eq!(client.server_final(FINAL), Err(ScramError::Order));
    assert_eq!(client.finish(&[0; 32]), Err(ScramError::Order));
    let server = start(Mechanism::Plain, false, &client.first()).unwrap();
    assert_eq!(server.finish(LAST), Err(ScramError::Order));
    client.server_first(b"r=AQEBAQEBAQEBAQEBAQEBAQEBx,s=QUJD,i=1", CAP).unwrap();
    assert_eq!(client.server_first(b"r=AQEBAQEBAQEBAQEBAQEBAQEBx,s=QUJD,i=1", CAP), Err(ScramError::Order));
    assert!(client.finish(&[0; 31]).is_err());
}

#[test]
fn every_truncation_and_every_changed_byte_fails() {
    for plus in [false, true] {
        for step in 0..4 {
            let length = std::cell::Cell::new(0);
            exchange(plus, &|at, message| {
                if at == step {
                    length.set(message.len());
                }
                message
            })
            .unwrap();
            for at in 0..length.get() {
                let cut = |now: usize, mut message: Vec<u8>| {
                    if now == step {
                        message.truncate(at);
                    }
                    message
                };
                assert_ne!(exchange(plus, &cut), Ok(true), "message {step} cut at {at}");
                for change in (0..8).map(|bit| 1 << bit).chain([0xff]) {
                    let change_byte = |now: usize, mut message: Vec<u8>| {
                        if now == step {
                            message[at] ^= change;
                        }
                        message
                    };
                    assert_ne!(exchange(plus, &change_byte), Ok(true), "message {step} byte {at} ^ {change}");
                }
            }
        }
    }
}

#[test]
fn passwords_are_prepared_as_postgresql_does() {
    let cases: &[(&str, &str)] = &[
        ("pencil", "pencil"),
        ("", ""),
        ("I\u{ad}X", "IX"),
        ("\u{aa}", "a"),
        ("\u{2168}", "IX"),
        ("a\u{a0}b", "a b"),
        // What SASLprep refuses stays as it is.
        ("\u{7}", "\u{7}"),
        ("\u{627}1", "\u{627}1"),
        ("\u{ad}", "\u{ad}"),
        ("\u{1f511}\u{ad}", "\u{1f511}\u{ad}"),
        ("\u{340}\u{ad}", "\u{340}\u{ad}"),
        ("\u{1f100}", "\u{1f100}"),
    ];
    for (typed, prepared) in cases {
        assert_eq!(prepare_password(typed.as_bytes()).reveal(), prepared.as_bytes(), "{typed:?}");
    }
    assert_eq!(prepare_password(b"\xff\xad").reveal(), b"\xff\xad");
}
