//! What the policy must answer, and what must not load.

mod caching;
mod deciding;
mod ending;
mod holding;
mod lasting;
mod loading;
mod names;
mod objects;
mod packs;
mod rates;
mod revealing;
mod world;
