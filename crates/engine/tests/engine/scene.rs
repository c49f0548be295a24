//! What the tests share: a house with toy targets, and a client that is told what to say.

use std::net::SocketAddr;

use engine::{EngineLimits, Listener};
use model::{Action, Verdict};
use testkit::conformance::Subject;
use testkit::house::{TestHouse, Visitor, settle};
use testkit::legs::Remote;
use testkit::toy::Toy;
use testkit::toy::client::{Client, command};
use testkit::toy::frame::{tag, write};
use testkit::toy::subject::{ToySubject, frames};
use testkit::toy::target::Target;
use wire::Route;

/// A house whose targets are toys.
pub(crate) fn house(rule: impl Fn(&Action) -> Verdict + Send + Sync + 'static) -> TestHouse {
    with_limits(rule, EngineLimits::default())
}

/// The same with other limits.
pub(crate) fn with_limits(
    rule: impl Fn(&Action) -> Verdict + Send + Sync + 'static,
    limits: EngineLimits,
) -> TestHouse {
    TestHouse::new(&Toy, Box::new(rule), Box::new(|| Box::new(Target::default())), limits)
}

/// A client that has signed in and says nothing more of itself.
pub(crate) async fn signed_in(house: &TestHouse) -> (Visitor, Remote) {
    let visitor = house.visit(Box::new(Client::new(&[]).that_stays()));
    settle().await;
    assert!(!key(&visitor.remote).is_empty(), "the client is signed in");
    let target = house.dialer.dialled().last().unwrap().clone();
    (visitor, target)
}

/// The cancel key that a client was given.
pub(crate) fn key(client: &Remote) -> Vec<u8> {
    let frames = frames(&client.heard(0));
    frames.iter().find(|frame| frame.tag == b'K').map(|frame| frame.body().to_vec()).unwrap_or_default()
}

/// The answers that a client has seen.
pub(crate) fn answers(client: &Remote) -> Vec<String> {
    ToySubject.answers(&client.heard(0)).expect("the client's stream is valid")
}

/// The tags of the messages that a side has heard.
pub(crate) fn tags(remote: &Remote) -> String {
    frames(&remote.heard(0)).iter().map(|frame| char::from(frame.tag)).collect()
}

/// Says these words.
pub(crate) fn say(client: &Remote, words: &[&str]) {
    words.iter().for_each(|word| client.say(command(word)));
}

/// The text of the last error that a client has heard.
pub(crate) fn last_error(client: &Remote) -> String {
    let frames = frames(&client.heard(0));
    let error = frames.iter().rev().find(|frame| frame.tag == b'E').expect("an error");
    String::from_utf8_lossy(&error.body()[1..]).into_owned()
}

/// A door to the resource of the tests, on some port.
pub(crate) fn listener() -> Listener {
    Listener {
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
        protocol: &Toy,
        route: Route::Fixed("prod".parse().unwrap()),
        plaintext_allowed: true,
        tls: None,
        proxy_from: Vec::new(),
    }
}

/// What a client says first: who it is, and for which resource.
pub(crate) fn hello(user: &str, resource: &str) -> bytes::Bytes {
    write(tag::HELLO, &[user.as_bytes(), b"\0", resource.as_bytes(), b"\0", &[7; 32]].concat())
}
