//! `signet connect`.

use super::Place;
use crate::connect::{client_program, with_section};

#[test]
fn clients_are_printed() {
    let place = Place::new();
    let out = place.signet(&["connect", "prod", "--as", "ada", "--print"]).ok();
    assert!(out.contains("# jdbc: Java\njdbc:toy:ada@gw.example.com:7000/prod/main\n"), "{out}");
    assert!(out.contains(r"toy ada@gw.example.com:7000/prod/main own=true 'it'\''s here'"), "{out}");
    assert!(out.contains("[prod]\nhost=gw.example.com\n"), "{out}");
}

#[test]
fn one_client_is_chosen() {
    let place = Place::new();
    let connect = |words: &[&str]| place.signet(&[&["connect", "dev", "--as", "ada"], words].concat());
    assert_eq!(connect(&["--with", "jdbc"]).ok(), "jdbc:toy:ada@127.0.0.1:7001/dev/none\n");
    assert_eq!(connect(&["--with", "jdbc", "--database", "x"]).ok(), "jdbc:toy:ada@127.0.0.1:7001/dev/x\n");
    assert!(connect(&["--with", "toy", "--print"]).ok().contains("own=false"));
    connect(&["--with", "telnet"]).fails(2, "hint: These there are: jdbc, toy, service.");
    connect(&[]).fails(1, "cannot run toy");
}

#[test]
fn what_the_gateway_would_refuse_is_told_before() {
    let place = Place::new();
    let connect = |words: &[&str]| place.signet(&[&["connect"], words, &["--print"]].concat());
    connect(&["nowhere", "--as", "ada"]).fails(4, "hint: These there are: dev, prod.");
    connect(&["prod", "--as", "bob"]).fails(4, "there is no person \"bob\"");
    connect(&["prod", "--as", "ada+root"]).fails(4, "no account \"root\"");
    connect(&["prod", "--as", "ada+dba"]).fails(1, "ada may not use prod as dba");
    connect(&["prod", "--as", "eve"]).fails(1, "eve may not use prod as app");
    connect(&["prod", "--as", "ada+"]).fails(2, "a user name is");
}

const MARK: &str = "# made by signet connect; changes are overwritten";

#[test]
fn a_service_section_is_written_once() {
    let section = "[prod]\nhost=a\n";
    let once = with_section("", "prod", section).unwrap();
    assert_eq!(once, format!("[prod]\n{MARK}\nhost=a\n"));
    assert_eq!(with_section(&once, "prod", section).unwrap(), once);
    let mine = "[mine]\nhost=x";
    let both = with_section(mine, "prod", section).unwrap();
    assert_eq!(both, format!("[mine]\nhost=x\n\n[prod]\n{MARK}\nhost=a\n"));
    let after = format!("{both}\n[last]\nport=1\n");
    let changed = with_section(&after, "prod", "[prod]\nhost=b\n").unwrap();
    assert_eq!(changed, after.replace("host=a", "host=b"));
    assert_eq!(with_section(&changed, "prod", "[prod]\nhost=b\n").unwrap(), changed);
}

#[test]
fn a_section_of_somebody_else_is_left_alone() {
    let failure = with_section("[prod]\nhost=theirs\n", "prod", "[prod]\nhost=a\n").unwrap_err();
    assert!(failure.to_string().contains("that signet did not make"), "{failure}");
}

#[test]
fn a_client_is_not_given_the_credentials_of_targets() {
    let text = super::CONFIG.replacen(
        "[[resource.account]]",
        "[[resource.account]]\nsecret = { env = \"TARGET_PASSWORD\" }",
        1,
    );
    let config = config::parse(&text, std::path::Path::new("/etc/signet.toml"), &["toy"]).unwrap();
    let command = client_program(&config, "toy", &["word".to_owned()]);
    let taken: Vec<_> = command.get_envs().collect();
    assert_eq!(taken, [(std::ffi::OsStr::new("TARGET_PASSWORD"), None)]);
}
