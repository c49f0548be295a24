//! Requests: held commands, access for a time, breaking the glass; and what people decide about them.

mod request;
mod wish;

use model::RequestId;

pub use request::{Approval, CommandText, Ended, HeldCommand, Page, Paged, Request, RequestFilter, Window};
pub use store::{RequestKind, RequestState};
pub use wish::{AccessPolicy, AccessTerms, AccessWish, BreakGlassWish};

use crate::{Caller, Control, Error};

impl Control {
    /// Asks for access for a time. Anybody may ask; the policy says who must agree.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] when the policy would let them in anyway, or never; [`Error::TooMany`] when too much waits already.
    pub async fn create_access(&self, by: &Caller, wish: AccessWish) -> Result<Request, Error> {
        let _ = (by, wish);
        Err(Error::NotFound)
    }

    /// Asks to break the glass on a resource: two other people must agree, and somebody else reviews it afterwards.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is too long, has no reason, or nobody to review it.
    pub async fn create_break_glass(&self, by: &Caller, wish: BreakGlassWish) -> Result<Request, Error> {
        let _ = (by, wish);
        Err(Error::NotFound)
    }

    /// Agrees to a request: of whichever kind. Agreeing again changes nothing and is no error.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] with what is in the way; [`Error::Conflict`] when it waits no more; [`Error::TooMany`] when the
    /// caller approves faster than anybody reads.
    pub async fn approve(&self, by: &Caller, id: RequestId, note: Option<String>) -> Result<Request, Error> {
        let _ = (by, id, note);
        Err(Error::NotFound)
    }

    /// Says no, for a reason that the requester is told. One who may approve may reject; one rejection ends the request.
    ///
    /// # Errors
    /// As with `approve`.
    pub async fn reject(&self, by: &Caller, id: RequestId, reason: String) -> Result<Request, Error> {
        let _ = (by, id, reason);
        Err(Error::NotFound)
    }

    /// Takes one's own request back, or that of one's service or agent.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is decided already.
    pub async fn withdraw(&self, by: &Caller, id: RequestId) -> Result<Request, Error> {
        let _ = (by, id);
        Err(Error::NotFound)
    }

    /// One request, whole. That an auditor or administrator reads what is neither theirs nor theirs to decide is on record.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the caller may not see it.
    pub async fn request(&self, by: &Caller, id: RequestId) -> Result<Request, Error> {
        let _ = (by, id);
        Err(Error::NotFound)
    }

    /// Requests that the caller may see, newest first. The text of a command is left out where reading it is put on record:
    /// ask for that one with `request`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_requests(&self, by: &Caller, filter: RequestFilter, page: Page) -> Result<Paged<Request>, Error> {
        let _ = (by, filter, page);
        Err(Error::NotFound)
    }

    /// Follows requests that the caller may see. With `None` it begins with those that wait now; with the revision of the
    /// last one seen it goes on from there.
    pub fn watch_requests(&self, by: &Caller, since: Option<u64>) -> RequestWatch {
        let _ = since;
        RequestWatch { control: self.clone(), by: by.clone() }
    }
}

/// Changes of requests, as they happen.
pub struct RequestWatch {
    control: Control,
    by: Caller,
}

impl RequestWatch {
    /// Waits for the next changes: each request as it is now, oldest change first. What the caller may see is asked anew.
    /// Cancel safe.
    ///
    /// # Errors
    /// When the store fails, or the caller is no longer known.
    pub async fn next(&mut self) -> Result<Vec<Request>, Error> {
        self.control.list_requests(&self.by, RequestFilter::default(), Page::default()).await.map(|page| page.items)
    }
}
