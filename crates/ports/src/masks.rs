//! What a database holds, and what masks the results that come from it.

use std::sync::Arc;

use model::{Action, Catalogue, Lineage, Mask, MaskRule, Public};

use crate::{Later, Who};

/// What databases hold, as inspection accounts see it on connections of their own; never in a person's session.
pub trait Catalogues: Send + Sync {
    /// Whether an account that is only for that reads the databases of that session's target. Then names are looked up before
    /// anything is decided; without one, only what must be masked asks for it.
    fn inspects(&self, who: Who<'_>) -> bool;

    /// What is known of the database of that session, unless something may have changed it since. Cheap: asked before every
    /// command whose result must be masked.
    fn known(&self, who: Who<'_>) -> Option<Arc<Catalogue>>;

    /// Reads it anew, or waits for who does already. Bounded in time.
    ///
    /// # Errors
    /// When it cannot be read; what must be masked is then refused with this text.
    fn read(&self, who: Who<'_>) -> Later<Result<Arc<Catalogue>, Public>>;

    /// A command of that session may have changed its structure, or did so and may only now be committed.
    fn changed(&self, who: Who<'_>);
}

/// A command whose result must be masked.
pub struct ToMask<'a> {
    /// Whose.
    pub who: Who<'a>,
    /// What it is.
    pub action: &'a Action,
    /// What must be masked. Not empty.
    pub rules: &'a [MaskRule],
    /// What its database holds.
    pub catalogue: &'a Arc<Catalogue>,
    /// The session may itself have changed what the database holds, in a transaction that nobody else sees yet: then views,
    /// and what is computed, may come from anywhere.
    pub unsettled: bool,
    /// Where what it shows comes from. Costs a parse.
    pub lineage: &'a dyn Fn() -> Lineage,
}

/// Makes masks.
pub trait Masks: Send + Sync {
    /// What masks its result; `None` when nothing that must be masked can come from it.
    ///
    /// # Errors
    /// When it may not happen at all: it asks about a masked column, or writes it elsewhere. The client is told this.
    fn mask(&self, command: ToMask<'_>) -> Result<Option<Arc<dyn Mask>>, Public>;
}
