//! Tests of the nouns.

use crate::{Address, Login, ResourceName, Secret};

#[test]
fn login_splits_at_the_first_plus() {
    let login = Login::parse("ada+dba+x").unwrap();
    assert_eq!((login.person.as_str(), login.account.as_deref()), ("ada", Some("dba+x")));
    assert_eq!(Login::parse("ada").unwrap().account, None);
    for bad in ["", "+", "ada+", "+dba", "a\nb", &"x".repeat(129)] {
        assert!(Login::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn resource_names_are_narrow() {
    for good in ["prod", "a", "db-1.eu_x"] {
        assert!(good.parse::<ResourceName>().is_ok(), "{good}");
    }
    for bad in ["", "Prod", "a b", "-x", "ü", &"x".repeat(64)] {
        assert!(bad.parse::<ResourceName>().is_err(), "{bad}");
    }
}

#[test]
fn addresses() {
    let v6: Address = "[::1]:5432".parse().unwrap();
    assert_eq!((v6.host.as_str(), v6.port), ("::1", 5432));
    assert_eq!(v6.to_string(), "[::1]:5432");
    assert_eq!("db:1".parse::<Address>().unwrap().host, "db");
    for bad in ["db", "db:", ":1", "db:0", "db:65536", "::1:5432"] {
        assert!(bad.parse::<Address>().is_err(), "{bad}");
    }
}

#[test]
fn a_secret_is_not_printed() {
    assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(..)");
}
