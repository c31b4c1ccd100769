//! The facts that a gate decision rests on: which selectors a request names or hides, what is
//! missing in it, and what in it a person has to look at.
//!
//! The same rules read requests of both directions, because asking about a dissident already
//! tells the other state; [`screen`] therefore has no parameter for the direction. Answers on
//! their way out are read by [`screen_answer`].
//!
//! This crate must never release, refuse or score. A [`Finding`] names a check, a place, the
//! words found there and a [`Consequence`] that can only add work for people; the routing is
//! decided by policy and the substance by reviewers. It must never do I/O, and it never learns
//! whether a selector is on the list of protected persons: see [`Registry`].
//!
//! Where to start reading: [`screening`] for the whole course, [`finding`] for its results,
//! [`canonical`] (and `CANONICAL.md` beside this crate's manifest) for the frozen canonical form,
//! [`attachment`] for the limits. Inside, a text goes through the layers of `reading`
//! (folded → refanged → joined → latin letters), and `extract` finds selectors on each layer.
//!
//! What it cannot do: names of persons are not selectors; images, audio and archives are not
//! read but reported as unscreenable; irony and new slang pass the word lists.

pub mod attachment;
pub mod canonical;
pub mod finding;
pub mod registry;
pub mod screening;

mod encoded;
mod extract;
mod fold;
mod handle;
mod host;
mod join;
mod json;
mod latin;
mod lexicon;
mod phone;
mod reading;
mod refang;
mod required;
mod stix;
mod view;

pub use attachment::Attachment;
pub use canonical::{Canonical, canonicalise};
pub use finding::{Check, Consequence, Finding, Form, FoundSelector, Location, Part, Place};
pub use registry::{NoRegistry, Registry, RegistryAnswer};
pub use screening::{Screening, screen, screen_answer, screen_words};
