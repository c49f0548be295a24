//! Tests over real HTTPS, against the real use cases and a real store.

mod asking;
mod deciding;
mod description;
mod following;
mod house;
mod http;
mod masks;
mod matrix;
mod once;
mod resources;
