//! What a command is about to do or to read is written down first: by the running gateway, or, when none runs, by the
//! command itself, which then opens the journal for that one record. Without a record nothing is done.

mod alone;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use config::Config;
use control::{AskError, Deed, Note};
use evidence::Places;

use crate::failure::{Code, Failure, Outcome};

/// How long a gateway that is starting or stopping, or another command, may hold the journal.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often it is tried again.
const INTERVAL: Duration = Duration::from_millis(50);

/// Writes down an act, as `token.create`.
pub(crate) async fn act<const N: usize>(config: &Config, what: &str, details: [(&str, String); N]) -> Outcome {
    write(config, Deed::Act, what, details.into(), "nothing was done").await
}

/// Writes down that evidence is read, as `session`. Without a journal there is none to be read; and without the master key
/// nothing can be read but what may be given away, which needs no record.
pub(crate) async fn read(config: &Config, what: &str, details: Vec<(&str, String)>) -> Outcome {
    let places = Places::of(&config.data_dir);
    if !places.journal.exists() && !places.log.exists() {
        let failure = Failure::new(Code::NotFound, format!("there is no journal in {}", config.data_dir.display()));
        return Err(failure.hint("It begins with the first start of the gateway (signet server)."));
    }
    match File::open(places.keys.join("master")).map_err(|error| error.kind()) {
        Err(ErrorKind::NotFound | ErrorKind::PermissionDenied) => Ok(()),
        _ => write(config, Deed::Read, what, details, "nothing is shown").await,
    }
}

async fn write(config: &Config, deed: Deed, what: &str, details: Vec<(&str, String)>, without: &str) -> Outcome {
    let details: BTreeMap<String, String> = details.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let note = Note { deed, what: what.to_owned(), details };
    let why = written(config, &note).await.err();
    why.map_or(Ok(()), |why| {
        let failure = Failure::new(Code::Failed, format!("{without}, because it could not be written down: {why}"));
        let owner = format!("Run this as the user of the gateway, who owns {}.", config.data_dir.display());
        Err(failure.hint(format!("{owner} Why the journal takes nothing stands in the gateway's own log.")))
    })
}

/// Asks the gateway; when there is none, takes its place. Another may come up or go down meanwhile, so both are tried again.
async fn written(config: &Config, note: &Note) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        match control::ask(&control::socket(&config.data_dir), note) {
            Ok(_) => return Ok(()),
            Err(AskError::Nobody) => {}
            Err(error) => return Err(error.to_string()),
        }
        match alone::write(config, note.clone()).await {
            Err(error) if error.in_use() && begun.elapsed() < PATIENCE => tokio::time::sleep(INTERVAL).await,
            end => return end.map_err(|error| error.to_string()),
        }
    }
}
