//! Event streams. They stand under the same authorisation as reading: it is looked at anew before each event, at every
//! change of people, and every few seconds; a stream whose caller lost it ends.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use control::{Error, RequestWatch};
use futures_util::stream;
use model::SessionId;
use serde::Serialize;
use tokio::sync::watch;

use crate::App;
use crate::authentication::By;
use crate::problem::{Kind, Problem};
use crate::shape::{Request, Session};
use crate::streams::Place;

/// Follows the requests that the caller may see: those that wait now, then each one that changes, whole.
///
/// Events are named `request`; their id is the revision, from which `last-event-id` goes on. A stream whose caller may not
/// read any more says `end` and ends.
#[utoipa::path(get, path = "/v1/requests/events", tag = "requests", responses((status = 200, content_type = "text/event-stream", body = Request)))]
pub(crate) async fn requests(State(app): State<App>, by: By, headers: HeaderMap) -> Response {
    let since = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let watch = app.control.watch_requests(&by.caller, since);
    follow(app, by, Source::Requests(watch))
}

/// Follows the sessions that the caller may see: those that there are, then each that begins, changes or ends.
///
/// Events are named `session`, and `ended` with the id of a session that is over. Changes are told about once a second. A
/// stream whose caller may not read any more says `end` and ends.
#[utoipa::path(get, path = "/v1/sessions/events", tag = "sessions", responses((status = 200, content_type = "text/event-stream", body = Session)))]
pub(crate) async fn sessions(State(app): State<App>, by: By) -> Response {
    follow(app, by, Source::Sessions(None))
}

fn follow(app: App, by: By, source: Source) -> Response {
    let Some(place) = app.streams.take(&by.caller.id) else {
        let detail = "you follow too much at once, or everybody does";
        return Problem::new(Kind::TooMany, detail, "End a stream that is not read any more.").into_response();
    };
    let (changes, stopping) = (app.control.changes().subscribe(), app.stopping.subscribe());
    let follow = Follow { app, by, source, changes, stopping, ready: VecDeque::new(), ended: false, _place: place };
    Sse::new(stream::unfold(follow, Follow::next)).into_response()
}

/// What is followed.
enum Source {
    Requests(RequestWatch),
    /// Those that were told, as they were told.
    Sessions(Option<BTreeMap<SessionId, Session>>),
}

struct Follow {
    app: App,
    by: By,
    source: Source,
    /// Of people, tokens and all else that control looks after.
    changes: watch::Receiver<()>,
    stopping: watch::Receiver<bool>,
    ready: VecDeque<Event>,
    ended: bool,
    /// Given back when the stream ends.
    _place: Place,
}

impl Follow {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if self.ended {
            return None;
        }
        let event = self.event().await;
        Some((Ok(event), self))
    }

    async fn event(&mut self) -> Event {
        let waited = if self.ready.is_empty() { self.wait().await } else { Ok(()) };
        let allowed = match waited {
            Ok(()) => self.by.credential.caller(&self.app).await,
            Err(problem) => Err(problem),
        };
        match allowed {
            Err(problem) => {
                self.ended = true;
                said("end", &problem)
            }
            Ok(caller) => {
                self.by.caller = caller;
                self.ready.pop_front().unwrap_or_else(|| Event::default().comment("still here"))
            }
        }
    }

    /// Waits for what is new, or for a reason to look whether the caller may still read.
    async fn wait(&mut self) -> Result<(), Problem> {
        let quiet = self.app.looks_again;
        tokio::select! {
            next = self.source.next(&self.app, &self.by) => {
                self.ready.extend(next?);
                Ok(())
            }
            _ = self.changes.changed() => Ok(()),
            _ = self.stopping.wait_for(|stopping| *stopping) => {
                Err(Problem::new(Kind::Late, "the gateway is stopping", "Come again."))
            }
            () = tokio::time::sleep(quiet) => Ok(()),
        }
    }
}

impl Source {
    /// What is new. Cancel safe.
    async fn next(&mut self, app: &App, by: &By) -> Result<Vec<Event>, Error> {
        match self {
            Self::Requests(watch) => {
                let event = |request: control::Request| {
                    said("request", &Request::from(request.clone())).id(request.revision.to_string())
                };
                Ok(watch.next().await?.into_iter().map(event).collect())
            }
            Self::Sessions(told) => loop {
                let live = match told {
                    // Once it is on record that they look.
                    None => app.estate.live_sessions(&by.caller, &app.sessions).await?,
                    Some(_) => app.estate.live_sessions_again(&by.caller, &app.sessions).await?,
                };
                let live = live.into_iter().map(|session| (session.id, Session::from(session))).collect();
                let news = news(told.replace(live).unwrap_or_default(), told.as_ref());
                if !news.is_empty() {
                    return Ok(news);
                }
                tokio::time::sleep(app.looks_at_sessions).await;
            },
        }
    }
}

/// How the sessions of now differ from those before.
fn news(before: BTreeMap<SessionId, Session>, now: Option<&BTreeMap<SessionId, Session>>) -> Vec<Event> {
    let new = now.into_iter().flatten().filter(|(id, session)| before.get(id) != Some(session));
    let new = new.map(|(_, session)| said("session", session));
    let over = before.keys().filter(|id| now.is_none_or(|now| !now.contains_key(id)));
    new.chain(over.map(|id| said("ended", &id.to_string()))).collect()
}

fn said(name: &str, what: &impl Serialize) -> Event {
    Event::default().event(name).data(serde_json::to_string(what).unwrap_or_default())
}
