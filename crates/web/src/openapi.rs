//! The description of the interface for programs, made from the handlers themselves.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;
use utoipa::openapi::RefOr;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::problem::Problem;
use crate::routes::{events, grants, masks, people, policy, requests, resources, secrets, sessions, status, tokens};

#[derive(OpenApi)]
#[openapi(
    info(title = "Signet", description = "Administration, requests and approvals of a Signet gateway.", version = "1"),
    security(("token" = [])),
    components(schemas(Problem)),
    paths(
        crate::router::authority,
        requests::list, requests::create, requests::show, requests::approve, requests::reject, requests::withdraw,
        requests::agree, events::requests,
        status::status, people::me, people::list, people::add, people::show, people::change, people::remove,
        people::groups, people::join, people::leave, people::give, people::take,
        resources::list, resources::add, resources::show, resources::change, resources::remove, resources::test,
        resources::reach,
        resources::plan, resources::apply,
        policy::newest, policy::put, policy::history, policy::version, policy::reload,
        masks::explain, secrets::rotate, sessions::list, sessions::kill, events::sessions,
        tokens::list, tokens::create, tokens::revoke,
        grants::list, grants::revoke, grants::reviews, grants::review,
    ),
)]
struct Description;

/// The description.
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    let mut description = Description::openapi();
    description.info.license = None;
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A live token.")).build();
    let components = description.components.get_or_insert_default();
    components.security_schemes.insert("token".to_owned(), RefOr::T(SecurityScheme::Http(bearer)));
    description
}

/// The description, as JSON.
pub(crate) async fn page() -> Response {
    let text = description().to_json().unwrap_or_default();
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response()
}
