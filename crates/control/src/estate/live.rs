//! Sessions that are under way: seen, and ended.

use engine::{LiveSession, LiveSessions};
use model::{Class, Public, SessionId};

use super::{Estate, is_own};
use crate::roles;
use crate::{Caller, Error};

/// Bytes of a reason at most.
const LONGEST: usize = 500;

impl Estate {
    /// The sessions that the caller may see, the oldest first: their own; for auditors and administrators all, which is then
    /// on record.
    ///
    /// # Errors
    /// When the caller is no longer known, or the journal is down.
    pub async fn live_sessions(&self, by: &Caller, live: &LiveSessions) -> Result<Vec<LiveSession>, Error> {
        let sessions = self.live_sessions_again(by, live).await?;
        if self.may(by, &roles::SESSIONS_READ).await.is_ok() {
            self.write_down(by, &roles::SESSIONS_READ, &[("sessions", sessions.len().to_string())]).await?;
        }
        Ok(sessions)
    }

    /// The same again, for somebody who follows them: that they look is on record already, by `live_sessions`.
    ///
    /// # Errors
    /// When the caller is no longer known.
    pub async fn live_sessions_again(&self, by: &Caller, live: &LiveSessions) -> Result<Vec<LiveSession>, Error> {
        let roll = self.may(by, &roles::LIVE_OWN).await?;
        let mut sessions = live.list();
        if self.may(by, &roles::SESSIONS_READ).await.is_err() {
            sessions.retain(|session| is_own(&roll, &by.id, &session.principal.id));
        }
        Ok(sessions)
    }

    /// Ends a session at once, for a reason that its client is told. One's own anybody may end; a human also that
    /// of their service or agent.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the caller may not see it.
    pub async fn kill_session(
        &self,
        by: &Caller,
        live: &LiveSessions,
        id: SessionId,
        reason: &str,
    ) -> Result<(), Error> {
        if reason.is_empty() || reason.len() > LONGEST || reason.chars().any(char::is_control) {
            return Err(Error::Invalid("give a reason: up to 500 bytes, without control characters".to_owned()));
        }
        let roll = self.may(by, &roles::LIVE_OWN).await?;
        let session = live.list().into_iter().find(|session| session.id == id).ok_or(Error::NotFound)?;
        if !is_own(&roll, &by.id, &session.principal.id)
            && let Err(refused) = self.may(by, &roles::SESSIONS_KILL).await
        {
            let seen = self.may(by, &roles::SESSIONS_READ).await.is_ok();
            return Err(if seen { refused } else { Error::NotFound });
        }
        let details =
            [("session", id.to_string()), ("person", session.principal.id.to_string()), ("reason", reason.to_owned())];
        self.write_down(by, &roles::SESSIONS_KILL, &details).await?;
        let told = Public::new(Class::Shutdown, format!("this session was ended: {reason}"));
        live.kill(id, told.with_hint("Ask the administrators of the gateway."));
        Ok(())
    }
}
