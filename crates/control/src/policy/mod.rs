//! Where the policy meets the house: what it is told of the moment, what is in force, and what it says about wishes.

mod deciding;
mod folder;
mod force;
mod moment;
#[cfg(test)]
mod tests;

pub use deciding::Deciding;
pub use folder::watch_folder;
pub use force::Force;
pub use moment::Moment;
