//! People who were dropped from the configuration file: what the store holds of them goes, so that no namesake has it.

use identity::{LOCAL, Origin};
use model::{By, Event, PrincipalId};

use super::Estate;
use crate::Error;
use crate::roles;

impl Estate {
    /// For the start: takes roles, groups, tokens, grants and requests from whoever stood in the configuration file of this
    /// gateway when it was started last, and stands in none now. Each is on record before.
    ///
    /// # Errors
    /// When the store or the journal fails.
    pub async fn forget_dropped(&self, gateway: &str) -> Result<(), Error> {
        let _one = self.changing.lock().await;
        let roll = self.parts.people.fresh().await?;
        let there: Vec<PrincipalId> =
            roll.all().filter(|member| member.origin == Origin::File).map(|member| member.id.clone()).collect();
        for id in self.parts.store.file_people_of(gateway).await? {
            if roll.get(&id).is_none() {
                self.forget(&id).await?;
            }
        }
        self.parts.store.keep_file_people(gateway, &there).await?;
        self.changed().await
    }

    async fn forget(&self, id: &PrincipalId) -> Result<(), Error> {
        let by = By::Gateway { gateway: "no longer in the configuration file" };
        let details = [("person".to_owned(), id.to_string())].into();
        self.append(Event::Act { act: roles::PEOPLE_REMOVE.name.to_owned(), by, details }).await?;
        let tokens_of = (id.issuer == LOCAL).then_some(id.subject.as_str());
        self.parts.store.remove_person(id, tokens_of, self.now()).await?;
        Ok(())
    }
}
