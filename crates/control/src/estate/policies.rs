//! Policies: every version is kept whole, with who vouches for it, and the newest is in force. Numbers only grow, so that an
//! earlier text comes back as a new version and never unseen.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::net::IpAddr;
use std::path::Path;
use std::sync::PoisonError;

use aws_lc_rs::digest::{Context, SHA256};
use model::{Account, By, Decision, Event, MaskRule, Resource};
use store::PolicyVersion;

use super::{Asked, Estate, ObservedPolicy};
use crate::roles;
use crate::{Caller, Error, Standing};

/// Files of a version at most.
const MOST: usize = 256;
/// Bytes of a version at most.
const LARGEST: usize = 1 << 20;
/// Versions on a page at most.
const PAGE: u32 = 200;

/// A version of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its number.
    pub number: u64,
    /// SHA-256 over its files, hexadecimal.
    pub digest: String,
    /// Who vouches for it, `ISSUER/SUBJECT`; nobody = unattributed.
    pub author: Option<String>,
    /// Where it came from: `handed in`, or `folder PATH`.
    pub source: String,
    /// Its files: name and text. Empty in a list.
    pub files: BTreeMap<String, String>,
    /// When it was kept, microseconds since 1970 UTC.
    pub at_us: u64,
}

/// Some of the versions, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyPage {
    /// Without their files.
    pub items: Vec<Policy>,
    /// Where the next page begins, if there is more.
    pub next: Option<u64>,
}

/// Who reads policies and decides by them.
pub trait PolicyForce: Send + Sync {
    /// Whether they can be put in force; the problems when not, one a line.
    ///
    /// # Errors
    /// When they cannot.
    fn check(&self, files: &BTreeMap<String, String>) -> Result<(), String>;

    /// Puts them in force for every decision from now on, live sessions included.
    ///
    /// # Errors
    /// When they cannot be; then those before stay in force.
    fn put(&self, number: u64, files: &BTreeMap<String, String>) -> Result<(), String>;

    /// The number of the version in force; 0 = none.
    fn number(&self) -> u64;

    /// Whether somebody may begin a session on the target as that account from that address now.
    fn admit(&self, standing: &Standing, resource: &Resource, account: &Account, client: IpAddr) -> Decision;

    /// What would be said to a command now.
    fn decide(&self, asked: &Asked<'_>) -> Decision;

    /// What the policy of that name masks; nothing when it masks nothing.
    fn masks_of(&self, policy: &str) -> Vec<MaskRule>;

    /// Those that are only observed at that time.
    fn observed(&self, now_us: u64) -> Vec<ObservedPolicy>;
}

impl Estate {
    /// The newest version; none when there never was one.
    ///
    /// # Errors
    /// When the caller may not read it.
    pub async fn policy(&self, by: &Caller) -> Result<Option<Policy>, Error> {
        self.may(by, &roles::POLICIES_READ).await?;
        self.write_down(by, &roles::POLICIES_READ, &[("version", "newest".to_owned())]).await?;
        Ok(self.parts.store.newest_policy().await?.map(shown))
    }

    /// The version of that number.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn policy_version(&self, by: &Caller, number: u64) -> Result<Policy, Error> {
        self.may(by, &roles::POLICIES_READ).await?;
        self.write_down(by, &roles::POLICIES_READ, &[("version", number.to_string())]).await?;
        self.parts.store.policy(number).await?.map(shown).ok_or(Error::NotFound)
    }

    /// Versions with numbers below `before`, newest first.
    ///
    /// # Errors
    /// When the caller may not read them.
    pub async fn policy_history(&self, by: &Caller, before: Option<u64>, most: u32) -> Result<PolicyPage, Error> {
        self.may(by, &roles::POLICIES_READ).await?;
        self.write_down(by, &roles::POLICIES_READ, &[("version", "history".to_owned())]).await?;
        let most = most.clamp(1, PAGE);
        let rows = self.parts.store.policies(before, most).await?;
        let full = rows.len() >= usize::try_from(most).unwrap_or(usize::MAX);
        let next = rows.last().filter(|last| full && last.number > 1).map(|last| last.number);
        let items = rows.into_iter().map(|row| Policy { files: BTreeMap::new(), ..shown(row) }).collect();
        Ok(PolicyPage { items, next })
    }

    /// Puts policies in force; the caller vouches for them. With `after` only while that is the newest version.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every problem; [`Error::Conflict`] when somebody was faster, or a folder has the say.
    pub async fn put_policy(
        &self,
        by: &Caller,
        files: BTreeMap<String, String>,
        after: Option<u64>,
    ) -> Result<Policy, Error> {
        let _one = self.changing.lock().await;
        self.may(by, &roles::POLICIES_PUT).await?;
        if let Some(folder) = &self.parts.policy_dir {
            let folder = folder.display();
            return Err(Error::Conflict(format!(
                "policies stand in {folder}: change them there, and have them reloaded"
            )));
        }
        let newest = self.parts.store.newest_policy().await?.map(|newest| newest.number);
        if after.is_some() && after != newest {
            return Err(Error::Conflict("the policy was changed meanwhile; look at the newest version".to_owned()));
        }
        let version = self.version(files, Some(by.id.to_string()), "handed in".to_owned())?;
        self.write_down(by, &roles::POLICIES_PUT, &told(&version)).await?;
        self.keep(version, newest).await
    }

    /// Takes over the folder of policies; the caller vouches for what stands there. Also for what is in force already
    /// without a name to it.
    ///
    /// # Errors
    /// As `put_policy`; also when there is no folder.
    pub async fn reload_policy(&self, by: &Caller) -> Result<Policy, Error> {
        let _one = self.changing.lock().await;
        self.may(by, &roles::POLICIES_RELOAD).await?;
        let Some(folder) = self.parts.policy_dir.clone() else {
            return Err(Error::Conflict("there is no folder of policies (policy.directory); hand them in".to_owned()));
        };
        let newest = self.parts.store.newest_policy().await?;
        let version = self.version(read(&folder)?, Some(by.id.to_string()), format!("folder {}", folder.display()))?;
        let known = newest.clone().filter(|newest| newest.digest == version.digest && newest.author.is_some());
        self.write_down(by, &roles::POLICIES_RELOAD, &told(&version)).await?;
        match known {
            Some(known) => Ok(shown(known)),
            None => self.keep(version, newest.map(|newest| newest.number)).await,
        }
    }

    /// Looks whether the folder of policies is another than the newest version, and puts it in force when nobody has to put
    /// their name to it. Gives the version that came into force. For the start, and for whoever watches the folder.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody has to; [`Error::Invalid`] when it cannot be put in force.
    pub async fn load_policy_folder(&self) -> Result<Option<Policy>, Error> {
        let _one = self.changing.lock().await;
        let Some(folder) = self.parts.policy_dir.clone() else { return Ok(None) };
        let newest = self.parts.store.newest_policy().await?;
        let files = read(&folder)?;
        if newest.as_ref().is_some_and(|newest| newest.digest == digest(&files)) {
            return Ok(None);
        }
        let version = self.version(files, None, format!("folder {}", folder.display()))?;
        if !self.parts.unattributed {
            let why = "nobody has put their name to the folder of policies: a policy author has it taken over by";
            return Err(Error::Conflict(format!("{why} `signet policy reload`")));
        }
        let details = told(&version).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let by = By::Gateway { gateway: "the folder of policies changed" };
        self.append(Event::Act { act: roles::POLICIES_RELOAD.name.to_owned(), by, details }).await?;
        self.keep(version, newest.map(|newest| newest.number)).await.map(Some)
    }

    /// For the start: takes over the folder where it is another than the newest version, and puts the newest version in
    /// force. Gives what kept the folder from being taken over, when an earlier version is in force instead, or nothing is
    /// because a policy author has to vouch for the folder first: then nothing is permitted.
    ///
    /// # Errors
    /// When there is nothing to decide by.
    pub async fn begin_policy(&self) -> Result<Option<Error>, Error> {
        let folder = self.load_policy_folder().await.err();
        self.follow_policy().await?;
        match folder {
            Some(error @ Error::Invalid(_)) if self.parts.force.number() == 0 => Err(error),
            Some(error @ (Error::Invalid(_) | Error::Conflict(_))) => Ok(Some(error)),
            Some(error) => Err(error),
            None => Ok(None),
        }
    }

    /// Puts the newest version in force when it is not yet: also one that another gateway kept. Never an older one.
    pub(super) async fn follow_policy(&self) -> Result<(), Error> {
        let Some(newest) = self.parts.store.newest_policy().await? else { return Ok(()) };
        if newest.number > self.parts.force.number() {
            self.parts.force.put(newest.number, &newest.files).map_err(Error::Invalid)?;
        }
        Ok(())
    }

    fn version(
        &self,
        files: BTreeMap<String, String>,
        author: Option<String>,
        source: String,
    ) -> Result<PolicyVersion, Error> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let named = |name: &String| {
            name.ends_with(".cedar") && name.len() <= 128 && !name.starts_with('.') && name.chars().all(plain)
        };
        if let Some(name) = files.keys().find(|name| !named(name)) {
            return Err(Error::Invalid(format!("{name:?} is no name such as payments.cedar")));
        }
        let bytes = files.values().map(String::len).fold(0, usize::saturating_add);
        if files.len() > MOST || bytes > LARGEST {
            return Err(Error::Invalid(format!("policies are at most {MOST} files and 1 MiB")));
        }
        let digest = digest(&files);
        self.checked(&digest, &files).map_err(Error::Invalid)?;
        Ok(PolicyVersion { number: 0, digest, author, source, files, at_us: self.now() })
    }

    /// Whether these can be put in force. The last answer is kept: a folder that waits for somebody is looked at again and again.
    fn checked(&self, digest: &str, files: &BTreeMap<String, String>) -> Result<(), String> {
        let mut last = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((of, answer)) if of == digest => answer.clone(),
            _ => {
                let answer = self.parts.force.check(files);
                *last = Some((digest.to_owned(), answer.clone()));
                answer
            }
        }
    }

    async fn keep(&self, version: PolicyVersion, after: Option<u64>) -> Result<Policy, Error> {
        let faster = || Error::Conflict("somebody else was faster; look at the newest version".to_owned());
        let number = self.parts.store.keep_policy(&version, after).await?.ok_or_else(faster)?;
        self.changed().await?;
        Ok(Policy { number, ..shown(version) })
    }
}

/// SHA-256 over names and texts, each with its length before it.
fn digest(files: &BTreeMap<String, String>) -> String {
    let mut context = Context::new(&SHA256);
    for part in files.iter().flat_map(|(name, text)| [name, text]) {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part.as_bytes());
    }
    context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The policies of a folder: its own files, those of folders inside it not.
fn read(folder: &Path) -> Result<BTreeMap<String, String>, Error> {
    let wrong = |path: &Path, error: std::io::Error| Error::Invalid(format!("{}: {error}", path.display()));
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|error| wrong(folder, error))? {
        let path = entry.map_err(|error| wrong(folder, error))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        // Editors keep theirs beside.
        if name.starts_with('.') || !name.ends_with(".cedar") || !path.is_file() {
            continue;
        }
        let mut text = String::new();
        let bound = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
        let file = fs::File::open(&path).map_err(|error| wrong(&path, error))?;
        file.take(bound).read_to_string(&mut text).map_err(|error| wrong(&path, error))?;
        files.insert(name.to_owned(), text);
        if files.len() > MOST {
            break;
        }
    }
    Ok(files)
}

fn shown(version: PolicyVersion) -> Policy {
    let PolicyVersion { number, digest, author, source, files, at_us } = version;
    Policy { number, digest, author, source, files, at_us }
}

fn told(version: &PolicyVersion) -> Vec<(&'static str, String)> {
    vec![
        ("digest", version.digest.clone()),
        ("author", version.author.clone().unwrap_or_else(|| "unattributed".to_owned())),
        ("source", version.source.clone()),
        ("files", version.files.keys().cloned().collect::<Vec<_>>().join(", ")),
    ]
}
