//! Event streams. They stand under the same authorisation as reading: it is looked at anew before each event and every few
//! seconds, and a stream whose caller lost it ends.

use std::collections::VecDeque;
use std::convert::Infallible;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use control::RequestWatch;
use futures_util::stream;

use crate::App;
use crate::authentication::{By, Credential};
use crate::problem::{Kind, Problem};
use crate::shape::Request;
use crate::streams::Place;

/// Follows the requests that the caller may see: those that wait now, then each one that changes, whole.
///
/// Events are named `request`; their id is the revision, from which `last-event-id` goes on. A stream whose caller may not
/// read any more says `end` and ends.
#[utoipa::path(get, path = "/v1/requests/events", tag = "requests", responses((status = 200, content_type = "text/event-stream", body = Request)))]
pub(crate) async fn requests(State(app): State<App>, by: By, headers: HeaderMap) -> Response {
    let Some(place) = app.streams.take(&by.caller.id) else {
        let detail = "you follow too much at once, or everybody does";
        return Problem::new(Kind::TooMany, detail, "End a stream that is not read any more.").into_response();
    };
    let since = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let watch = app.control.watch_requests(&by.caller, since);
    let follow = Follow { app, credential: by.credential, watch, ready: VecDeque::new(), ended: false, _place: place };
    Sse::new(stream::unfold(follow, Follow::next)).into_response()
}

struct Follow {
    app: App,
    credential: Credential,
    watch: RequestWatch,
    ready: VecDeque<control::Request>,
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
        let mut stopping = self.app.stopping.subscribe();
        if self.ready.is_empty() {
            tokio::select! {
                next = self.watch.next() => match next {
                    Ok(changed) => self.ready.extend(changed),
                    Err(why) => return self.end(&why.into()),
                },
                _ = stopping.wait_for(|stopping| *stopping) => {
                    return self.end(&Problem::new(Kind::Late, "the gateway is stopping", "Come again."));
                }
                () = tokio::time::sleep(self.app.looks_again) => {}
            }
        }
        if let Err(problem) = self.credential.caller(&self.app).await {
            return self.end(&problem);
        }
        let Some(request) = self.ready.pop_front() else { return Event::default().comment("still here") };
        let (id, request) = (request.revision.to_string(), Request::from(request));
        let text = serde_json::to_string(&request).unwrap_or_default();
        Event::default().event("request").id(id).data(text)
    }

    fn end(&mut self, problem: &Problem) -> Event {
        self.ended = true;
        Event::default().event("end").data(serde_json::to_string(problem).unwrap_or_default())
    }
}
