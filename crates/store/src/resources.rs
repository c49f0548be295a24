//! Targets besides those of the configuration file, with the accounts on them.

use std::collections::BTreeMap;
use std::fmt;

use model::{Address, ResourceName, TlsMode};
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::tokens::{signed, unsigned};
use crate::{Store, StoreError};

/// A target as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceRow {
    /// Its name.
    pub name: ResourceName,
    /// The protocol it speaks.
    pub protocol: String,
    /// Where it is dialled.
    pub address: Address,
    /// How the leg to it is protected.
    pub tls: TlsMode,
    /// The name its certificate must carry.
    pub tls_name: Option<String>,
    /// Certificate authorities (PEM) that its certificate must come from.
    pub tls_ca: Option<Vec<u8>>,
    /// TLS server names by which clients reach it.
    pub server_names: Vec<String>,
    /// The database (or its like) when the client names none.
    pub default_database: Option<String>,
    /// Free labels for policy.
    pub labels: BTreeMap<String, String>,
    /// Whether all that people are shown is recorded, and not only the beginning.
    pub record_whole: bool,
    /// Accounts; the first that is not for inspection is the default.
    pub accounts: Vec<AccountRow>,
    /// Microseconds since 1970 UTC.
    pub added_us: u64,
    /// Last changed.
    pub changed_us: u64,
}

/// An account on a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// What people type after `+`.
    pub name: String,
    /// The target's own user name.
    pub user: String,
    /// Whether it is for the gateway's own looks at the target, and never for people.
    pub inspection: bool,
    /// Where its secret is.
    pub secret: SecretRow,
}

/// Where the secret of an account is.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretRow {
    /// There is none.
    None,
    /// In that file.
    File(String),
    /// In that variable of the gateway's environment.
    Env(String),
    /// Here, sealed.
    Sealed(Vec<u8>),
}

impl fmt::Debug for SecretRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::File(path) => write!(f, "File({path:?})"),
            Self::Env(name) => write!(f, "Env({name:?})"),
            Self::Sealed(_) => f.write_str("Sealed(..)"),
        }
    }
}

impl Store {
    /// All targets, by name.
    ///
    /// # Errors
    /// When the database fails, or holds what this Signet did not write.
    pub async fn resources(&self) -> Result<Vec<ResourceRow>, StoreError> {
        // One moment of both tables.
        let mut transaction = self.pool.begin().await?;
        let rows = sqlx::query("SELECT * FROM resource ORDER BY name").fetch_all(&mut *transaction).await?;
        let accounts =
            sqlx::query("SELECT * FROM account ORDER BY resource, place").fetch_all(&mut *transaction).await?;
        let mut resources = rows.iter().map(resource).collect::<Result<Vec<_>, _>>()?;
        for row in &accounts {
            let of: &str = row.try_get("resource")?;
            if let Some(resource) = resources.iter_mut().find(|resource| resource.name.as_str() == of) {
                resource.accounts.push(account(row)?);
            }
        }
        Ok(resources)
    }

    /// Keeps a new target. Gives whether there was none of that name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_resource(&self, resource: &ResourceRow) -> Result<bool, StoreError> {
        self.write_resource(
            "INSERT INTO resource (protocol, address, tls, tls_name, tls_ca, server_names, default_database, labels, \
             record_whole, added_us, changed_us, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            resource,
        )
        .await
    }

    /// Puts what is given, its accounts included, in the place of the target of that name. Gives whether there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_resource(&self, resource: &ResourceRow) -> Result<bool, StoreError> {
        self.write_resource(
            "UPDATE resource SET protocol = ?, address = ?, tls = ?, tls_name = ?, tls_ca = ?, server_names = ?, \
             default_database = ?, labels = ?, record_whole = ?, added_us = ?, changed_us = ? WHERE name = ?",
            resource,
        )
        .await
    }

    async fn write_resource(&self, statement: &'static str, resource: &ResourceRow) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let done = sqlx::query(statement)
            .bind(&resource.protocol)
            .bind(resource.address.to_string())
            .bind(word(resource.tls))
            .bind(&resource.tls_name)
            .bind(&resource.tls_ca)
            .bind(serde_json::to_string(&resource.server_names)?)
            .bind(&resource.default_database)
            .bind(serde_json::to_string(&resource.labels)?)
            .bind(resource.record_whole)
            .bind(signed(resource.added_us))
            .bind(signed(resource.changed_us))
            .bind(resource.name.as_str())
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        write_accounts(&mut transaction, resource).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Forgets a target with its accounts. Gives whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_resource(&self, name: &ResourceName) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM resource WHERE name = ?").bind(name.as_str()).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }
}

async fn write_accounts(connection: &mut SqliteConnection, resource: &ResourceRow) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM account WHERE resource = ?")
        .bind(resource.name.as_str())
        .execute(&mut *connection)
        .await?;
    for (place, account) in (0_i64..).zip(&resource.accounts) {
        let (kind, from, sealed) = match &account.secret {
            SecretRow::None => ("none", None, None),
            SecretRow::File(path) => ("file", Some(path), None),
            SecretRow::Env(name) => ("env", Some(name), None),
            SecretRow::Sealed(bytes) => ("sealed", None, Some(bytes.as_slice())),
        };
        sqlx::query(
            "INSERT INTO account (resource, place, name, user, inspection, secret_kind, secret_from, sealed) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(resource.name.as_str())
        .bind(place)
        .bind(&account.name)
        .bind(&account.user)
        .bind(account.inspection)
        .bind(kind)
        .bind(from)
        .bind(sealed)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

fn resource(row: &SqliteRow) -> Result<ResourceRow, StoreError> {
    let text = |column| row.try_get::<&str, _>(column);
    Ok(ResourceRow {
        name: text("name")?.parse().map_err(StoreError::Foreign)?,
        protocol: row.try_get("protocol")?,
        address: text("address")?.parse().map_err(|error| StoreError::Foreign(format!("{error}")))?,
        tls: mode(text("tls")?)?,
        tls_name: row.try_get("tls_name")?,
        tls_ca: row.try_get("tls_ca")?,
        server_names: serde_json::from_str(text("server_names")?)?,
        default_database: row.try_get("default_database")?,
        labels: serde_json::from_str(text("labels")?)?,
        record_whole: row.try_get("record_whole")?,
        accounts: Vec::new(),
        added_us: unsigned(row.try_get("added_us")?),
        changed_us: unsigned(row.try_get("changed_us")?),
    })
}

fn account(row: &SqliteRow) -> Result<AccountRow, StoreError> {
    let kind: &str = row.try_get("secret_kind")?;
    let secret = match kind {
        "file" => SecretRow::File(row.try_get("secret_from")?),
        "env" => SecretRow::Env(row.try_get("secret_from")?),
        "sealed" => SecretRow::Sealed(row.try_get("sealed")?),
        _ => SecretRow::None,
    };
    let inspection = row.try_get("inspection")?;
    Ok(AccountRow { name: row.try_get("name")?, user: row.try_get("user")?, inspection, secret })
}

fn word(tls: TlsMode) -> &'static str {
    match tls {
        TlsMode::Disable => "disable",
        TlsMode::Require => "require",
        TlsMode::VerifyCa => "verify-ca",
        TlsMode::VerifyFull => "verify-full",
    }
}

/// What is not understood must not become less protection.
fn mode(word: &str) -> Result<TlsMode, StoreError> {
    match word {
        "disable" => Ok(TlsMode::Disable),
        "require" => Ok(TlsMode::Require),
        "verify-ca" => Ok(TlsMode::VerifyCa),
        "verify-full" => Ok(TlsMode::VerifyFull),
        other => Err(StoreError::Foreign(format!("{other:?} is no way to protect a leg"))),
    }
}
