//! PostgreSQL servers: trying one, and reading what its databases hold.

mod catalogue;
mod connection;
mod encrypted;
mod role;

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use control::{Prober, Step, Trial};
use engine::Io;
use model::TlsMode;
use ports::Later;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};

use crate::catalogues::{Place, Reader, Source};
use crate::guarded::Guarded;
use crate::way::{self, Steps};
use encrypted::encrypt;

/// How long all of it may take, once the server is reached.
const PATIENCE: Duration = Duration::from_secs(20);
/// The database that is everywhere.
const DATABASE: &str = "postgres";

/// Tries PostgreSQL servers, and reads what their databases hold.
pub struct Postgres;

impl Reader for Postgres {
    fn source(&self, place: Place) -> Arc<dyn Source> {
        Arc::new(catalogue::Database::new(place))
    }
}

impl Prober for Postgres {
    fn probe(&self, trial: Trial) -> Later<Vec<Step>> {
        Box::pin(async move {
            let mut steps = Steps { secret: trial.secret.clone(), ..Steps::default() };
            let Some(socket) = way::reach(&trial.resource.address, &mut steps).await else { return steps.done };
            if timeout(PATIENCE, converse(&trial, socket, &mut steps)).await.is_err() {
                let detail = "the server took the connection and then stopped answering";
                steps.bad("answer", detail, "Look at the server's log and load, then try again.");
            }
            steps.done
        })
    }
}

async fn converse(trial: &Trial, socket: TcpStream, steps: &mut Steps) {
    if trial.resource.tls == TlsMode::Disable {
        steps.good("tls", "without TLS, as it is configured");
        return sign_in(trial, Guarded::new(socket, false), steps).await;
    }
    match encrypt(&trial.resource, socket).await {
        Ok(stream) => {
            let proved = match trial.resource.tls {
                TlsMode::VerifyFull => "its certificate is of a trusted authority, for the right name",
                TlsMode::VerifyCa => "its certificate is of a trusted authority; its name is not looked at",
                TlsMode::Require | TlsMode::Disable => "encrypted; who answers is not looked at",
            };
            steps.good("tls", proved);
            sign_in(trial, Guarded::new(stream, true), steps).await;
        }
        Err(error) => {
            let remedy = "Give the authority that signed the server's certificate, and the name that stands in it; or turn \
                          TLS on at the server.";
            steps.bad("tls", &error.to_string(), remedy);
        }
    }
}

async fn sign_in<S: Io>(trial: &Trial, stream: Guarded<S>, steps: &mut Steps) {
    let mut config = Config::new();
    config
        .user(&trial.account.user)
        .dbname(trial.resource.default_database.as_deref().unwrap_or(DATABASE))
        .application_name("signet resources test")
        .options("-c statement_timeout=5000 -c default_transaction_read_only=on")
        // There is TLS around it already, where there is to be any.
        .ssl_mode(SslMode::Disable);
    if let Some(secret) = &trial.secret {
        config.password(secret.reveal());
    }
    match config.connect_raw(stream, NoTls).await {
        Ok((client, connection)) => {
            steps.good("sign-in", &format!("{} is let in", trial.account.user));
            tokio::select! {
                () = questions(trial, &client, steps) => {}
                ended = connection => {
                    let why = ended.err().map_or_else(|| "it ended".to_owned(), |error| told(&error));
                    steps.bad("answer", &format!("the server ended the connection: {why}"), "Look at the server's log.");
                }
            }
        }
        Err(error) => steps.bad("sign-in", &told(&error), remedy(&error)),
    }
}

async fn questions(trial: &Trial, client: &Client, steps: &mut Steps) {
    match client.query_one("SELECT current_setting('server_version')", &[]).await {
        Ok(row) => steps.good("version", &format!("PostgreSQL {}", row.try_get::<_, &str>(0).unwrap_or("?"))),
        Err(error) => steps.bad("version", &told(&error), "Look at the server's log."),
    }
    match role::strengths(client).await {
        Ok(strengths) if strengths.is_empty() => {
            steps.good("role", "it is no superuser and is in no role that may as much")
        }
        Ok(strengths) => {
            let detail = format!("{} is too strong: {}", trial.account.user, strengths.join(", "));
            let remedy = "Take that from the role (ALTER ROLE ... NOSUPERUSER, REVOKE ... FROM ...): whoever has it can go \
                          around what policies look at.";
            steps.bad("role", &detail, remedy);
        }
        Err(error) => steps.bad("role", &told(&error), "Let the account read pg_roles."),
    }
    if trial.inspection {
        match role::sees_catalogue(client).await {
            Ok(seen) => steps.good("catalogue", &format!("{seen} relations and their columns can be read")),
            Err(error) => {
                steps.bad("catalogue", &told(&error), "Let the account read pg_class, pg_attribute and pg_proc.")
            }
        }
    }
}

/// What the server said, or what happened on the way.
fn told(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => format!("{} ({})", said.message(), said.code().code()),
        (None, Some(source)) => source.to_string(),
        (None, None) => error.to_string(),
    }
}

fn remedy(error: &tokio_postgres::Error) -> &'static str {
    match error.code() {
        Some(code) if *code == SqlState::INVALID_PASSWORD => "Hand in the password of the account again.",
        Some(code) if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            "Make the role at the server, and let it in from the gateway's address (pg_hba.conf)."
        }
        Some(code) if *code == SqlState::UNDEFINED_DATABASE => "Name a database that is there.",
        Some(_) => "Look at the server's log.",
        None => "Have the server use scram-sha-256 for this account (password_encryption, pg_hba.conf).",
    }
}
