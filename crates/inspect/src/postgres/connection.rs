//! A connection of the gateway's own to one database, closed when nobody has used it for a while.

use std::time::Duration;

use engine::Io;
use model::TlsMode;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};

use super::encrypted::encrypt;
use super::told;
use crate::catalogues::{Failure, Inspector, Place};
use crate::guarded::Guarded;
use crate::metered::{Allowance, Metered};
use crate::way::{self, Steps};

/// How long it stays open after its last use.
const IDLE: Duration = Duration::from_secs(60);
/// The path is set, so that no name of ours leads elsewhere, whatever the account or database has set.
const OPTIONS: &str = "-c search_path=pg_catalog -c default_transaction_read_only=on -c statement_timeout=10s \
    -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s -c standard_conforming_strings=on";
/// The most that is read for signing in.
const GREETING: u64 = 1 << 20;

/// The connection.
pub(super) struct Connection {
    client: Client,
    inspector: Inspector,
    allowance: Allowance,
    used: watch::Sender<Instant>,
}

impl Connection {
    /// Signs in.
    pub(super) async fn open(place: &Place, inspector: Inspector) -> Result<Self, Failure> {
        let Inspector { account, secret } = &inspector;
        let mut steps = Steps { secret: secret.clone(), ..Steps::default() };
        let Some(socket) = way::reach(&place.resource.address, &mut steps).await else {
            return Err(Failure::new(steps.done.pop().map(|step| step.detail).unwrap_or_default()));
        };
        let tls = place.resource.tls != TlsMode::Disable;
        let stream: Box<dyn Io> = if tls {
            let stream = encrypt(&place.resource, socket).await;
            Box::new(stream.map_err(|error| Failure::new(error.to_string()))?)
        } else {
            Box::new(socket)
        };
        let allowance = Allowance::default();
        allowance.set(GREETING);
        let verified = matches!(place.resource.tls, TlsMode::VerifyFull | TlsMode::VerifyCa);
        let guarded = Guarded::new(Metered::new(stream, allowance.clone()), tls);
        let stream = if verified || secret.is_none() { guarded } else { guarded.demanding_proof() };
        let mut config = Config::new();
        config
            .user(&account.user)
            .dbname(&place.database)
            .application_name("signet")
            .options(OPTIONS)
            // There is TLS around it already, where there is to be any.
            .ssl_mode(SslMode::Disable);
        if let Some(secret) = secret {
            config.password(secret.reveal());
        }
        let (client, connection) = config.connect_raw(stream, NoTls).await.map_err(|error| failed(&error))?;
        let (used, looks) = watch::channel(Instant::now());
        engine::spawn(async move {
            tokio::select! {
                _ = connection => {}
                () = unused(looks) => {}
            }
        });
        Ok(Self { client, inspector, allowance, used })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Whether it is open, as that account with that secret.
    pub(super) fn is_of(&self, inspector: &Inspector) -> bool {
        let secret = |of: &Inspector| of.secret.as_ref().map(|secret| secret.reveal().to_vec());
        !self.client.is_closed()
            && self.inspector.account == inspector.account
            && secret(&self.inspector) == secret(inspector)
    }

    /// It is used now, and may answer with so many bytes.
    pub(super) fn begin(&self, bytes: u64) {
        self.allowance.set(bytes);
        self.used.send_replace(Instant::now());
    }
}

/// Ends when it was not used for long enough.
async fn unused(mut looks: watch::Receiver<Instant>) {
    loop {
        let until = *looks.borrow_and_update() + IDLE;
        sleep_until(until).await;
        if *looks.borrow() + IDLE <= until {
            return;
        }
    }
}

/// What went wrong, for the gateway's log.
pub(super) fn failed(error: &tokio_postgres::Error) -> Failure {
    Failure::new(told(error))
}
