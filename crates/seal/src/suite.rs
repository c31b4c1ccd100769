//! The cryptographic suites two parties can agree on.

use serde::{Deserialize, Serialize};

use crate::SealError;

/// A fixed set of algorithms, agreed once per peering and never negotiated per message: what is not negotiated cannot be
/// negotiated down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Suite {
    /// age v1 with `mlkem768x25519` recipients (X-Wing); Ed25519 and ML-DSA-65 signatures, both required.
    /// Hybrid throughout, as BSI TR-02102-1 asks for lattice schemes.
    #[default]
    K1,
}

impl Suite {
    /// The suite of this name.
    ///
    /// # Errors
    /// [`SealError::UnknownSuite`]: a suite we do not know is never read as one that we do.
    pub fn from_name(name: &str) -> Result<Self, SealError> {
        match name {
            "K1" => Ok(Self::K1),
            other => Err(SealError::UnknownSuite(other.to_owned())),
        }
    }
}
