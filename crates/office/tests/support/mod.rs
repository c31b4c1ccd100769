//! Two offices in one process: messages are handed over directly, time moves when a test says so.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    dead_code,
    unreachable_pub,
    unused_imports,
    missing_docs
)]

mod casework;
mod crafting;
mod house;
mod keys;
mod material;
mod passing;
mod setup;

pub use house::House;
pub use keys::Keys;
pub use material::*;
pub use passing::*;
pub use setup::{Setup, TestClock};

use records::PartyId;

pub const PASSWORD: &str = "correct horse battery";
pub const NOON: &str = "2026-03-10T12:00:00.000Z";
pub const HOUR: i64 = 3_600_000;

pub fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

/// Two houses that have accepted each other's keys.
pub fn two_houses() -> (House, House) {
    houses(false)
}

pub fn houses(exercise: bool) -> (House, House) {
    let de = House::new("de", &["cn", "fr"], exercise);
    let cn = House::new("cn", &["de"], exercise);
    de.accept(&cn).unwrap();
    cn.accept(&de).unwrap();
    (de, cn)
}
