//! Making, listing and revoking tokens: what `signet token` does.

use std::sync::Arc;
use std::time::Duration;

use model::{Login, Secret};
use store::{Store, Token};

use crate::{Clock, IdentityError, scram, token};

/// The administration of tokens. Works beside a running gateway, from another process too.
#[derive(Clone)]
pub struct Tokens {
    store: Arc<Store>,
    clock: Clock,
}

/// A token just made. The secret is not kept anywhere: it is shown now or never.
#[derive(Debug)]
pub struct NewToken {
    /// Its public name.
    pub id: String,
    /// What the person types as the password.
    pub token: Secret,
    /// Not valid from then on; microseconds since 1970 UTC.
    pub expires_us: u64,
}

/// A token that does not let anybody in yet, so that it can be written down before it does.
pub struct Prepared {
    secret: Secret,
    kept: Token,
}

impl Prepared {
    /// Says who else will know it: the person who makes it for somebody, as `ISSUER/SUBJECT`.
    pub fn made_by(mut self, maker: Option<String>) -> Self {
        self.kept.made_by = maker;
        self
    }

    /// Its public name.
    pub fn id(&self) -> &str {
        &self.kept.id
    }

    /// Not valid from then on; microseconds since 1970 UTC.
    pub fn expires_us(&self) -> u64 {
        self.kept.expires_us
    }
}

/// A token as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// Its public name.
    pub id: String,
    /// Whose it is.
    pub person: String,
    /// Microseconds since 1970 UTC.
    pub created_us: u64,
    /// Not valid from then on.
    pub expires_us: u64,
    /// Revoked since.
    pub revoked_us: Option<u64>,
    /// Who made it for its person.
    pub made_by: Option<String>,
}

impl Tokens {
    /// Tokens in that store.
    pub fn new(store: Arc<Store>, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Makes a token for a person, which `keep` lets in. Whether the person is listed is for the caller to check, who has
    /// the list.
    ///
    /// # Errors
    /// When nobody could sign in by that name, the lifetime is less than a second, or the store fails.
    pub async fn prepare(&self, person: &str, lifetime: Duration) -> Result<Prepared, IdentityError> {
        match Login::parse(person) {
            Ok(Login { account: None, .. }) => {}
            _ => return Err(IdentityError::Name),
        }
        if lifetime < Duration::from_secs(1) {
            return Err(IdentityError::Lifetime);
        }
        let salt = self.store.keep_salt(person, token::random()?).await?;
        let (id, secret) = (token::name()?, token::generate()?);
        let digest = token::digest(secret.reveal_str().map_err(|_| IdentityError::Random)?);
        let password = secret.clone();
        let keys = tokio::task::spawn_blocking(move || scram::derive(password.reveal(), &salt));
        let keys = keys.await.map_err(|_| IdentityError::Interrupted)?;
        let created_us = (self.clock)();
        let expires_us = created_us.saturating_add(u64::try_from(lifetime.as_micros()).unwrap_or(u64::MAX));
        let kept = Token {
            id,
            person: person.to_owned(),
            stored_key: keys.stored,
            server_key: keys.server,
            created_us,
            expires_us,
            revoked_us: None,
            digest: Some(digest),
            made_by: None,
        };
        Ok(Prepared { secret, kept })
    }

    /// Keeps a prepared token: from now on it lets its person in.
    ///
    /// # Errors
    /// When the person has too many tokens, or the store fails.
    pub async fn keep(&self, prepared: Prepared) -> Result<NewToken, IdentityError> {
        let Prepared { secret, kept } = prepared;
        self.store.create_token(&kept).await?;
        Ok(NewToken { id: kept.id, token: secret, expires_us: kept.expires_us })
    }

    /// The token of that public name.
    ///
    /// # Errors
    /// When there is none of that name, or the store fails.
    pub async fn find(&self, id: &str) -> Result<TokenInfo, IdentityError> {
        let found = self.store.token(id).await?;
        found.map(TokenInfo::from).ok_or_else(|| IdentityError::NoToken(id.to_owned()))
    }

    /// All tokens, dead ones too, by person.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self) -> Result<Vec<TokenInfo>, IdentityError> {
        Ok(self.store.tokens().await?.into_iter().map(TokenInfo::from).collect())
    }

    /// Revokes a token. Live sessions that it opened are cut. Revoking again changes nothing.
    ///
    /// # Errors
    /// When there is none of that name, or the store fails.
    pub async fn revoke(&self, id: &str) -> Result<TokenInfo, IdentityError> {
        let revoked = self.store.revoke_token(id, (self.clock)()).await?;
        revoked.map(TokenInfo::from).ok_or_else(|| IdentityError::NoToken(id.to_owned()))
    }
}

impl From<Token> for TokenInfo {
    fn from(token: Token) -> Self {
        let Token { id, person, created_us, expires_us, revoked_us, made_by, .. } = token;
        Self { id, person, created_us, expires_us, revoked_us, made_by }
    }
}
