//! Tests of the publisher: what it makes, what a crash or an error at any step leaves, and what is never signed.

mod crashes;
mod place;
mod publishing;
mod threads;
