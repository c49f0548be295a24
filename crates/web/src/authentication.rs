//! Who asks: a bearer token, checked before anything else is read. No cookies, so nothing is sent by a browser unasked.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use control::Caller;
use zeroize::Zeroizing;

use crate::App;
use crate::problem::{Kind, Problem};

/// The longest credential that is looked at.
const LONGEST: usize = 4096;

/// Who asks, and the credential that proves it: event streams prove it again and again.
#[derive(Clone)]
pub(crate) struct Credential {
    token: Zeroizing<String>,
    client: IpAddr,
}

impl Credential {
    /// Whom it stands for now.
    pub(crate) async fn caller(&self, app: &App) -> Result<Caller, Problem> {
        app.estate.caller(&self.token, self.client).await.map_err(|why| match why {
            control::Error::NotAllowed { .. } => Problem::unauthenticated(),
            other => other.into(),
        })
    }
}

/// Lets nothing through without a caller. All of /v1 stands behind it but what is public by its nature.
pub(crate) async fn required(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = peer.ip().to_canonical();
    let Some(token) = bearer(request.headers()) else { return unproven(&app, client) };
    let credential = Credential { token: Zeroizing::new(token), client };
    match credential.caller(&app).await {
        Ok(caller) => {
            let asked = format!("{} /v1{}", request.method(), request.uri().path());
            request.extensions_mut().insert(By { caller: caller.clone(), credential });
            let response = next.run(request).await;
            if let Some(problem) = response.extensions().get::<Problem>().filter(|problem| problem.is_refusal()) {
                app.estate.turned_away(&caller, &asked, &problem.detail);
            }
            response
        }
        Err(problem) if problem.status == 401 => unproven(&app, client),
        Err(problem) => problem.into_response(),
    }
}

/// What somebody is told who did not prove who they are: on record, until that address has failed too often. Whoever does
/// prove it is looked at first, so nobody waits for the failures of others behind the same address.
fn unproven(app: &App, client: IpAddr) -> Response {
    if !app.attempts.allowed(client) {
        let detail = "too many attempts from this address did not prove who they are";
        return Problem::new(Kind::TooMany, detail, "Use a live token: one is taken at once.").into_response();
    }
    app.attempts.failed(client);
    app.estate.refused(client);
    Problem::unauthenticated().into_response()
}

/// The one credential of a request.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else { return None };
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    let fit = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= LONGEST;
    fit.then(|| token.to_owned())
}

/// Who asks.
#[derive(Clone)]
pub(crate) struct By {
    pub(crate) caller: Caller,
    pub(crate) credential: Credential,
}

impl<S: Send + Sync> FromRequestParts<S> for By {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::unauthenticated().into_response())
    }
}
