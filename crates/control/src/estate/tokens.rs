//! Tokens: everybody makes, sees and revokes their own, a human also those of their services and agents; an administrator
//! also those of others.

use std::time::Duration;

use identity::{IdentityError, LOCAL, NewToken, Roll, TokenInfo};
use model::PrincipalId;

use super::{Estate, is_own};
use crate::roles::{self, Rule};
use crate::{Caller, Error};

/// The longest life of a token that is made here.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// A token as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its public name.
    pub id: String,
    /// Whose it is.
    pub person: PrincipalId,
    /// Microseconds since 1970 UTC.
    pub created_us: u64,
    /// Not valid from then on.
    pub expires_us: u64,
    /// Revoked since.
    pub revoked_us: Option<u64>,
    /// Who made it for its person, and may know it. It carries no role then.
    pub made_by: Option<String>,
}

impl Estate {
    /// The tokens of somebody; of everybody when nobody is named.
    ///
    /// # Errors
    /// When the caller may not see them.
    pub async fn tokens(&self, by: &Caller, of: Option<&PrincipalId>) -> Result<Vec<Token>, Error> {
        let rule = self.whose(by, of, &roles::TOKENS_OWN, &roles::TOKENS_LIST).await?;
        self.write_down(by, rule, &of.map(|of| ("person", of.to_string())).into_iter().collect::<Vec<_>>()).await?;
        let all = self.tokens.list().await.map_err(told)?.into_iter().map(shown);
        Ok(all.filter(|token| of.is_none_or(|of| token.person == *of)).collect())
    }

    /// Makes a token. It is shown now or never. One for somebody that the caller does not answer for carries no role.
    ///
    /// # Errors
    /// [`Error::TooMany`] when its person has too many.
    pub async fn create_token(&self, by: &Caller, to: &PrincipalId, lifetime: Duration) -> Result<NewToken, Error> {
        let _one = self.changing.lock().await;
        let rule = self.whose(by, Some(to), &roles::TOKENS_OWN_CREATE, &roles::TOKENS_CREATE).await?;
        let roll = self.parts.people.fresh().await?;
        if !roll.is_live(to) || to.issuer != LOCAL {
            return Err(Error::Invalid(format!("{to} cannot sign in with tokens of this gateway")));
        }
        if lifetime > LONGEST {
            return Err(Error::Invalid("a token lives a year at most".to_owned()));
        }
        let maker = self.maker(by, &roll, to).await?;
        let prepared = self.tokens.prepare(&to.subject, lifetime).await.map_err(told)?.made_by(maker);
        let details = [
            ("token", prepared.id().to_owned()),
            ("person", to.to_string()),
            ("expires_us", prepared.expires_us().to_string()),
        ];
        self.write_down(by, rule, &details).await?;
        self.tokens.keep(prepared).await.map_err(told)
    }

    /// Revokes a token. Sessions that it opened end at once.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when it is not the caller's to revoke.
    pub async fn revoke_token(&self, by: &Caller, id: &str) -> Result<Token, Error> {
        let _one = self.changing.lock().await;
        let found = shown(self.tokens.find(id).await.map_err(told)?);
        let rule = self.whose(by, Some(&found.person), &roles::TOKENS_OWN_REVOKE, &roles::TOKENS_REVOKE).await;
        let rule = rule.map_err(|_| Error::NotFound)?;
        self.write_down(by, rule, &[("token", id.to_owned()), ("person", found.person.to_string())]).await?;
        let revoked = self.tokens.revoke(id).await.map_err(told)?;
        self.changed().await?;
        Ok(shown(revoked))
    }

    /// The rule that is asked: that of one's own when the token is of the caller, or of whom the caller answers for.
    async fn whose<'a>(
        &self,
        by: &Caller,
        of: Option<&PrincipalId>,
        own: &'a Rule,
        others: &'a Rule,
    ) -> Result<&'a Rule, Error> {
        let roll = self.may(by, own).await?;
        if of.is_some_and(|of| is_own(&roll, &by.id, of)) {
            return Ok(own);
        }
        self.may(by, others).await?;
        Ok(others)
    }

    /// Who else may know a token that the caller makes: whoever may know the token that the caller came with, or the caller.
    async fn maker(&self, by: &Caller, roll: &Roll, to: &PrincipalId) -> Result<Option<String>, Error> {
        let with = self.tokens.find(&by.credential.0).await.map_err(told)?;
        Ok(with.made_by.or_else(|| (!is_own(roll, &by.id, to)).then(|| by.id.to_string())))
    }
}

fn shown(token: TokenInfo) -> Token {
    let TokenInfo { id, person, created_us, expires_us, revoked_us, made_by } = token;
    let person = PrincipalId { issuer: LOCAL.to_owned(), subject: person };
    Token { id, person, created_us, expires_us, revoked_us, made_by }
}

fn told(error: IdentityError) -> Error {
    match error {
        IdentityError::Store(store::StoreError::TooManyTokens { person }) => {
            Error::TooMany(format!("{person} has as many live tokens as there may be; revoke some"))
        }
        IdentityError::Store(error) => Error::Store(error),
        IdentityError::NoToken(_) => Error::NotFound,
        other => Error::Invalid(other.to_string()),
    }
}
