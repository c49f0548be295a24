//! Bringing people, groups and resources to what one file says. A kind of thing that the file is not about is left alone;
//! of one that it is about, what the file does not name goes. What stands in the configuration file is never touched.

mod document;
mod steps;

use super::plan::{Drift, Plan};
use super::{Estate, names};
use crate::roles;
use crate::{Caller, Error};

use document::Document;
use steps::{Step, Way};

/// The longest file, in bytes.
const LONGEST: usize = 4 << 20;

impl Estate {
    /// Compares with what a file says, and unless it is a dry run brings it about. Each step is done, and recorded, as if it
    /// had been asked for by itself, and what the caller may not do in one they may not do here.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the file is not understood; what stopped a step, and which. Steps before it stay done: apply
    /// again when the cause is gone.
    pub async fn apply(&self, by: &Caller, document: &str, dry_run: bool) -> Result<Plan, Error> {
        let rule = if dry_run { &roles::APPLY_PLAN } else { &roles::APPLY };
        self.may(by, rule).await?;
        if document.len() > LONGEST {
            return Err(Error::Invalid("the file is longer than 4 MiB".to_owned()));
        }
        let document = Document::parse(document)?;
        self.inventory.refresh(&self.parts).await?;
        let (steps, unchanged) = self.compare(document).await?;
        let plan = plan(&steps, unchanged);
        let count = |drifts: &[Drift]| drifts.len().to_string();
        let details =
            [("create", count(&plan.create)), ("change", count(&plan.change)), ("remove", count(&plan.remove))];
        self.write_down(by, rule, &details).await?;
        if !dry_run {
            for Step { way, drift, .. } in steps {
                self.step(by, way).await.map_err(|error| at(&drift, error))?;
            }
        }
        Ok(plan)
    }

    async fn step(&self, by: &Caller, way: Way) -> Result<(), Error> {
        match way {
            Way::AddPerson(new) => self.add_person(by, new).await.map(drop),
            Way::ChangePerson(id, change) => self.change_person(by, &id, change).await.map(drop),
            Way::RemovePerson(id) => self.remove_person(by, &id).await,
            Way::GiveRole(id, role) => self.give_role(by, &id, role).await.map(drop),
            Way::TakeRole(id, role) => self.take_role(by, &id, role).await.map(drop),
            Way::AddMember(group, id) => self.add_member(by, &group, &id).await,
            Way::RemoveMember(group, id) => self.remove_member(by, &group, &id).await,
            Way::AddResource(new) => self.add_resource(by, *new).await.map(drop),
            Way::ChangeResource(new) => self.change_resource(by, *new).await.map(drop),
            Way::RemoveResource(name) => self.remove_resource(by, &name).await,
        }
    }
}

fn plan(steps: &[Step], unchanged: usize) -> Plan {
    let of = |kind| steps.iter().filter(|step| step.kind == kind).map(|step| step.drift.clone()).collect();
    Plan {
        create: of(steps::Kind::Create),
        change: of(steps::Kind::Change),
        remove: of(steps::Kind::Remove),
        unchanged,
    }
}

/// Says which step failed.
fn at(drift: &Drift, error: Error) -> Error {
    let what = names::cut(&drift.what);
    match error {
        Error::NotAllowed { why } => Error::NotAllowed { why: format!("{what}: {why}") },
        Error::Conflict(why) => Error::Conflict(format!("{what}: {why}")),
        Error::Invalid(why) => Error::Invalid(format!("{what}: {why}")),
        Error::NotFound => Error::Invalid(format!("{what}: it names somebody or something that is not there")),
        other => other,
    }
}
