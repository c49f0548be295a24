//! Targets, and what came out of trying them.

use std::collections::BTreeMap;

use control::{NewAccount, NewResource, NewSecret, SecretView};
use model::{Address, ResourceName, Secret, TlsMode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{meant, rfc3339, source, word};
use crate::problem::{Kind, Problem};

/// A target as it is shown: of secrets only where they are found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Resource {
    /// Its name.
    pub(crate) name: String,
    /// The protocol it speaks.
    pub(crate) protocol: String,
    /// Where the gateway reaches it; only for those who look after it.
    pub(crate) address: Option<String>,
    /// How the way to it is protected: `verify-full`, `verify-ca`, `require` or `disable`.
    pub(crate) tls: String,
    /// The name its certificate must carry.
    pub(crate) tls_name: Option<String>,
    /// Authorities (PEM) that its certificate must come from.
    pub(crate) tls_ca: Option<String>,
    /// TLS server names by which clients reach it.
    pub(crate) server_names: Vec<String>,
    /// The database (or its like) when the client names none.
    pub(crate) database: Option<String>,
    /// Labels.
    pub(crate) labels: BTreeMap<String, String>,
    /// Whether all that people are shown is recorded: `full`, or `beginning`.
    pub(crate) record: String,
    /// Accounts, the default first.
    pub(crate) accounts: Vec<Account>,
    /// Where it stands: `file` or `store`. What stands in the file cannot be changed here.
    pub(crate) source: String,
    /// Last changed; none for those of the file.
    pub(crate) changed: Option<String>,
}

/// An account as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Account {
    /// What people type after `+`.
    pub(crate) name: String,
    /// The target's own user name; only for those who look after it.
    pub(crate) user: Option<String>,
    /// Whether it is for the gateway's own looks.
    pub(crate) inspection: bool,
    /// Where its secret is found: `none`, `file:NAME`, `env:NAME`, `store` or `elsewhere`.
    pub(crate) secret: String,
}

/// A target as somebody wishes it. The whole of it: what is left out is as if it never was said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceWish {
    /// Its name: 1 to 63 of `a-z 0-9 - _ .`
    name: String,
    /// The protocol it speaks: `postgres`.
    protocol: String,
    /// Where the gateway reaches it: `host:port`.
    address: String,
    /// How the way to it is protected: `verify-full` (what holds without it), `verify-ca`, `require`, `disable`.
    tls: Option<String>,
    /// The name its certificate must carry; without it, the host.
    tls_name: Option<String>,
    /// Authorities (PEM) that its certificate must come from; without it, those of the gateway's machine.
    tls_ca: Option<String>,
    /// TLS server names by which clients reach it.
    #[serde(default)]
    server_names: Vec<String>,
    /// The database (or its like) when the client names none.
    database: Option<String>,
    /// Free labels for policy.
    #[serde(default)]
    labels: BTreeMap<String, String>,
    /// How much of what people are shown is recorded: `beginning` (what holds without it), or `full`.
    #[serde(default)]
    record: Record,
    /// Accounts; the first that is not for inspection is the default.
    accounts: Vec<AccountWish>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Record {
    #[default]
    Beginning,
    Full,
}

/// An account as somebody wishes it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountWish {
    /// What people type after `+`.
    name: String,
    /// The target's own user name; without it, the same.
    user: Option<String>,
    /// Whether it is for the gateway's own looks at the target, and never for people.
    #[serde(default)]
    inspection: bool,
    /// Its secret. Without it the one that was there stays.
    secret: Option<SecretWish>,
}

/// A secret, or where it is found.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SecretWish {
    /// There is none.
    None,
    /// This. It is kept sealed, and never shown.
    Password(String),
    /// In that file of the folder that the operators opened for this.
    File(String),
    /// In that variable of the gateway's environment, as far as the operators opened them for this.
    Env(String),
}

/// What came out of trying a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Tested {
    /// Whether all of it is as it should be.
    pub(crate) good: bool,
    /// Account by account.
    pub(crate) accounts: Vec<TestedAccount>,
}

/// What came out for one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct TestedAccount {
    /// The account.
    pub(crate) account: String,
    /// The steps, in order.
    pub(crate) steps: Vec<Step>,
}

/// One step of a trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Step {
    /// Which: `name`, `reach`, `tls`, `sign-in`, `version`, `role`, `catalogue`.
    pub(crate) step: String,
    /// Whether it is as it should be.
    pub(crate) ok: bool,
    /// What was found.
    pub(crate) detail: String,
    /// What helps.
    pub(crate) remedy: Option<String>,
}

impl ResourceWish {
    /// As `control` has it; `name` is the one of the path, if there is one.
    pub(crate) fn settled(self, name: Option<&ResourceName>) -> Result<NewResource, Problem> {
        let own = resource_name(&self.name)?;
        if name.is_some_and(|name| *name != own) {
            let detail = "the name differs from the one in the path";
            return Err(Problem::new(Kind::Invalid, detail, "A name cannot be changed: remove it, and add another."));
        }
        let unfit =
            |error: model::AddressError| Problem::new(Kind::Invalid, error.to_string(), "Write db.example.com:5432.");
        Ok(NewResource {
            name: own,
            protocol: self.protocol,
            address: self.address.parse::<Address>().map_err(unfit)?,
            tls: self.tls.map_or(Ok(TlsMode::default()), |word| meant("tls", &word))?,
            tls_name: self.tls_name,
            tls_ca: self.tls_ca,
            server_names: self.server_names,
            default_database: self.database,
            labels: self.labels,
            record_whole: self.record == Record::Full,
            accounts: self.accounts.into_iter().map(NewAccount::from).collect(),
        })
    }
}

impl From<AccountWish> for NewAccount {
    fn from(wish: AccountWish) -> Self {
        let secret = match wish.secret {
            None => NewSecret::Keep,
            Some(SecretWish::None) => NewSecret::None,
            Some(SecretWish::Password(password)) => NewSecret::Value(Secret::new(password)),
            Some(SecretWish::File(name)) => NewSecret::File(name),
            Some(SecretWish::Env(name)) => NewSecret::Env(name),
        };
        let user = wish.user.unwrap_or_else(|| wish.name.clone());
        Self { name: wish.name, user, inspection: wish.inspection, secret }
    }
}

/// The name of a resource. What cannot be one names nothing.
pub(crate) fn resource_name(text: &str) -> Result<ResourceName, Problem> {
    text.parse().map_err(|why: String| Problem::new(Kind::Invalid, why, "Choose such a name."))
}

impl From<control::ResourceView> for Resource {
    fn from(view: control::ResourceView) -> Self {
        Self {
            name: view.name.to_string(),
            protocol: view.protocol,
            address: view.address.map(|address| address.to_string()),
            tls: word(&view.tls),
            tls_name: view.tls_name,
            tls_ca: view.tls_ca,
            server_names: view.server_names,
            database: view.default_database,
            labels: view.labels,
            record: if view.record_whole { "full" } else { "beginning" }.to_owned(),
            accounts: view.accounts.into_iter().map(Account::from).collect(),
            source: source(view.source),
            changed: (view.changed_us > 0).then(|| rfc3339(view.changed_us)),
        }
    }
}

impl From<control::AccountView> for Account {
    fn from(view: control::AccountView) -> Self {
        let secret = match view.secret {
            SecretView::None => "none".to_owned(),
            SecretView::File(name) => format!("file:{name}"),
            SecretView::Env(name) => format!("env:{name}"),
            SecretView::Sealed => "store".to_owned(),
            SecretView::Elsewhere => "elsewhere".to_owned(),
        };
        Self { name: view.name, user: view.user, inspection: view.inspection, secret }
    }
}

impl From<Vec<control::Tested>> for Tested {
    fn from(tested: Vec<control::Tested>) -> Self {
        let step = |step: control::Step| Step {
            step: step.step.to_owned(),
            ok: step.ok,
            detail: step.detail,
            remedy: step.remedy,
        };
        let account = |tested: control::Tested| TestedAccount {
            account: tested.account,
            steps: tested.steps.into_iter().map(step).collect(),
        };
        let accounts: Vec<_> = tested.into_iter().map(account).collect();
        Self { good: accounts.iter().all(|account| account.steps.iter().all(|step| step.ok)), accounts }
    }
}
