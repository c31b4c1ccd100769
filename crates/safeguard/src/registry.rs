//! The registry of protected selectors, as seen from the contact point: a letter box.

use crate::Canonical;
use serde::{Deserialize, Serialize};

/// What the contact point learns when it asks the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegistryAnswer {
    /// No guardian is appointed, so no registry is in operation. Statistics have to say so, and
    /// every request naming a person goes to people.
    NoGuardianAppointed,
    /// The canonical forms went to the guardian's slot. The same for every request.
    SentToGuardian,
}

/// The way to the registry of protected selectors.
///
/// There is no "hit" in [`RegistryAnswer`], and none can be added without breaking every
/// implementation: the contact point must not be able to find out who is protected. With three
/// parties (operator, key holder, matcher) a match opens a case at the guardian and nowhere
/// else; the operator gets the same acknowledgement either way and later, at a fixed time for
/// every request alike, a clearance or an objection without a reason. An operator who saw hits
/// could test names by writing requests, could be ordered to tell them, and would leave them in
/// logs that the other side witnesses. For the same reason an implementation must not differ in
/// time, size or errors between a match and none.
pub trait Registry {
    /// Hands the canonical forms of one request to the guardian's slot.
    ///
    /// Called exactly once per screening, also with an empty list, so that the number of calls
    /// says nothing.
    fn ask(&self, canonical: &[Canonical]) -> RegistryAnswer;
}

/// No registry: the state until an independent guardian is appointed. A registry of people at
/// risk under dependent governance would be worse than none.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRegistry;

impl Registry for NoRegistry {
    fn ask(&self, _canonical: &[Canonical]) -> RegistryAnswer {
        RegistryAnswer::NoGuardianAppointed
    }
}
