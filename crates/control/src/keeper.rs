//! What happens because a time came: requests run out, grants begin and end.

use std::time::Duration;

use model::By;
use store::RequestKind;

use crate::{Control, Error};

/// Requests for commands are forgotten so long after their end; the evidence log has them.
const KEPT_US: u64 = 90 * 24 * 3600 * 1_000_000;
/// How long is slept at most, in case the clock of the machine is set.
const AT_MOST: Duration = Duration::from_secs(60);
/// After a failure.
const PATIENCE: Duration = Duration::from_secs(1);

impl Control {
    /// Ends what has run out, keeps the view of grants fresh, and looks for changes by others, for as long as it is polled. To
    /// be spawned once: without it nothing ends by time.
    pub fn keep(&self) -> impl Future<Output = ()> + Send + 'static {
        let control = self.clone();
        async move {
            tokio::join!(control.changes.watch(&control.parts.store), control.keep_time());
        }
    }

    async fn keep_time(&self) {
        let mut changed = self.changes.subscribe();
        loop {
            changed.borrow_and_update();
            let sleep = match self.keep_up().await {
                Ok(next) => next.map_or(AT_MOST, |next| until(next, self.now())),
                Err(error) => {
                    tracing::error!(%error, "requests and grants cannot be looked after");
                    PATIENCE
                }
            };
            tokio::select! {
                _ = changed.changed() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    /// Does what is due. Gives the time when something is due again.
    pub(crate) async fn keep_up(&self) -> Result<Option<u64>, Error> {
        let store = &self.parts.store;
        let edge = self.refresh_grants().await?;
        let mut expiry = store.next_expiry().await?;
        if expiry.is_some_and(|at| at <= self.now()) {
            self.expire().await?;
            store.forget_commands(self.now().saturating_sub(KEPT_US)).await?;
            expiry = store.next_expiry().await?;
        }
        Ok(edge.into_iter().chain(expiry).min())
    }

    /// What ran out could not have taken effect any more, so it may end before its record is durable. Held commands have
    /// records of their own.
    async fn expire(&self) -> Result<(), Error> {
        let ended = self.parts.store.expire_requests(self.now()).await?;
        self.changes.tell();
        for id in ended {
            let request = self.parts.store.request(id).await?;
            if request.is_some_and(|request| request.kind != RequestKind::Command) {
                let by = By::Gateway { gateway: "its time was over" };
                self.act(by, "request.expire", &[("request", id.to_string())]).await?;
            }
        }
        Ok(())
    }
}

fn until(at_us: u64, now_us: u64) -> Duration {
    Duration::from_micros(at_us.saturating_sub(now_us)).min(AT_MOST)
}
