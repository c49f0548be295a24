//! The side of the gateway: it writes down what commands are about to do.

use std::fs;
use std::future::Future;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use model::{By, Operator, Record};
use ports::Journal;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::error::ServeError;
use super::request::{Answer, LONGEST, Note};
use super::users;
use crate::Clock;

/// Commands at a time; more wait.
const CONNECTIONS: u32 = 8;
/// How long one may take, its wait for the disk included.
const PATIENCE: Duration = Duration::from_secs(10);

/// The socket of a running gateway. Dropping it stops listening.
pub struct Listening {
    path: PathBuf,
    listening: JoinHandle<()>,
    places: Arc<Semaphore>,
}

/// Listens until the returned value is dropped or stopped.
///
/// # Errors
/// When the socket cannot be made, also when the path of the data directory is longer than the system allows for sockets.
pub fn serve(path: &Path, journal: Arc<dyn Journal>, clock: Clock) -> Result<Listening, ServeError> {
    let listener = bind(path).map_err(|source| ServeError { path: path.to_owned(), source })?;
    let places = Arc::new(Semaphore::new(CONNECTIONS as usize));
    let listening = engine::spawn(listen(listener, Arc::clone(&places), journal, clock));
    Ok(Listening { path: path.to_owned(), listening, places })
}

/// In place of what an earlier gateway left there. The socket is private before it can be found.
fn bind(path: &Path) -> io::Result<UnixListener> {
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&new)?;
    fs::set_permissions(&new, fs::Permissions::from_mode(0o600))?;
    fs::rename(&new, path)?;
    Ok(listener)
}

async fn listen(listener: UnixListener, places: Arc<Semaphore>, journal: Arc<dyn Journal>, clock: Clock) {
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (journal, clock) = (Arc::clone(&journal), Arc::clone(&clock));
        engine::spawn(async move {
            let answered = tokio::time::timeout(PATIENCE, converse(stream, &*journal, &clock)).await;
            tracing::debug!(?answered, "a command asked");
            drop(place);
        });
    }
}

impl Listening {
    /// Takes no more requests, and waits for those that are being answered: after this nothing is written down for them.
    pub fn stop(self) -> impl Future<Output = ()> {
        self.listening.abort();
        let places = Arc::clone(&self.places);
        drop(self);
        async move {
            // Each holds its place for a bounded time. The semaphore is never closed.
            let _ = places.acquire_many(CONNECTIONS).await;
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.listening.abort();
        // Commands that find it see that nobody listens; so it may stay.
        let _ = fs::remove_file(&self.path);
    }
}

async fn converse(mut stream: UnixStream, journal: &dyn Journal, clock: &Clock) -> io::Result<()> {
    let uid = stream.peer_cred()?.uid();
    let (reading, mut writing) = stream.split();
    let mut line = Vec::new();
    BufReader::new(reading.take(LONGEST as u64)).read_until(b'\n', &mut line).await?;
    let answer = match read(&line) {
        Some(note) => record(note, uid, journal, clock).await,
        None => Answer::Refused("the request is not understood".to_owned()),
    };
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    writing.write_all(&line).await
}

fn read(line: &[u8]) -> Option<Note> {
    let note: Note = serde_json::from_slice(line.strip_suffix(b"\n")?).ok()?;
    note.is_fit().then_some(note)
}

async fn record(note: Note, uid: u32, journal: &dyn Journal, clock: &Clock) -> Answer {
    let event = note.event(By::Operator(Operator { uid, user: users::name_of(uid) }));
    let record = Record { time_us: clock(), session: None, position: None, event };
    let down = |_| Answer::Refused("the journal takes no records, so nothing may be done".to_owned());
    match journal.append(record) {
        // A mark counts records, so it is one more than the record's place.
        Ok(mark) => journal.reached(mark).await.map_or_else(down, |()| Answer::Recorded(mark.0.saturating_sub(1))),
        Err(error) => down(error),
    }
}
