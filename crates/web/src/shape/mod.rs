//! The nouns of the interface: what stands in its JSON. `routes/` turns those of `control` into them.

mod grant;
mod list;
mod masks;
mod octets;
mod people;
mod person;
mod policy;
mod reach;
mod request;
mod resource;
mod session;
mod status;
mod time;
mod word;

pub(crate) use grant::{Grant, Review};
pub(crate) use list::{List, Nothing, cut};
pub(crate) use masks::{MaskAnswers, MaskQuestion};
pub(crate) use octets::Octets;
pub(crate) use people::{Group, MadeToken, NewSomebody, Somebody, SomebodyChange, Token, source};
pub(crate) use person::Person;
pub(crate) use policy::{Document, Plan, Policy, PolicyWish};
pub(crate) use reach::Reach;
pub(crate) use request::Request;
pub(crate) use resource::{Resource, ResourceWish, Tested, resource_name};
pub(crate) use session::Session;
pub(crate) use status::{Due, Status};
pub(crate) use time::{instant, rfc3339};
pub(crate) use word::{meant, word};
