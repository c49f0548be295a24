//! Tests of the keys against values that another library made of the same inputs.

use std::os::unix::fs::PermissionsExt;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{ChainKey, KeyError, Kind, MasterKey, Plain, Whole};

const ORIGIN: &str = "signet.example/one";
const TEXT: &[u8] = b"SELECT 'secret'";
/// Payload 7 of the chain, a text.
const CIPHERTEXT: &str = "c12ef029d27656e9e613d27d5fe7c06d29ffc3f3e790ddf57e1e73c7be22861ced7f7b52157aa68832ec12b1b2d354be9f111337e77d815f7fbc2185f80326731171267d2cd6d0ab95d8486ca5c4f499";
const DIGEST: &str = "90bddf4645aaa6a54104e6f4192c19ac6f0412f4f5d2ff607021ce446e1ccdbd";
const COMMITMENT: &str = "324561413bed28f5cf5ec1db40a8ba092cda139ba9fe14a37fac413f8e2d9333";
/// To a thousand times `y`.
const CUT: &str = "2660879592b004feefdb04ef3042f37ddc4a0ca569edb73fd2541974818b1fa0";
const WRAPPED: &str = r#"{"by":"e3e16780becf601d","key":"n6o6T7lIx+6VGpTDmpeGvfkGL4M5FsYy3wvzEE/xX/8UaDoHPm9pa9iVkp9Neho8","nonce":"AAECAwQFBgcICQoL","sid":"00000000-0000-7000-8000-00000000002a","v":1}"#;
const ACTOR: &str = "15mr95HyPGCtvDc5uoZTBg==";

fn sid() -> Uuid {
    Uuid::parse_str("00000000-0000-7000-8000-00000000002a").unwrap()
}

fn secret(first: u8) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(std::array::from_fn(|at| first + at as u8))
}

fn chain() -> ChainKey {
    ChainKey::of(secret(0), ORIGIN, sid()).unwrap()
}

fn master() -> MasterKey {
    MasterKey::of(&secret(100)).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    tlog::merkle::sha256(bytes)
}

#[test]
fn payloads_are_sealed_as_another_library_does() {
    let whole = Some(Whole { length: 1000, digest: digest(&[b'y'; 1000]) });
    let mut out = b"before".to_vec();
    let sealed = chain().seal(7, &Plain { kind: Kind::Text, bytes: TEXT, whole }, &mut out).unwrap();
    assert_eq!(hex(&out[6..]), CIPHERTEXT);
    assert_eq!(sealed.size, out.len() - 6);
    assert_eq!(hex(&sealed.digest), DIGEST);
    assert_eq!(hex(&sealed.commitment), COMMITMENT);
    assert_eq!(hex(&sealed.cut.unwrap()), CUT);
    assert_eq!(chain().open(7, Kind::Text, &out[6..]).unwrap(), TEXT);
}

#[test]
fn what_was_sealed_opens_in_its_place_alone() {
    for length in [0, 1, 62, 63, 64, 65, 1000] {
        let bytes = vec![0; length];
        let mut out = Vec::new();
        let sealed = chain().seal(1, &Plain { kind: Kind::Who, bytes: &bytes, whole: None }, &mut out).unwrap();
        assert!(sealed.cut.is_none());
        assert_eq!(out.len() % 64, 16, "lengths are not told");
        assert_eq!(chain().open(1, Kind::Who, &out), Some(bytes));
        assert_eq!(chain().open(2, Kind::Who, &out), None);
        assert_eq!(chain().open(1, Kind::Text, &out), None);
        assert_eq!(ChainKey::of(secret(0), "other", sid()).unwrap().open(1, Kind::Who, &out), None);
        assert_eq!(ChainKey::of(secret(0), ORIGIN, Uuid::nil()).unwrap().open(1, Kind::Who, &out), None);
        assert_eq!(ChainKey::of(secret(1), ORIGIN, sid()).unwrap().open(1, Kind::Who, &out), None);
        out[0] ^= 1;
        assert_eq!(chain().open(1, Kind::Who, &out), None);
    }
    assert_eq!(chain().open(1, Kind::Who, b""), None);
}

#[test]
fn chain_keys_are_wrapped_as_another_library_does() {
    let wrapped = master().wrap_with(std::array::from_fn(|at| at as u8), &chain(), ORIGIN, sid()).unwrap();
    assert_eq!(String::from_utf8(wrapped.clone()).unwrap(), format!("{WRAPPED}\n"));
    assert_eq!(**master().unwrap(&wrapped, ORIGIN, sid()).unwrap().secret(), *secret(0));
    assert!(master().unwrap(&wrapped, "other", sid()).is_none());
    assert!(master().unwrap(&wrapped, ORIGIN, Uuid::nil()).is_none());
    assert!(MasterKey::of(&secret(101)).unwrap().unwrap(&wrapped, ORIGIN, sid()).is_none());
    let one = master().wrap(&chain(), ORIGIN, sid()).unwrap();
    assert_ne!(master().wrap(&chain(), ORIGIN, sid()).unwrap(), one, "a nonce was used twice");
    assert_eq!(**master().unwrap(&one, ORIGIN, sid()).unwrap().secret(), *secret(0));
}

#[test]
fn a_person_has_one_pseudonym() {
    assert_eq!(master().actor("local", "ada"), ACTOR);
    assert_ne!(master().actor("loca", "lada"), ACTOR);
}

#[test]
fn keys_are_not_printed() {
    assert_eq!(format!("{:?} {:?}", chain(), master()), "ChainKey(..) MasterKey(..)");
}

#[test]
fn the_master_key_is_made_once_and_only_for_a_new_log() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(MasterKey::open(folder.path(), true), Err(KeyError::File { .. })));
    let made = MasterKey::open(folder.path(), false).unwrap();
    let wrapped = made.wrap(&chain(), ORIGIN, sid()).unwrap();
    let path = folder.path().join("master");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    for begun in [false, true] {
        assert!(MasterKey::open(folder.path(), begun).unwrap().unwrap(&wrapped, ORIGIN, sid()).is_some());
    }
    std::fs::write(&path, "c2hvcnQ=\n").unwrap();
    assert!(matches!(MasterKey::open(folder.path(), false), Err(KeyError::Malformed(_))));
}

#[test]
fn kinds_are_found_by_their_names() {
    for kind in [Kind::Text, Kind::Parameters, Kind::Result, Kind::Reason, Kind::Who, Kind::Signin, Kind::Approval] {
        assert_eq!(Kind::named(kind.as_str()), Some(kind));
    }
    assert_eq!(Kind::named("texts"), None);
}
