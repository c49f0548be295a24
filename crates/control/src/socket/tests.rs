//! Tests of both sides, over a real socket.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use model::{By, Event, Operator, Record};
use ports::{Journal, JournalDown, Later, Mark};

use super::{AskError, Deed, Listening, Note, ask, serve, socket, users};

/// Keeps records in memory; storage may be slow or down.
#[derive(Default)]
struct Kept {
    records: Mutex<Vec<Record>>,
    down: AtomicBool,
    /// Until it is told, nothing is durable.
    slow: Option<tokio::sync::watch::Receiver<bool>>,
}

impl Journal for Kept {
    fn append(&self, record: Record) -> Result<Mark, JournalDown> {
        let mut records = self.records.lock().unwrap();
        records.push(record);
        Ok(Mark(records.len() as u64))
    }

    fn durable(&self) -> Mark {
        Mark(0)
    }

    fn failed(&self) -> bool {
        self.down.load(Ordering::Relaxed)
    }

    fn reached(&self, _: Mark) -> Later<Result<(), JournalDown>> {
        let end = if self.failed() { Err(JournalDown) } else { Ok(()) };
        let slow = self.slow.clone();
        Box::pin(async move {
            if let Some(mut slow) = slow {
                slow.wait_for(|durable| *durable).await.unwrap();
            }
            end
        })
    }
}

struct Place {
    folder: tempfile::TempDir,
    journal: Arc<Kept>,
}

impl Place {
    fn with(journal: Kept) -> (Self, Listening) {
        let place = Self { folder: tempfile::tempdir().unwrap(), journal: Arc::new(journal) };
        let control = place.serve();
        (place, control)
    }

    fn serve(&self) -> Listening {
        serve(&self.socket(), Arc::<Kept>::clone(&self.journal), Arc::new(|| 77)).unwrap()
    }

    fn socket(&self) -> PathBuf {
        socket(self.folder.path())
    }

    async fn ask(&self, note: Note) -> Result<u64, AskError> {
        let path = self.socket();
        tokio::task::spawn_blocking(move || ask(&path, &note)).await.unwrap()
    }

    /// What is answered to these bytes, after which the client says no more.
    async fn say(&self, bytes: Vec<u8>) -> String {
        let path = self.socket();
        tokio::task::spawn_blocking(move || say(&path, &bytes)).await.unwrap()
    }

    fn events(&self) -> Vec<Event> {
        self.journal.records.lock().unwrap().iter().map(|record| record.event.clone()).collect()
    }
}

fn say(path: &Path, bytes: &[u8]) -> String {
    let mut stream = UnixStream::connect(path).unwrap();
    // A request that is too long is not read to its end.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

fn note(deed: Deed, what: &str) -> Note {
    Note { deed, what: what.to_owned(), details: BTreeMap::from([("token".to_owned(), "t1".to_owned())]) }
}

fn me() -> u32 {
    std::fs::metadata("/proc/self").unwrap().uid()
}

#[tokio::test]
async fn acts_and_reads_become_records_of_the_user_who_asks() {
    let (place, _control) = Place::with(Kept::default());
    assert_eq!(place.ask(note(Deed::Act, "token.create")).await.unwrap(), 0);
    assert_eq!(place.ask(note(Deed::Read, "session")).await.unwrap(), 1);
    let events = place.events();
    let by = By::Operator(Operator { uid: me(), user: users::name_of(me()) });
    let Event::Act { act, by: actor, details } = &events[0] else { panic!("{events:?}") };
    assert_eq!((act.as_str(), actor, details["token"].as_str()), ("token.create", &by, "t1"));
    let Event::Read { what, by: reader, .. } = &events[1] else { panic!("{events:?}") };
    assert_eq!((what.as_str(), reader), ("session", &by));
    assert_eq!(place.journal.records.lock().unwrap()[0].time_us, 77);
}

#[tokio::test]
async fn the_answer_waits_for_storage() {
    let (durable, slow) = tokio::sync::watch::channel(false);
    let (place, _control) = Place::with(Kept { slow: Some(slow), ..Kept::default() });
    let path = place.socket();
    let answer = Arc::new(AtomicBool::new(false));
    let answered = Arc::clone(&answer);
    let asking = tokio::task::spawn_blocking(move || {
        let place = ask(&path, &note(Deed::Act, "token.create"));
        answered.store(true, Ordering::SeqCst);
        place
    });
    while place.events().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!answer.load(Ordering::SeqCst), "answered before the record was durable");
    durable.send(true).unwrap();
    assert_eq!(asking.await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn a_journal_that_is_down_is_a_refusal() {
    let (place, _control) = Place::with(Kept::default());
    place.journal.down.store(true, Ordering::Relaxed);
    let refused = place.ask(note(Deed::Act, "token.create")).await;
    assert!(matches!(&refused, Err(AskError::Refused(why)) if why.contains("takes no records")), "{refused:?}");
}

#[tokio::test]
async fn what_is_no_request_is_refused_and_leaves_no_record() {
    let (place, _control) = Place::with(Kept::default());
    let mut details = BTreeMap::from([("big".to_owned(), "x".repeat(5000))]);
    let big = Note { details: details.clone(), ..note(Deed::Act, "a") };
    details.clear();
    details.extend((0..17).map(|number| (format!("{}", char::from(b'a' + number)), String::new())));
    let many = Note { details, ..note(Deed::Act, "a") };
    for unfit in [big, many, note(Deed::Act, ""), note(Deed::Act, "Token"), note(Deed::Act, &"a".repeat(65))] {
        let refused = place.ask(unfit).await;
        assert!(matches!(&refused, Err(AskError::Refused(why)) if why.contains("not understood")), "{refused:?}");
    }
    let good = serde_json::to_vec(&note(Deed::Act, "a")).unwrap();
    let forged = br#"{"deed":"act","what":"a","details":{},"by":{"uid":0}}"#.to_vec();
    let endless = [good.clone(), vec![b' '; 200_000], b"\n".to_vec()].concat();
    for bytes in [Vec::new(), b"\n".to_vec(), good, [&forged[..], b"\n"].concat(), b"\xff\n".to_vec(), endless] {
        let answer = place.say(bytes).await;
        assert!(answer.is_empty() || answer.contains("not understood"), "{answer}");
    }
    assert!(place.events().is_empty(), "{:?}", place.events());
}

#[tokio::test]
async fn silent_connections_hold_few_places() {
    let (place, _control) = Place::with(Kept::default());
    let silent: Vec<_> = (0..7).map(|_| UnixStream::connect(place.socket()).unwrap()).collect();
    place.ask(note(Deed::Act, "a")).await.unwrap();
    drop(silent);
}

#[tokio::test]
async fn the_socket_is_private_replaces_an_old_one_and_goes() {
    let (place, control) = Place::with(Kept::default());
    let facts = place.socket().symlink_metadata().unwrap();
    assert!(facts.file_type().is_socket() && facts.permissions().mode() & 0o777 == 0o600, "{facts:?}");
    control.stop().await;
    let nobody = place.ask(note(Deed::Act, "a")).await;
    assert!(matches!(nobody, Err(AskError::Nobody)), "{nobody:?}");
    drop(std::os::unix::net::UnixListener::bind(place.socket()).unwrap());
    let stale = place.ask(note(Deed::Act, "a")).await;
    assert!(matches!(stale, Err(AskError::Nobody)), "{stale:?}");
    let _again = place.serve();
    place.ask(note(Deed::Act, "a")).await.unwrap();
}

#[tokio::test]
async fn stopping_waits_for_the_one_that_is_being_answered() {
    let (durable, slow) = tokio::sync::watch::channel(false);
    let (place, control) = Place::with(Kept { slow: Some(slow), ..Kept::default() });
    let path = place.socket();
    let asking = tokio::task::spawn_blocking(move || ask(&path, &note(Deed::Act, "a")));
    while place.events().is_empty() {
        tokio::task::yield_now().await;
    }
    let stopping = tokio::spawn(control.stop());
    tokio::task::yield_now().await;
    assert!(!stopping.is_finished());
    durable.send(true).unwrap();
    stopping.await.unwrap();
    assert_eq!(asking.await.unwrap().unwrap(), 0);
}

#[test]
fn users_have_the_names_of_the_list() {
    let list = "root:x:0:0::/root:/bin/sh\nbad\n:x:7:\nada:x:1000:1000::/:\nbob:x:1000:1:\n";
    let named = |uid| users::find(list.as_bytes(), uid);
    assert_eq!(
        (named(0).as_deref(), named(1000).as_deref(), named(7), named(5)),
        (Some("root"), Some("ada"), None, None)
    );
}

#[test]
fn a_gateway_that_says_nothing_or_nonsense_has_recorded_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = socket(folder.path());
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let gateway = std::thread::spawn(move || {
        for answer in [&b""[..], b"{}\n", b"{\"recorded\":1,\"refused\":\"no\"}\n", &[b'['; 200_000]] {
            let (mut stream, _) = listener.accept().unwrap();
            std::io::BufRead::read_until(&mut std::io::BufReader::new(&stream), b'\n', &mut Vec::new()).unwrap();
            // The client reads no answer that is longer than one can be.
            let _ = stream.write_all(answer);
        }
    });
    let ask = || ask(&path, &note(Deed::Act, "a"));
    assert!(matches!(ask(), Err(AskError::Broken(_))));
    for _ in 0..3 {
        assert!(matches!(ask(), Err(AskError::Answer)));
    }
    gateway.join().unwrap();
}
