//! Reading requests.

use model::RequestId;
use store::{RequestRow, RequestState, RequestsWanted};

use super::view::{Sight, allows};
use super::{Page, Paged, Request, RequestFilter, Waiting};
use crate::roles;
use crate::{Caller, Control, Error, Standing};

/// A part of a list has at most so many.
pub(crate) const LONGEST_PAGE: u32 = 200;
/// So many rows are looked at for one part: most may be other people's.
const LOOKED_AT: usize = 1000;
/// And so many are read at once.
const AT_ONCE: u32 = 100;

impl Control {
    /// One request, whole. That an auditor or administrator reads what is neither theirs nor theirs to decide is on record.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the caller may not see it.
    pub async fn request(&self, by: &Caller, id: RequestId) -> Result<Request, Error> {
        let standing = self.standing_of(by).await?;
        let row = self.request_row(id).await?;
        let behind = self.behind(&row).await?;
        let sight = self.sight(by, &standing, &row, &behind).ok_or(Error::NotFound)?;
        if sight == Sight::OnRecord {
            self.reads(by, &roles::REQUESTS_READ, &[("request", id.to_string())]).await?;
        }
        self.view_with(by, &standing, row, &behind, true)
    }

    /// Requests that the caller may see, newest first. The text of a command is left out where reading it is put on record:
    /// ask for that one with `request`. That an auditor or administrator looks at other people's is on record, too.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_requests(&self, by: &Caller, filter: RequestFilter, page: Page) -> Result<Paged<Request>, Error> {
        let standing = self.standing_of(by).await?;
        if !filter.mine && !filter.to_decide && allows(by, &standing, &roles::REQUESTS_READ) {
            self.reads(by, &roles::REQUESTS_READ, &[("requests", "without texts".to_owned())]).await?;
        }
        self.found(by, &standing, &filter, page).await
    }

    /// How many requests wait that the caller may see; at most so many are counted. Numbers alone, so it leaves no record.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn count_waiting(&self, by: &Caller) -> Result<Waiting, Error> {
        let standing = self.standing_of(by).await?;
        let filter = RequestFilter { states: vec![RequestState::Pending], ..RequestFilter::default() };
        let found = self.found(by, &standing, &filter, Page { after: None, limit: LONGEST_PAGE }).await?;
        let yours = found.items.iter().filter(|request| request.yours_to_decide).count();
        Ok(Waiting { requests: found.items.len(), yours, more: found.next.is_some() })
    }

    async fn found(
        &self,
        by: &Caller,
        standing: &Standing,
        filter: &RequestFilter,
        page: Page,
    ) -> Result<Paged<Request>, Error> {
        let most = usize::try_from(page.limit.clamp(1, LONGEST_PAGE)).unwrap_or_default();
        let mut wanted = RequestsWanted {
            states: filter.states.clone(),
            kind: filter.kind,
            human: filter.mine.then(|| standing.human.clone()),
            after: page.after,
            limit: AT_ONCE,
        };
        let (mut items, mut looked_at) = (Vec::new(), 0);
        loop {
            let rows = self.parts.store.requests(&wanted).await?;
            let last = rows.len() < usize::try_from(AT_ONCE).unwrap_or_default();
            for row in rows {
                let id = row.id;
                wanted.after = Some(id);
                looked_at += 1;
                items.extend(self.listed(by, standing, filter, row).await?);
                if items.len() == most || looked_at == LOOKED_AT {
                    return Ok(Paged { items, next: Some(id) });
                }
            }
            if last {
                return Ok(Paged { items, next: None });
            }
        }
    }

    /// The request as it stands in a list of the caller's, if it does.
    async fn listed(
        &self,
        by: &Caller,
        standing: &Standing,
        filter: &RequestFilter,
        row: RequestRow,
    ) -> Result<Option<Request>, Error> {
        let request = self.visible(by, standing, row).await?;
        Ok(request.filter(|request| {
            let state = filter.states.is_empty() || filter.states.contains(&request.state);
            state && (!filter.to_decide || request.yours_to_decide)
        }))
    }

    /// The request as the caller sees it, if they do.
    pub(super) async fn visible(
        &self,
        by: &Caller,
        standing: &Standing,
        row: RequestRow,
    ) -> Result<Option<Request>, Error> {
        let behind = self.behind(&row).await?;
        match self.sight(by, standing, &row, &behind) {
            Some(_) => Ok(Some(self.view(by, standing, row, &behind)?)),
            None => Ok(None),
        }
    }

    /// All that waits and that the caller may see, oldest first.
    pub(super) async fn waiting(&self, by: &Caller) -> Result<Vec<Request>, Error> {
        let filter = RequestFilter { states: vec![RequestState::Pending], ..RequestFilter::default() };
        let page = Page { limit: LONGEST_PAGE, ..Page::default() };
        let mut waiting = self.list_requests(by, filter, page).await?.items;
        waiting.reverse();
        Ok(waiting)
    }
}
